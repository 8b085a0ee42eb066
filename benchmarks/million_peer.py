"""Django's stored, GIN-indexed search vector on the synthetic catalog's English texts, filled inside the database."""

from django.db import connection

from benchmarks.peers.django_fts import TABLE

_WEIGHTS = (("title", "A"), ("brand", "A"), ("category", "A"), ("description", "B"), ("attributes", "C"))
_VECTOR = " || ".join(f"setweight(to_tsvector('english', {field}), '{weight}')" for field, weight in _WEIGHTS)
# Attribute values as text: what stands in the JSON, without its marks.
_FILL = f"""
CREATE UNLOGGED TABLE {TABLE} AS
SELECT product_id, title, brand, category, description, attributes, {_VECTOR} AS vector
FROM (
    SELECT p.id AS product_id, p.title_en AS title, coalesce(b.name_en, '') AS brand,
        coalesce(c.name_en, '') AS category, p.description_en AS description,
        regexp_replace(p.attributes::text, '[][{{}}":,]', ' ', 'g') AS attributes
    FROM catalog_product p
    LEFT JOIN catalog_brand b ON b.id = p.brand_id LEFT JOIN catalog_category c ON c.id = p.category_id
) AS read
"""  # noqa: S608 - constants


def build_peer() -> None:
    """The table of benchmarks/peers/django_fts.py, from the catalog as it stands."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
        cursor.execute("SET maintenance_work_mem = '1GB'")
        cursor.execute(_FILL)
        cursor.execute(f"ALTER TABLE {TABLE} ADD PRIMARY KEY (product_id)")
        cursor.execute(f"CREATE INDEX {TABLE}_vector ON {TABLE} USING gin (vector)")
        cursor.execute(f"VACUUM ANALYZE {TABLE}")


def peer_size_mb() -> float:
    """The vectors' index alone; the texts it needs lie beside it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_size(%s) / 1048576.0", [f"{TABLE}_vector"])
        return float(cursor.fetchone()[0])
