"""What the shop holds of a batch's products before the batch: read in three statements, whatever the batch's size."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

PRODUCT_FIELDS = (
    "status", "title_en", "title_zh", "description_en", "description_zh", "brand_id", "category_id", "attributes",
    "images", "sale_from", "sale_until", "rating_average", "rating_count", "popularity", "markets", "extra",
)  # fmt: skip
VARIANT_FIELDS = ("options", "price", "sale_price", "cost", "stock", "barcode", "image", "position")
_JSON_FIELDS = frozenset({"attributes", "images", "extra", "options"})


@dataclass(slots=True)
class StoredVariant:
    id: int
    sku: str
    values: dict[str, Any]


@dataclass(slots=True)
class StoredProduct:
    id: int
    sku: str
    values: dict[str, Any]
    variants: dict[str, StoredVariant] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Owner:
    """The product a variant SKU belongs to, and how many variants that product has."""

    product_id: int
    product_sku: str
    variant_count: int


def load_fingerprints(skus: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Product id and content fingerprint by SKU. Rows are locked in id order, so that two writers cannot deadlock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sku, id, content_fingerprint FROM catalog_product WHERE sku = ANY(%s) ORDER BY id"
            + (" FOR UPDATE" if connection.in_atomic_block else ""),
            [list(skus)],
        )
        return {sku: (id_, print_) for sku, id_, print_ in cursor.fetchall()}


def load_owners(variant_skus: Iterable[str]) -> dict[str, Owner]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT v.sku, p.id, p.sku, (SELECT count(*) FROM catalog_variant o WHERE o.product_id = p.id) "
            "FROM catalog_variant v JOIN catalog_product p ON p.id = v.product_id WHERE v.sku = ANY(%s)",
            [list(variant_skus)],
        )
        return {sku: Owner(*owner) for sku, *owner in cursor.fetchall()}


def load_products(ids: Sequence[int]) -> dict[str, StoredProduct]:
    """Whole products with their variants, by SKU."""
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, sku, {', '.join(PRODUCT_FIELDS)} FROM catalog_product WHERE id = ANY(%s)",  # noqa: S608 - constants
            [list(ids)],
        )
        products = {row[0]: StoredProduct(row[0], row[1], _read(PRODUCT_FIELDS, row[2:])) for row in cursor.fetchall()}
        cursor.execute(
            f"SELECT id, sku, product_id, {', '.join(VARIANT_FIELDS)} FROM catalog_variant "  # noqa: S608 - constants
            "WHERE product_id = ANY(%s) ORDER BY product_id, position, id",
            [list(ids)],
        )
        for row in cursor.fetchall():
            products[row[2]].variants[row[1]] = StoredVariant(row[0], row[1], _read(VARIANT_FIELDS, row[3:]))
    return {product.sku: product for product in products.values()}


def _read(names: Sequence[str], row: Sequence[Any]) -> dict[str, Any]:
    return {
        name: json.loads(value) if name in _JSON_FIELDS and isinstance(value, str) else value
        for name, value in zip(names, row, strict=True)
    }


def known_attributes() -> Mapping[str, tuple[str, str]]:
    """Kind and unit of every attribute the shop has, by key."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, kind, unit FROM catalog_attribute")
        return {key: (kind, unit) for key, kind, unit in cursor.fetchall()}
