"""Writes a planned batch with a handful of statements: one INSERT, one UPDATE and one DELETE a table."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import psycopg
from django.db import connection
from pydantic_core import to_json

from catalog.models import Product
from catalog.storing.plan import PlannedProduct, PlannedVariant
from catalog.storing.state import PRODUCT_FIELDS, VARIANT_FIELDS

_TYPES = {
    "id": "bigint", "product_id": "bigint", "brand_id": "bigint", "category_id": "bigint", "attributes": "jsonb",
    "images": "jsonb", "extra": "jsonb", "options": "jsonb", "sale_from": "timestamptz", "sale_until": "timestamptz",
    "rating_average": "float8", "rating_count": "int", "popularity": "float8", "markets": "text[]", "price": "numeric",
    "sale_price": "numeric", "cost": "numeric", "stock": "int", "position": "int",
}  # fmt: skip


def write_products(plans: Sequence[PlannedProduct]) -> dict[str, int]:
    """Inserts the new and updates the changed products; ids by SKU. Only rows that go in draw an id."""
    new = sorted((plan for plan in plans if plan.id is None), key=lambda plan: plan.row.sku)
    changed = [plan for plan in plans if plan.id is not None]
    columns = ("sku", "content_fingerprint", *PRODUCT_FIELDS)
    ids = {plan.row.sku: plan.id for plan in changed if plan.id is not None}
    with bulk_cursor() as cursor:
        if new:
            cursor.execute(
                f"INSERT INTO catalog_product ({', '.join(columns)}, created_at, updated_at) "  # noqa: S608 - constants
                f"SELECT {', '.join(columns)}, now(), now() FROM {_recordset(columns)} ORDER BY sku RETURNING sku, id",
                [as_json(_product_record(plan) for plan in new)],
            )
            ids.update(cursor.fetchall())
        if changed:
            pairs = ", ".join(f"{name} = r.{name}" for name in columns[1:])
            cursor.execute(
                f"UPDATE catalog_product p SET {pairs}, updated_at = now() "  # noqa: S608 - constants
                f"FROM {_recordset(('id', *columns))} WHERE p.id = r.id",
                [as_json({"id": plan.id, **_product_record(plan)} for plan in changed)],
            )
    return ids


def write_variants(plans: Sequence[PlannedProduct], ids: Mapping[str, int]) -> None:
    """Variants that go leave first, so that their SKUs are free again."""
    gone = [id_ for plan in plans for id_ in plan.gone_variant_ids]
    if gone:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM catalog_variant WHERE id = ANY(%s)", [gone])
    _write_variants([(ids[plan.row.sku], variant) for plan in plans for variant in plan.variants if variant.changed])


def _write_variants(written: Sequence[tuple[int, PlannedVariant]]) -> None:
    columns = ("product_id", "sku", *VARIANT_FIELDS)
    with bulk_cursor() as cursor:
        if changed := [_variant_record(owner, variant) for owner, variant in written if variant.id is not None]:
            pairs = ", ".join(f"{name} = r.{name}" for name in columns if name != "sku")
            cursor.execute(
                f"UPDATE catalog_variant v SET {pairs} FROM {_recordset(('id', *columns))} WHERE v.id = r.id",  # noqa: S608
                [as_json(changed)],
            )
        if new := [_variant_record(owner, variant) for owner, variant in written if variant.id is None]:
            cursor.execute(
                f"INSERT INTO catalog_variant ({', '.join(columns)}) "  # noqa: S608 - constants
                f"SELECT {', '.join(columns)} FROM {_recordset(columns)} ORDER BY product_id, position",
                [as_json(new)],
            )


def bulk_cursor() -> psycopg.Cursor[Any]:
    """Sends parameters beside the statement. Django's cursor writes them into it, which for megabytes of JSON costs
    their quoting here and a parse of the whole text there.
    """
    connection.ensure_connection()
    return psycopg.Cursor(connection.connection)


def delete_products(ids: Iterable[int]) -> int:
    """Through the ORM, which knows every table that points at a product; the trigger takes them out of search."""
    _count, by_model = Product.objects.filter(id__in=list(ids)).delete()
    return by_model.get("catalog.Product", 0)


def _product_record(plan: PlannedProduct) -> dict[str, Any]:
    return {"sku": plan.row.sku, "content_fingerprint": plan.fingerprint, **plan.values}


def _variant_record(product_id: int, variant: PlannedVariant) -> dict[str, Any]:
    return {"id": variant.id, "product_id": product_id, "sku": variant.sku, **variant.values}


def _recordset(columns: Sequence[str]) -> str:
    typed = ", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in columns)
    return f"jsonb_to_recordset(%s::jsonb) AS r({typed})"


def as_json(records: Iterable[Mapping[str, Any]]) -> str:
    """pydantic's writer takes a quarter of the time of Python's; amounts become texts, dates ISO, as Postgres reads."""
    return to_json(list(records)).decode()
