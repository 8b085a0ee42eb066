"""The column mapping: what each column of a file means. Plain data in the database, checked and frozen here."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from catalog.column_names import find_family
from catalog.errors import MappingRefused

# What a column may be, in the merchandiser's words; the order is the order of the choices on the mapping page.
TARGETS: dict[str, Any] = {
    "sku": gettext_lazy("SKU (the product's own number)"),
    "parent": gettext_lazy("parent SKU (groups variants)"),
    "title.en": gettext_lazy("title, English"),
    "title.zh": gettext_lazy("title, Chinese"),
    "description.en": gettext_lazy("description, English"),
    "description.zh": gettext_lazy("description, Chinese"),
    "brand.en": gettext_lazy("brand, English"),
    "brand.zh": gettext_lazy("brand, Chinese"),
    "category.en": gettext_lazy("category path, English"),
    "category.zh": gettext_lazy("category path, Chinese"),
    "price": gettext_lazy("price"),
    "sale_price": gettext_lazy("sale price"),
    "cost": gettext_lazy("cost"),
    "stock": gettext_lazy("stock"),
    "barcode": gettext_lazy("barcode"),
    "images": gettext_lazy("pictures (addresses)"),
    "attribute": gettext_lazy("attribute"),
    "option": gettext_lazy("variant option (size, colour)"),
    "rating": gettext_lazy("average rating"),
    "rating_count": gettext_lazy("number of ratings"),
    "popularity": gettext_lazy("popularity"),
    "markets": gettext_lazy("markets"),
    "sale_from": gettext_lazy("sale from"),
    "sale_until": gettext_lazy("sale until"),
    "status": gettext_lazy("status (active, draft, archived)"),
    "deleted": gettext_lazy("delete the product (yes / no)"),
    "variants": gettext_lazy("list of variants (Magento)"),
    "attributes": gettext_lazy("list of attributes (key=value, …)"),
    "extra": gettext_lazy("extra field (kept, not searched)"),
    "ignore": pgettext_lazy("column mapping", "leave out"),
}
MANY = frozenset({"attribute", "option", "extra", "ignore", "images", "attributes", "variants"})
KINDS = {"": gettext_lazy("as it looks"), "text": gettext_lazy("text"), "number": gettext_lazy("number"),
         "boolean": gettext_lazy("yes / no")}  # fmt: skip
SCALED = frozenset({"price", "sale_price", "cost"})


@dataclass(frozen=True, slots=True)
class ColumnTarget:
    """What one column means. `key` names the attribute, option or extra field; `unit` is what the file writes in."""

    target: str
    key: str = ""
    kind: str = ""
    unit: str = ""
    scale: Decimal = Decimal(1)
    decimal_comma: bool = False

    def as_json(self) -> dict[str, Any]:
        values: dict[str, Any] = {"target": self.target, "key": self.key, "kind": self.kind, "unit": self.unit}
        if self.scale != 1:
            values["scale"] = str(self.scale)
        if self.decimal_comma:
            values["decimal"] = ","
        return {name: value for name, value in values.items() if value}


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """The mapping of a whole file. A column that is not listed follows its family ("attr_t_*"), else it is unknown."""

    columns: Mapping[str, ColumnTarget]
    sku_from: tuple[str, ...] = ()
    native: bool = False
    allow_many_archived: bool = False
    _families: Mapping[str, ColumnTarget] = field(default_factory=dict)

    def find(self, column: str) -> ColumnTarget | None:
        found = self.columns.get(column)
        if found is None and (family := find_family(column)):
            return self._families.get(f"{family[0]}*")
        return found

    def has(self, target: str) -> bool:
        return any(column.target == target for column in self.columns.values())

    def as_json(self) -> dict[str, Any]:
        values: dict[str, Any] = {"columns": {name: column.as_json() for name, column in self.columns.items()}}
        if self.sku_from:
            values["sku_from"] = list(self.sku_from)
        if self.native:
            values["native"] = True
        if self.allow_many_archived:
            values["allow_many_archived"] = True
        return values


def parse_mapping(data: Mapping[str, Any]) -> ColumnMap:
    """The mapping as stored or sent; raises MappingRefused with every fault at once."""
    listed = data.get("columns", {})
    if not isinstance(listed, Mapping):
        raise MappingRefused(_("“columns” must be an object: column name → target."))
    faults: list[str] = []
    columns: dict[str, ColumnTarget] = {}
    for name, value in listed.items():
        try:
            columns[str(name)] = _parse_target(str(name), value)
        except ValueError as error:
            faults.append(f"{name}: {error}")
    native = data.get("native") is True
    sku_from = tuple(str(name) for name in data.get("sku_from") or ())
    faults += _find_contradictions(columns, sku_from=sku_from, native=native)
    if faults:
        raise MappingRefused(" · ".join(faults[:20]), faults=faults[:20])
    return ColumnMap(columns, sku_from, native, data.get("allow_many_archived") is True, families_of(columns))


def families_of(columns: Mapping[str, ColumnTarget]) -> dict[str, ColumnTarget]:
    return {name: target for name, target in columns.items() if name.endswith("*")}


def header_signature(columns: Iterable[str]) -> str:
    """Equal for files with the same columns, whatever their order."""
    return hashlib.sha256("\x1f".join(sorted(columns)).encode("utf-8", "replace")).hexdigest()


def collapse_families(columns: Iterable[str], kept: Iterable[str] = ()) -> list[str]:
    """Columns with each family of attributes as one entry, except those the mapping names."""
    named = set(kept)
    collapsed: dict[str, None] = {}
    for column in columns:
        family = find_family(column)
        collapsed[column if family is None or column in named else f"{family[0]}*"] = None
    return list(collapsed)


def _parse_target(name: str, value: Any) -> ColumnTarget:
    """A target is written as "price", "attribute:colour" or {"target": "attribute", "key": "colour", …}."""
    settings: Mapping[str, Any] = {"target": value} if isinstance(value, str) else value
    if not isinstance(settings, Mapping):
        raise ValueError(_("must be a target name or an object"))  # noqa: TRY004 - collected with the other faults
    target, _colon, short_key = str(settings.get("target", "")).partition(":")
    if target not in TARGETS:
        message = _("“%(target)s” is no target; choose one of %(choices)s")
        raise ValueError(message % {"target": target, "choices": ", ".join(TARGETS)})
    kind = str(settings.get("kind", ""))
    if kind not in KINDS:
        raise ValueError(_("the kind must be text, number or boolean"))
    key = str(settings.get("key") or short_key).strip()
    if len(key) > 120:
        raise ValueError(_("the key is longer than 120 characters"))
    return ColumnTarget(
        target, key, kind, str(settings.get("unit", "")).strip()[:20], _parse_scale(settings.get("scale", 1)),
        settings.get("decimal") == ",",
    )  # fmt: skip


def _parse_scale(value: Any) -> Decimal:
    try:
        scale = Decimal(str(value or 1))
    except InvalidOperation as error:
        raise ValueError(_("the scale must be a number, 0.01 for cents")) from error
    if not scale.is_finite() or not 0 < scale <= 1_000_000:
        raise ValueError(_("the scale must be above zero, 0.01 for cents"))
    return scale


def _find_contradictions(columns: Mapping[str, ColumnTarget], *, sku_from: tuple[str, ...], native: bool) -> list[str]:
    if native:
        return []
    faults = []
    by_target: dict[str, list[str]] = {}
    for name, column in columns.items():
        by_target.setdefault(column.target, []).append(name)
    for target, names in by_target.items():
        if len(names) > 1 and target not in MANY:
            message = _("“%(target)s” is chosen for several columns: %(columns)s. Choose one.")
            faults.append(message % {"target": TARGETS[target], "columns": ", ".join(names)})
    if "sku" not in by_target and not sku_from:
        faults.append(_("No column is the SKU. Choose the column that holds each product's own number."))
    return faults
