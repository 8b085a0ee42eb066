"""Decides what a batch changes: pure functions from rows and stored products to what must be written."""

import hashlib
import marshal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from catalog.contracts import Empty, ProductRow, VariantRow
from catalog.row_fields import RowFault
from catalog.storing.state import Owner, StoredProduct, StoredVariant
from catalog.text import fold_key

NEW_PRODUCT: dict[str, Any] = {
    "status": "active", "title_en": "", "title_zh": "", "description_en": "", "description_zh": "", "brand_id": None,
    "category_id": None, "attributes": {}, "images": [], "sale_from": None, "sale_until": None, "rating_average": None,
    "rating_count": 0, "popularity": 0.0, "markets": [], "extra": {},
}  # fmt: skip
NEW_VARIANT: dict[str, Any] = {
    "options": {}, "price": None, "sale_price": None, "cost": None, "stock": None, "barcode": "", "image": "",
    "position": 0,
}  # fmt: skip
_PLAIN_FIELDS = ("sale_from", "sale_until", "rating_average", "rating_count", "popularity", "status")


@dataclass(slots=True)
class PlannedVariant:
    sku: str
    values: dict[str, Any]
    id: int | None = None
    changed: bool = True


@dataclass(slots=True)
class PlannedProduct:
    """A product as it will be. `id` is None for a new one; `changed_fields` is empty when nothing differs."""

    row: ProductRow
    fingerprint: str
    id: int | None
    values: dict[str, Any]
    variants: list[PlannedVariant] = field(default_factory=list)
    gone_variant_ids: list[int] = field(default_factory=list)
    absorbed_product_ids: list[int] = field(default_factory=list)
    changed_fields: tuple[str, ...] = ()


