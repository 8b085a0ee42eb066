"""Django's own full-text search on the same catalog: a stored, indexed vector, and the naive form of its docs."""

from collections.abc import Sequence
from typing import cast

from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector, SearchVectorField
from django.db import connection, models
from django.db.models import F

from benchmarks.chorus import ProductText

TABLE = "bench_fts"
_CREATE = f"""
DROP TABLE IF EXISTS {TABLE};
CREATE TABLE {TABLE} (product_id bigint PRIMARY KEY, title text, brand text, category text, description text,
    attributes text, vector tsvector);
"""
_FILL_VECTOR = f"""
UPDATE {TABLE} SET vector = setweight(to_tsvector('english', title), 'A')
    || setweight(to_tsvector('english', brand), 'A') || setweight(to_tsvector('english', category), 'A')
    || setweight(to_tsvector('english', description), 'B') || setweight(to_tsvector('english', attributes), 'C');
CREATE INDEX {TABLE}_vector ON {TABLE} USING gin (vector);
"""


class FtsProduct(models.Model):
    """The peer's table; made and dropped with the benchmark's database, never migrated."""

    product_id = models.BigIntegerField(primary_key=True)
    title = models.TextField()
    brand = models.TextField()
    category = models.TextField()
    description = models.TextField()
    attributes = models.TextField()
    vector = SearchVectorField()

    objects: "models.Manager[FtsProduct]" = models.Manager()

    class Meta:
        app_label = "benchmarks"
        managed = False
        db_table = TABLE

    def __str__(self) -> str:
        return self.title


Found = models.QuerySet[FtsProduct]


def build_table(texts: Sequence[ProductText]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_CREATE)
        statement = f"COPY {TABLE} (product_id, title, brand, category, description, attributes) FROM STDIN"
        with cursor.copy(statement) as copy:
            for text in texts:
                copy.write_row(
                    (text.product_id, text.title, text.brand, text.category, text.description, text.attributes)
                )
        cursor.execute(_FILL_VECTOR)
        cursor.execute(f"VACUUM ANALYZE {TABLE}")


def search_any_word(query: str, *, limit: int | None = 100) -> Found:
    """The stored vector behind a GIN index, ranked by SearchRank: what the documentation recommends for speed.

    Any word may match, as in the engines beside it: with the default (every word) recall falls by half.
    """
    asked = _any_word(query)
    return (
        FtsProduct.objects.defer("vector")
        .filter(vector=asked)
        .annotate(rank=SearchRank(F("vector"), asked))
        .order_by("-rank", "product_id")[:limit]
    )


def search_every_word(query: str, *, limit: int | None = 100) -> Found:
    """The same with the documentation's default query, in which every word must match."""
    asked = SearchQuery(query, config="english")
    return (
        FtsProduct.objects.defer("vector")
        .filter(vector=asked)
        .annotate(rank=SearchRank(F("vector"), asked))
        .order_by("-rank", "product_id")[:limit]
    )


def search_naive(query: str, *, limit: int | None = 100) -> Found:
    """The first example of the documentation: the vector is computed for every row of every query."""
    vector = SearchVector("title", "brand", weight="A", config="english") + SearchVector(
        "description", weight="B", config="english"
    )
    asked = _any_word(query)
    found = (
        FtsProduct.objects.annotate(search=vector, rank=SearchRank(vector, asked))
        .filter(search=asked)
        .order_by("-rank", "product_id")[:limit]
    )
    return cast("Found", found)


def _any_word(query: str) -> SearchQuery:
    asked = SearchQuery("", config="english")
    for place, word in enumerate(query.split()):
        one = SearchQuery(word, config="english")
        asked = one if place == 0 else asked | one
    return asked
