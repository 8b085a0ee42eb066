"""What the rules' benchmark runs on: 10,000 live rules of every kind, 100,000 stored ones, a million plain products."""

import json
import random
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

LIVE_RULES = 10_000
STORED_RULES = 100_000
PRODUCTS = 1_000_000
BRANDS, CATEGORIES, VALUES = 3_000, 1_000, 40_000
MATCHES = ("is", "contains", "starts", "ends")
NOUNS = ("lamp", "laptop", "chair", "phone", "kettle", "printer", "toner", "camera", "monitor", "desk", "shoe")
HAN = ("耳机", "打印机", "墨盒", "笔记本电脑", "冰箱", "台灯", "手机壳", "运动鞋", "羽绒服", "键盘", "咖啡机")
WORDS = ("red", "blue", "wireless", "gaming", "cheap", "small", "15 inch", "usb", "black", "无线", "黑色", "儿童")
BORN = datetime(2026, 1, 1, tzinfo=UTC)
_JSON_COLUMNS = ("conditions", "actions", "windows")
_GOVERNANCE = ("changed_by", "changed_by_label", "approved_hash", "comment")
_COLUMNS = (
    "id", "name", "reason", "status", "priority", "stop_processing", *_JSON_COLUMNS, "markets", "locales", "tags",
    "holdout_share", "expires_at", "version", "created_at", "updated_at", *_GOVERNANCE,
)  # fmt: skip


def make_phrase(number: int, dice: random.Random) -> str:
    """A third of the phrases are two words that other rules name too; the rest are one rule's own."""
    return f"{dice.choice(WORDS)} {dice.choice(NOUNS + HAN)} {number if number % 3 else ''}".strip()


def make_when(number: int, dice: random.Random) -> dict[str, Any]:
    """Six rules in ten on words, three on a category page, one on a segment, 1 in 200 on every search."""
    if number % 200 == 0:
        return {"type": "always"}
    kind = number % 10
    if kind in (6, 7, 8):
        return {"type": "category", "keys": [f"department-{dice.randrange(10)}/shelf-{dice.randrange(300)}"]}
    if kind == 9:
        return {"type": "segment", "values": [f"segment-{dice.randrange(200)}"]}
    return {"type": "query", "match": MATCHES[number % 4], "values": [make_phrase(number, dice)]}


def make_action(number: int, dice: random.Random) -> dict[str, Any]:
    """Half of the rules pin, the others do what else merchandisers do every day."""
    brand = [{"field": "brand", "values": [f"brand-{dice.randrange(BRANDS)}"]}]
    others: tuple[dict[str, Any], ...] = (
        {"type": "boost", "target": brand, "strength": dice.choice((-60, -20, 20, 60))},
        {"type": "hide", "target": [{"field": "sku", "values": [f"S{dice.randrange(PRODUCTS)}"]}]},
        {"type": "redirect", "url": f"/c/shelf-{number}/"},
        {"type": "banner", "title_en": f"Banner {number}", "title_zh": f"横幅 {number}"},
    )
    if number % 2:
        return {"type": "pin", "sku": f"S{number}", "position": dice.randint(1, 24)}
    return others[number // 2 % len(others)]


def make_document(number: int, dice: random.Random) -> dict[str, Any]:
    return {
        "name": f"rule {number} 促销 {dice.choice(HAN)}",
        "status": "live",
        "priority": dice.randrange(100),
        "conditions": [make_when(number, dice)],
        "actions": [make_action(number, dice)],
        "tags": [f"tag-{number % 50}"],
    }


def make_documents(count: int = LIVE_RULES, *, seed: int = 7) -> Iterator[dict[str, Any]]:
    """The same ones every time."""
    dice = random.Random(seed)  # noqa: S311
    return (make_document(number, dice) for number in range(count))


def make_query(dice: random.Random) -> str:
    words = [dice.choice(WORDS), dice.choice(NOUNS + HAN), str(dice.randrange(400))]
    return " ".join(words[: dice.randint(1, 3)])


def copy_rules(documents: Sequence[dict[str, Any]]) -> None:
    """Past the forms, as a restored database would come: one COPY."""
    from django.db import connection

    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY ranking_rule ({', '.join(_COLUMNS)}) FROM STDIN") as copy,
    ):
        for number, document in enumerate(documents):
            copy.write_row([_read_column(document, name, number) for name in _COLUMNS])


