"""What a SKU in a rule means: a product, or one variant of it with its own stock, price and options."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from catalog.text import fold_key
from ranking.contracts import Filter

_FIND_SKUS = """
SELECT v.sku, v.product_id, TRUE, coalesce(v.stock > 0, TRUE), v.options::text, v.price, v.sale_price,
    p.sale_from, p.sale_until
FROM catalog_variant v JOIN catalog_product p ON p.id = v.product_id WHERE v.sku = ANY(%(skus)s)
UNION ALL
SELECT sku, id, FALSE, FALSE, '', NULL, NULL, NULL, NULL FROM catalog_product WHERE sku = ANY(%(skus)s)
"""


@dataclass(frozen=True, slots=True)
class NamedVariant:
    """A variant as it is now; `price` is what it costs at this moment, `options` are attribute keys and value keys."""

    sku: str
    in_stock: bool
    options: Mapping[str, str]
    price: float | None
    on_sale: bool

    def passes(self, filters: Sequence[Filter]) -> bool:
        """Whether the shopper's filters let this variant through, as far as they ask about variants."""
        return all(self._fits(item) is not item.exclude for item in filters if self._is_asked(item))

    def _is_asked(self, item: Filter) -> bool:
        if item.field in self.options:
            return bool(item.values)
        return item.field in ("price", "in_stock", "on_sale")

    def _fits(self, item: Filter) -> bool:
        if item.field == "price":
            low = item.minimum is None or (self.price or 0) >= item.minimum
            return self.price is not None and low and (item.maximum is None or self.price <= item.maximum)
        if item.field in ("in_stock", "on_sale"):
            wanted = {value.lower() in ("true", "1", "yes") for value in item.values} or {True}
            return (self.in_stock if item.field == "in_stock" else self.on_sale) in wanted
        return self.options[item.field] in item.values


@dataclass(frozen=True, slots=True)
class Named:
    product_id: int
    variant: NamedVariant | None = None


def find_named(skus: Sequence[str], *, now: datetime) -> dict[str, Named]:
    """In one statement. A product's own SKU means the product, also where a variant has the same."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND_SKUS, {"skus": list(skus)})
        return {row[0]: _read(row, now) for row in cursor.fetchall()}


def _read(row: Sequence[Any], now: datetime) -> Named:
    sku, product_id, is_variant, in_stock, options, price, sale_price, sale_from, sale_until = row
    if not is_variant:
        return Named(product_id)
    on_sale = sale_price is not None and (sale_from is None or sale_from <= now)
    on_sale = on_sale and (sale_until is None or now < sale_until)
    paid = sale_price if on_sale else price
    chosen = {str(key): fold_key(str(value)) for key, value in (json.loads(options) if options else {}).items()}
    return Named(product_id, NamedVariant(sku, in_stock, chosen, None if paid is None else float(paid), on_sale))
