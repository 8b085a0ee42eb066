"""Foreign files name brands, categories and values as people write them; rules name them by key."""

from collections.abc import Sequence
from functools import cache

from django.db.models import Q

from catalog.models import Attribute, AttributeValue, Brand, Category
from ranking.merchandising.clauses import FLAG_FIELDS, RANGE_FIELDS, SKU_FIELD
from ranking.moving.foreign import make_printable

# What other systems call what every shop has.
_FIELDS = {
    "manufacturer": "brand", "brand_name": "brand", "brands": "brand", "vendor": "brand",
    "categories": "category", "category_name": "category", "category_path": "category", "product_type": "category",
    "objectid": "sku", "id": "sku", "product_id": "sku",
    "price_amount": "price", "sale_price": "price", "instock": "in_stock", "in_stock": "in_stock", "onsale": "on_sale",
}  # fmt: skip
PLAIN = frozenset({SKU_FIELD, *FLAG_FIELDS, *RANGE_FIELDS})


class Names:
    """Keys of one shop, each name looked up once."""

    def __init__(self) -> None:
        self._find_field = cache(self._look_up_field)
        self._find_key = cache(self._look_up_key)

    def field(self, name: str) -> str:
        """`Brand`, `manufacturer` → brand; an attribute by its key or its name; else the name as it stands."""
        return self._find_field(name.strip())

    def keys(self, field: str, values: Sequence[str]) -> list[str]:
        return list(dict.fromkeys(self._find_key(field, value.strip()) for value in values))

    @staticmethod
    def _look_up_field(name: str) -> str:
        if make_printable(name) != name:  # the catalog has no such name, and cannot be asked for it
            return name
        folded = name.lower().split(".lvl")[0].split("hierarchical")[-1] or name.lower()
        known = _FIELDS.get(folded, folded)
        if known in PLAIN or known in ("brand", "category"):
            return known
        rows = Attribute.objects.filter(Q(key__iexact=name) | Q(name_en__iexact=name) | Q(name_zh__iexact=name))
        return rows.values_list("key", flat=True).order_by("key").first() or name

    @staticmethod
    def _look_up_key(field: str, value: str) -> str:
        if field in PLAIN or not value or make_printable(f"{field}{value}") != f"{field}{value}":
            return value
        named = Q(key__iexact=value) | Q(name_en__iexact=value) | Q(name_zh__iexact=value)
        if field == "category":
            path = "/".join(part.strip() for part in value.split(">"))
            named |= Q(key__iexact=path) | Q(name_en__iexact=path.rsplit("/", 1)[-1])
        rows = {"brand": Brand.objects, "category": Category.objects}.get(field)
        found = rows if rows is not None else AttributeValue.objects.filter(attribute__key=field)
        return found.filter(named).order_by("key").values_list("key", flat=True).first() or value
