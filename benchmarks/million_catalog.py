"""A synthetic catalog of a million products: the demo's, imported by the shop, then varied inside the database.

Every further product has a model number of its own, mostly another brand, a product line (both drawn by Zipf's law)
and a weight, so that vocabulary and posting lists grow as a large shop's do.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import harness
from benchmarks.harness import bench_database, report

DATABASE = "bench_million"
PRODUCTS = 1_000_000
# Different texts; the others are variations of them.
MOST_BASES = 20_000
LEAST_COPIES = 4
BRANDS = 3000
LINES = 40_000
_ONSETS = ("b", "br", "c", "d", "dr", "f", "g", "gr", "h", "k", "l", "m", "n", "p", "pr", "r", "s", "st", "t", "tr",
           "v")  # fmt: skip
_VOWELS = ("a", "e", "i", "o", "u", "ai", "ea", "io")
_CODAS = ("", "l", "n", "r", "s", "x", "nd", "rk")
_CHARACTERS = "安博卓达恩飞格海嘉凯朗美宁欧普启锐森泰维希雅尊卡诺特莱思利悦辰曜航川青云山禾"
_STAGES = "CREATE TABLE IF NOT EXISTS bench_stage (name text PRIMARY KEY, seconds float8 NOT NULL)"


def split_products(products: int) -> tuple[int, int]:
    """How many products are imported, and how often each appears: their product is at most `products`."""
    bases = min(MOST_BASES, max(products // LEAST_COPIES, 1))
    return bases, products // bases


@contextmanager
def open_million(products: int, *, keep: bool) -> Iterator[None]:
    """The database with about this many products, not yet indexed. With `keep` it stays afterwards, and what is there
    already is used again.
    """
    harness.BENCH_DATABASE = DATABASE
    with bench_database(keep=keep, fresh=not keep):
        _execute("CREATE TABLE IF NOT EXISTS bench_stage (name text PRIMARY KEY, seconds float8 NOT NULL)")
        bases, copies = split_products(products)
        run_stage("import", lambda: import_bases(bases))
        run_stage("vary", lambda: vary_products(copies))
        check_size(bases * copies)
        yield


def check_size(products: int) -> None:
    from catalog.models import Product

    held = Product.objects.count()
    if held != products:
        raise SystemExit(f"The database kept from an earlier run holds {held:,} products; run once without --keep.")


def run_stage(name: str, work: Callable[[], None]) -> None:
    """Once per database: what a broken run has finished is not done again."""
    if name in read_stages():
        return
    report(f"building: {name}")
    started = time.perf_counter()
    work()
    seconds = time.perf_counter() - started
    _execute("INSERT INTO bench_stage VALUES (%s, %s)", [name, seconds])
    report(f"{name} took {seconds:,.0f} s")


def read_stages() -> dict[str, float]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT name, seconds FROM bench_stage")
        return dict(cursor.fetchall())


def import_bases(count: int) -> None:
    """The demo's products through upload, validation and upsert."""
    from django.core.files import File

    from catalog import pipeline
    from catalog.demo.products import make_products
    from catalog.demo.writer import write_line

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bases.jsonl"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(write_line(product.row) for product in make_products(count))
        with path.open("rb") as lines:
            upload = pipeline.receive_upload(File(lines), filename=path.name)
        pipeline.ingest(upload.pk)


def vary_products(copies: int) -> None:
    """Every base again, changed, until it is there `copies` times; ids follow the bases' own."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_PREPARE_SQL)
        _copy_names(cursor, "bench_brand", BRANDS, seed=1)
        _copy_names(cursor, "bench_line", LINES, seed=2)
        cursor.execute(_NAMES_SQL)
        cursor.execute("SELECT count(*), max(id) + 1 FROM bench_base")
        bases, free_id = cursor.fetchone()
        for number in range(1, copies):
            cursor.execute("TRUNCATE bench_fresh")
            for statement in (_CHOOSE_SQL, "ANALYZE bench_fresh", _PRODUCTS_SQL, _VARIANTS_SQL):
                cursor.execute(statement, {"number": number, "first": free_id + (number - 1) * bases})
            cursor.execute("INSERT INTO bench_copy SELECT * FROM bench_fresh")
        cursor.execute(_VALUES_SQL)


def make_names(count: int, *, seed: int) -> list[tuple[str, str]]:
    """Distinct made-up names in English and Chinese, always the same."""
    dice = np.random.default_rng(seed)
    names: dict[str, str] = {}
    while len(names) < count:
        english = "".join(f"{dice.choice(_ONSETS)}{dice.choice(_VOWELS)}" for _ in range(dice.integers(2, 4))) + str(
            dice.choice(_CODAS)
        )
        names.setdefault(english.capitalize(), "".join(dice.choice(list(_CHARACTERS), dice.integers(2, 4))))
    return list(names.items())


def _copy_names(cursor: Any, table: str, count: int, *, seed: int) -> None:
    with cursor.copy(f"COPY {table} (rank, en, zh) FROM STDIN") as copy:
        for rank, (english, chinese) in enumerate(make_names(count, seed=seed)):
            copy.write_row((rank, english, chinese))


def _execute(sql: str, parameters: list[Any] | None = None) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


_PREPARE_SQL = """
DROP TABLE IF EXISTS bench_brand, bench_line, bench_base, bench_copy, bench_fresh;
CREATE TABLE bench_brand (rank int PRIMARY KEY, en text, zh text);
CREATE TABLE bench_line (rank int PRIMARY KEY, en text, zh text);
CREATE TABLE bench_base AS
    SELECT p.id, row_number() OVER (ORDER BY p.id) - 1 AS place, p.extra ->> 'model_number' AS model,
        b.name_en AS brand_en, b.name_zh AS brand_zh, p.brand_id
    FROM catalog_product p JOIN catalog_brand b ON b.id = p.brand_id;