def fingerprint_row(row: ProductRow) -> str:
    """Hash of everything the file said of a product, whatever the order of its columns."""
    # `marshal` of plain values is an order of magnitude faster than JSON. Version 2 writes no references, which would
    # depend on what else holds a string. Should a Python write it otherwise, rows are compared and found unchanged.
    said: Any = (
        sorted(row.titles.items()), sorted(row.descriptions.items()), row.brand and sorted(row.brand.items()),
        row.category and [sorted(level.items()) for level in row.category],
        row.attributes and sorted(row.attributes.items()), row.images, str(row.sale_from), str(row.sale_until),
        row.rating_average, row.rating_count, row.popularity, row.markets, row.status,
        row.extra and sorted(row.extra.items()), row.complete,
        [(v.sku, sorted(v.options.items()), f"{v.price} {v.sale_price} {v.cost}", v.stock, v.barcode, v.image)
         for v in row.variants] if row.variants is not None else None,
        [(s.key, sorted(s.names.items()), s.unit, str(s.value_names)) for s in row.specs] if row.complete else None,
    )  # fmt: skip
    return hashlib.blake2b(marshal.dumps(said, 2), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a batch's rows stand among: the products they change, who owns their variant SKUs, who may be absorbed, and
    the SKUs of variants that a merge moved in (catalog.duplicates.merging): files of their product do not list those.
    """

    stored: Mapping[str, StoredProduct]
    owners: Mapping[str, Owner]
    absorbed: Mapping[str, StoredProduct]
    reactivate: bool = False
    guests: frozenset[str] = frozenset()


def plan_product(
    row: ProductRow, among: Surroundings, *, fingerprint: str, brand_id: int | None, category_id: int | None
) -> PlannedProduct:
    """The product after this row; raises RowFault when the row contradicts the shop."""
    stored = among.stored.get(row.sku)
    before = stored.values if stored else NEW_PRODUCT
    after = _merge_product(row, before, brand_id=brand_id, category_id=category_id)
    if among.reactivate and row.status is None:
        after["status"] = "active" if before["status"] == "archived" else before["status"]
    if not after["title_en"] and not after["title_zh"]:
        message = _("The product %(sku)s has no title. Fill in a title, in English or Chinese.")
        raise RowFault("missing_title", message % {"sku": row.sku}, "title")
    plan = PlannedProduct(row, fingerprint, stored.id if stored else None, after)
    _plan_variants(plan, stored, among)
    _fold_options(plan, stored, before)
    changed = [name for name, value in after.items() if value != before[name]]
    if any(variant.changed for variant in plan.variants) or plan.gone_variant_ids:
        changed.append("variants")
    plan.changed_fields = tuple(changed)
    return plan


def _merge_product(
    row: ProductRow, before: Mapping[str, Any], *, brand_id: int | None, category_id: int | None
) -> dict[str, Any]:
    after = dict(before)
    after.update({f"title_{locale}": text for locale, text in row.titles.items()})
    after.update({f"description_{locale}": text for locale, text in row.descriptions.items()})
    if row.brand is not None:
        after["brand_id"] = brand_id
    if row.category is not None:
        after["category_id"] = category_id
    for name in _PLAIN_FIELDS:
        value = getattr(row, name)
        if value is not None:
            after[name] = None if value is Empty.EMPTY else value
    _merge_collections(row, before, after)
    if after["sale_from"] and after["sale_until"] and after["sale_from"] >= after["sale_until"]:
        message = _("The sale ends before it begins. Correct one of the two dates.")
        raise RowFault("wrong_date", message, "sale_until")
    return after


def _merge_collections(row: ProductRow, before: Mapping[str, Any], after: dict[str, Any]) -> None:
    if row.images is not None:
        after["images"] = list(row.images)
    if row.markets is not None:
        after["markets"] = list(row.markets)
    if row.extra is not None:
        after["extra"] = dict(row.extra) if row.complete else {**before["extra"], **row.extra}
    if row.attributes is not None:
        said: dict[str, Any] = {key: list(values) for key, values in row.attributes.items() if values}
        if not row.complete and before["attributes"]:
            said = {key: values for key, values in before["attributes"].items() if key not in row.attributes} | said
        after["attributes"] = said


def _plan_variants(plan: PlannedProduct, stored: StoredProduct | None, among: Surroundings) -> None:
    row, owners, absorbed, guests = plan.row, among.owners, among.absorbed, among.guests
    held: dict[str, StoredVariant] = dict(stored.variants) if stored else {}
    said = {variant.sku: variant for variant in row.variants or ()}
    own = {sku: variant for sku, variant in held.items() if sku not in guests}
    said = _without_default(row, said, own, guests)
    for sku in said:
        owner = owners.get(sku)
        if owner is not None and owner.product_id != plan.id:
            if sku not in absorbed:
                _refuse_taken(sku, plan, owners)
            plan.absorbed_product_ids.append(absorbed[sku].id)
            held[sku] = absorbed[sku].variants[sku]
    optional = [variant for sku, variant in said.items() if sku not in guests]
    keeps_default = not any(variant.options for variant in [*optional, *_options_of(own)]) or not held
    position = 0
    for sku in dict.fromkeys([*held, *said]):
        gone = (row.complete and row.variants is not None and sku not in said and sku not in guests) or (
            sku == row.sku and not keeps_default and _is_default(sku, said, held)
        )
        if gone and sku in held:
            plan.gone_variant_ids.append(held[sku].id)
        elif not gone:
            plan.variants.append(_plan_variant(plan, sku, said.get(sku), held.get(sku), position))
            position += 1
    if not plan.variants:
        _refuse_taken(row.sku, plan, owners)
        plan.variants.append(PlannedVariant(row.sku, dict(NEW_VARIANT)))
    # Moved from an absorbed product, a variant must be written even when its values stay.
    for variant in plan.variants:
        if variant.sku in absorbed and variant.sku in said:
            variant.changed = True


def _refuse_taken(sku: str, plan: PlannedProduct, owners: Mapping[str, Owner]) -> None:
    owner = owners.get(sku)
    if owner is not None and owner.product_id != plan.id:
        message = _("The SKU %(sku)s already belongs to the product %(product)s. Remove it there first.")
        raise RowFault("sku_taken", message % {"sku": sku, "product": owner.product_sku}, "sku")


def _options_of(held: Mapping[str, StoredVariant]) -> list[VariantRow]:
    return [VariantRow(sku=sku, options=variant.values["options"]) for sku, variant in held.items()]


def _without_default(
    row: ProductRow, said: dict[str, VariantRow], held: Mapping[str, StoredVariant], guests: frozenset[str]
) -> dict[str, VariantRow]:
    """The parent's own line among its variants (price of the whole group, no options) is no variant of its own."""
    own = said.get(row.sku)
    others = any(sku != row.sku and sku not in guests for sku in (*said, *held))
    if own is None or own.options or not others or (row.complete and len(said) == 1):
        return said
    return {
        sku: _inherit(variant, own) if sku not in held else variant for sku, variant in said.items() if sku != row.sku
    }


def _inherit(variant: VariantRow, own: VariantRow) -> VariantRow:
    """A new variant without a price has its product's."""
    if variant.price is not None:
        return variant
    return VariantRow(
        variant.sku, variant.options, own.price, variant.sale_price or own.sale_price,
        variant.cost if variant.cost is not None else own.cost, variant.stock, variant.barcode, variant.image,
    )  # fmt: skip


def _is_default(sku: str, said: Mapping[str, VariantRow], held: Mapping[str, StoredVariant]) -> bool:
    if sku in said and said[sku].options:
        return False
    return not (sku in held and held[sku].values["options"])


def _plan_variant(
    plan: PlannedProduct, sku: str, said: VariantRow | None, held: StoredVariant | None, position: int
) -> PlannedVariant:
    before = held.values if held else NEW_VARIANT
    after = dict(before)
    after["position"] = position
    if said is not None:
        if said.options:
            after["options"] = dict(said.options)
        elif plan.row.complete:
            after["options"] = {}
        for name in ("price", "sale_price", "cost", "stock", "barcode", "image"):
            value = getattr(said, name)
            if value is not None:
                after[name] = None if value is Empty.EMPTY else value
    _check_sale(after, plan.row)
    return PlannedVariant(sku, after, held.id if held else None, changed=held is None or after != before)


def _check_sale(after: Mapping[str, Any], row: ProductRow) -> None:
    price, sale = after["price"], after["sale_price"]
    if isinstance(price, Decimal) and isinstance(sale, Decimal) and sale > price:
        message = _("The sale price %(sale)s is above the price %(price)s. Correct one of them.")
        raise RowFault("sale_above_price", message % {"sale": sale, "price": price}, "sale_price")


def _fold_options(plan: PlannedProduct, stored: StoredProduct | None, before: Mapping[str, Any]) -> None:
    """Options of all variants become attributes of the product, so that facets count them."""
    options = options_by_key([variant.values["options"] for variant in plan.variants])
    earlier = options_by_key([variant.values["options"] for variant in stored.variants.values()]) if stored else {}
    if not options and not earlier:
        return
    said = plan.row.attributes or {}
    attributes = {key: values for key, values in plan.values["attributes"].items() if key not in earlier or key in said}
    plan.values["attributes"] = {**attributes, **options}


def options_by_key(options: Sequence[Mapping[str, str]]) -> dict[str, list[str]]:
    """{"colour": ["Red", "Blue"]} of the variants' options, in the variants' order."""
    folded: dict[str, dict[str, None]] = {}
    for each in options:
        for name, value in each.items():
            folded.setdefault(fold_key(name)[:120], {})[str(value)] = None
    return {key: list(values) for key, values in folded.items() if key}