def _read_column(document: dict[str, Any], name: str, number: int) -> Any:
    born = BORN + timedelta(seconds=number)
    usual = {
        "id": uuid.UUID(int=number + 1), "reason": "", "stop_processing": False, "windows": [], "markets": [],
        "locales": [], "tags": [], "holdout_share": 0, "version": 1, "created_at": born, "updated_at": born,
        **dict.fromkeys(_GOVERNANCE, ""),
    }  # fmt: skip
    value = document.get(name, usual.get(name))
    return json.dumps(value, ensure_ascii=False) if name in _JSON_COLUMNS else value


def fill_rules(stored: int = STORED_RULES) -> None:
    """The live ones again under other names until there are `stored` rows: drafts, in review, paused."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_MORE_RULES, {"copies": stored // LIVE_RULES - 1, "each": LIVE_RULES})
        cursor.execute("ANALYZE ranking_rule")


def fill_products(count: int = PRODUCTS) -> None:
    """Rows for lists and pickers; they are neither indexed nor embedded."""
    from django.db import connection

    sizes = {"products": count, "brands": BRANDS, "categories": CATEGORIES, "values": VALUES}
    with connection.cursor() as cursor:
        # Nothing here breaks a reference, and checking a million of them takes minutes.
        cursor.execute("SET synchronous_commit = off; SET session_replication_role = replica")
        for statement in (_BRANDS, _CATEGORIES, _VALUES, _PRODUCTS, _VARIANTS):
            cursor.execute(statement, sizes)
        cursor.execute("ANALYZE catalog_product, catalog_variant, catalog_brand, catalog_category")
        cursor.execute("RESET session_replication_role; ANALYZE catalog_attributevalue")


_MORE_RULES = f"""
INSERT INTO ranking_rule ({", ".join(_COLUMNS)})
SELECT gen_random_uuid(), name || ' copy ' || copy, reason, (ARRAY['draft', 'review', 'paused'])[1 + copy %% 3],
    priority, stop_processing, conditions, actions, windows, markets, locales, tags, holdout_share, expires_at, 1,
    created_at + copy * interval '1 day', updated_at, {", ".join(_GOVERNANCE)}
FROM ranking_rule, generate_series(1, %(copies)s) AS copy
WHERE status = 'live' ORDER BY created_at LIMIT %(copies)s * %(each)s
"""
_BRANDS = """
INSERT INTO catalog_brand (key, name_en, name_zh)
SELECT 'brand-' || n, 'Brand ' || n, '品牌' || n FROM generate_series(0, %(brands)s - 1) AS n ON CONFLICT DO NOTHING
"""
_CATEGORIES = """
INSERT INTO catalog_category (key, name_en, name_zh, position)
SELECT 'department-' || n %% 10 || '/shelf-' || n, 'Shelf ' || n, '货架' || n, 0
FROM generate_series(0, %(categories)s - 1) AS n ON CONFLICT DO NOTHING
"""
_VALUES = """
WITH line AS (
    INSERT INTO catalog_attribute (key, name_en, name_zh, kind, unit, is_facet, is_searchable, position)
    VALUES ('bench_line', 'Product line', '产品线', 'text', '', true, true, 60) RETURNING id
)
INSERT INTO catalog_attributevalue (attribute_id, key, name_en, name_zh)
SELECT line.id, 'line-' || n, 'Line ' || md5(n::text), '系列' || n FROM line, generate_series(1, %(values)s) AS n
"""
_PRODUCTS = """
INSERT INTO catalog_product (sku, status, title_en, title_zh, description_en, description_zh, brand_id, category_id,
    attributes, extracted, images, rating_count, popularity, markets, extra, content_fingerprint, created_at,
    updated_at)
SELECT 'S' || n, 'active', (ARRAY['Lamp', 'Chair', 'Laptop'])[1 + n %% 3] || ' ' || md5(n::text),
    (ARRAY['台灯', '椅子', '笔记本电脑'])[1 + n %% 3] || n, '', '', brand.id, category.id,
    '{}', '{}', '[]', 0, 0, '{}', '{}', '', now(), now()
FROM generate_series(0, %(products)s - 1) AS n
JOIN (SELECT id, row_number() OVER () - 1 AS place FROM catalog_brand WHERE key LIKE 'brand-%%') AS brand
    ON brand.place = n %% %(brands)s
JOIN (SELECT id, row_number() OVER () - 1 AS place FROM catalog_category WHERE key LIKE 'department-%%/shelf-%%')
    AS category ON category.place = n %% %(categories)s
"""
_VARIANTS = """
INSERT INTO catalog_variant (product_id, sku, options, price, stock, barcode, image, position)
SELECT id, sku || '-V', '{}', 10, 5, '', '', 0 FROM catalog_product WHERE sku ~ '^S[0-9]+$'
"""