ANALYZE bench_base;
CREATE TABLE bench_copy (id bigint, number int, base_id bigint, place int, model text, brand_id bigint, brand_en text,
    brand_zh text, line_en text, line_zh text, weight numeric);
CREATE TABLE bench_fresh (LIKE bench_copy);
-- A number in [0, 1) that depends on the product and the question alone.
CREATE OR REPLACE FUNCTION bench_roll(product bigint, question int) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
    SELECT (hashint8extended(product, question) & 1073741823) / 1073741824.0::float8
$$;
-- A rank drawn by Zipf's law: the first name is met n/2 times as often as the last of n.
CREATE OR REPLACE FUNCTION bench_zipf(product bigint, question int, names int) RETURNS int LANGUAGE sql IMMUTABLE AS $$
    SELECT least(floor(exp(bench_roll(product, question) * ln(names)))::int, names) - 1
$$;
"""
_NAMES_SQL = """
INSERT INTO catalog_brand (key, name_en, name_zh) SELECT lower(en), en, zh FROM bench_brand ON CONFLICT DO NOTHING;
ALTER TABLE bench_brand ADD brand_id bigint;
UPDATE bench_brand SET brand_id = b.id FROM catalog_brand b WHERE b.key = lower(en);
INSERT INTO catalog_attribute (key, name_en, name_zh, kind, unit, is_facet, is_searchable, position) VALUES
    ('line', 'Product line', '产品线', 'text', '', true, true, 60),
    ('item_weight', 'Item weight', '单品重量', 'number', 'kg', true, true, 70) ON CONFLICT DO NOTHING;
ANALYZE bench_brand;
ANALYZE bench_line;
"""
_CHOOSE_SQL = """
INSERT INTO bench_fresh
SELECT n.id, %(number)s, base.id, base.place, coalesce(split_part(base.model, '-', 1), 'N') || '-' || (1000 + n.id),
    CASE WHEN n.keeps THEN base.brand_id ELSE brand.brand_id END,
    CASE WHEN n.keeps THEN base.brand_en ELSE brand.en END, CASE WHEN n.keeps THEN base.brand_zh ELSE brand.zh END,
    line.en, line.zh, round((0.05 * exp(bench_roll(n.id, 5) * ln(400.0)))::numeric, 2)
FROM bench_base base
CROSS JOIN LATERAL (
    SELECT top.id, bench_roll(top.id, 1) < 0.25 AS keeps, bench_zipf(top.id, 2, (SELECT count(*)::int FROM bench_brand))
        AS brand, bench_zipf(top.id, 3, (SELECT count(*)::int FROM bench_line)) AS line
    FROM (SELECT %(first)s::bigint + base.place AS id) AS top
) AS n
JOIN bench_brand brand ON brand.rank = n.brand
JOIN bench_line line ON line.rank = n.line
"""
_PRODUCTS_SQL = """
INSERT INTO catalog_product (id, sku, status, title_en, title_zh, description_en, description_zh, brand_id, category_id,
    attributes, images, sale_from, sale_until, rating_average, rating_count, popularity, markets, extra,
    content_fingerprint, created_at, updated_at)
SELECT n.id, p.sku || '-' || n.id, p.status,
    replace(replace(p.title_en, base.brand_en, n.brand_en), coalesce(base.model, '-'), n.model) || ' ' || n.line_en,
    replace(replace(p.title_zh, base.brand_zh, n.brand_zh), coalesce(base.model, '-'), n.model) || ' ' || n.line_zh,
    replace(replace(p.description_en, base.brand_en, n.brand_en), coalesce(base.model, '-'), n.model),
    replace(replace(p.description_zh, base.brand_zh, n.brand_zh), coalesce(base.model, '-'), n.model),
    n.brand_id, p.category_id,
    p.attributes || jsonb_build_object(
        'line', jsonb_build_array(n.line_en), 'item_weight', jsonb_build_array(n.weight)
    ),
    p.images, p.sale_from, p.sale_until, p.rating_average, p.rating_count,
    round((p.popularity * (0.5 + bench_roll(n.id, 6)))::numeric, 1), p.markets, p.extra, '',
    p.created_at - bench_roll(n.id, 7) * interval '900 days', now()
FROM bench_fresh n
JOIN bench_base base ON base.id = n.base_id
JOIN catalog_product p ON p.id = n.base_id
"""
_VARIANTS_SQL = """
INSERT INTO catalog_variant (product_id, sku, options, price, sale_price, cost, stock, barcode, image, position)
SELECT n.id, v.sku || '-' || n.id, v.options, round(v.price * n.factor, 2), round(v.sale_price * n.factor, 2),
    round(v.cost * n.factor, 2), v.stock, '', v.image, v.position
FROM (SELECT id, base_id, (0.7 + 0.6 * bench_roll(id, 8))::numeric AS factor FROM bench_fresh) AS n
JOIN catalog_variant v ON v.product_id = n.base_id
"""
_VALUES_SQL = """
CREATE UNIQUE INDEX ON bench_copy (id);
INSERT INTO catalog_attributevalue (attribute_id, key, name_en, name_zh)
SELECT a.id, lower(line_en), line_en, max(line_zh) FROM bench_copy, catalog_attribute a WHERE a.key = 'line'
GROUP BY 1, 2, 3;
INSERT INTO catalog_attributevalue (attribute_id, key, name_en, name_zh, number)
SELECT DISTINCT a.id, trim_scale(weight)::text, '', '', weight FROM bench_copy, catalog_attribute a
WHERE a.key = 'item_weight';
SELECT setval(pg_get_serial_sequence('catalog_product', 'id'), (SELECT max(id) FROM catalog_product));
ANALYZE;
"""
