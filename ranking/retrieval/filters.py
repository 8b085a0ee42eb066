"""Filters as boolean masks over the index: the one place that decides whether a product passes."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from catalog.models import AttributeValue, Product, Variant
from ranking.contracts import Filter
from ranking.errors import BadSearch
from ranking.retrieval.snapshot import IndexSnapshot

FIELD_NAMES = ("category", "brand", "price", "rating", "in_stock", "on_sale", "sku")
MINOR_UNITS = 100
Mask = NDArray[np.bool_]


def filter_mask(snapshot: IndexSnapshot, filters: Sequence[Filter], *, now: datetime) -> Mask:
    """True where a document passes every filter; no filters: everything passes. Raises BadSearch on unknown fields."""
    mask = np.ones(len(snapshot.product_ids), bool)
    for item in filters:
        passed = _mask_of(snapshot, item, now)
        mask &= ~passed if item.exclude else passed
    return mask


def live_mask(snapshot: IndexSnapshot, *, market: str) -> Mask:
    """Documents that may be shown at all in this market."""
    if not market:
        return snapshot.live.copy()
    bit = snapshot.vocabulary.market_bits.get(market)
    wanted = 0 if bit is None else 1 << bit
    masks = snapshot.columns["market_mask"]
    return snapshot.live & ((masks == 0) | ((masks & wanted) != 0))


def check_fields(snapshot: IndexSnapshot, names: Sequence[str], *, role: str) -> None:
    """Refuse a filter or facet on something the catalog does not know, naming near alternatives."""
    for name in names:
        if name not in FIELD_NAMES and name not in snapshot.vocabulary.attributes:
            known = [*FIELD_NAMES, *sorted(snapshot.vocabulary.attributes)]
            message = f"Unknown {role} '{name[:100]}'. Use one of the fields in extra.allowed."
            raise BadSearch(message, allowed=known[:100], field=name[:100])


def _mask_of(snapshot: IndexSnapshot, item: Filter, now: datetime) -> Mask:
    if item.field in _FIELD_MASKS:
        return _FIELD_MASKS[item.field](snapshot, item, now)
    return _attribute_mask(snapshot, item)


def _category_mask(snapshot: IndexSnapshot, item: Filter, now: datetime) -> Mask:
    return np.isin(snapshot.category, _category_ids(snapshot, item.values))


def _brand_mask(snapshot: IndexSnapshot, item: Filter, now: datetime) -> Mask:
    brands = snapshot.vocabulary.brands
    return np.isin(snapshot.brand, [brands[key].id for key in item.values if key in brands])


def _price_mask(snapshot: IndexSnapshot, item: Filter, now: datetime) -> Mask:
    prices = snapshot.effective_price(now)
    return (prices >= 0) & _between(prices, item, MINOR_UNITS)


def _rating_mask(snapshot: IndexSnapshot, item: Filter, now: datetime) -> Mask:
    return _between(snapshot.columns["rating_average"], item, 1)


def _stock_mask(snapshot: IndexSnapshot, item: Filter, now: datetime) -> Mask:
    return _flag(snapshot.in_stock, item)


def _sale_mask(snapshot: IndexSnapshot, item: Filter, now: datetime) -> Mask:
    return _flag(snapshot.on_sale(now), item)


def _between(values: NDArray[np.number], item: Filter, scale: int) -> Mask:
    mask = np.ones(len(values), bool)
    if item.minimum is not None:
        mask &= values >= round(item.minimum * scale, 6)
    if item.maximum is not None:
        mask &= values <= round(item.maximum * scale, 6)
    return mask


def _flag(values: Mask, item: Filter) -> Mask:
    wanted = {value.lower() in ("true", "1", "yes") for value in item.values}
    return np.isin(values, list(wanted)) if wanted else values


def _category_ids(snapshot: IndexSnapshot, keys: Sequence[str]) -> list[int]:
    """Ids of these categories and everything below them."""
    stems = tuple(f"{key}/" for key in keys)
    return [
        node.id
        for key, node in snapshot.vocabulary.categories.items()
        if key in keys or (stems and key.startswith(stems))
    ]


def _sku_mask(snapshot: IndexSnapshot, item: Filter, now: datetime) -> Mask:
    """By product or variant SKU."""
    ids = set(Product.objects.filter(sku__in=item.values).values_list("id", flat=True))
    ids |= set(Variant.objects.filter(sku__in=item.values).values_list("product_id", flat=True))
    at = snapshot.ordinals(sorted(ids))
    mask = np.zeros(len(snapshot.product_ids), bool)
    mask[at[at >= 0]] = True
    return mask


def _attribute_mask(snapshot: IndexSnapshot, item: Filter) -> Mask:
    check_fields(snapshot, [item.field], role="filter")
    key = ("attribute", item.field, item.values, item.minimum, item.maximum)
    return snapshot.remember(key, lambda: documents_with(snapshot, _wanted_values(snapshot, item)))


def _wanted_values(snapshot: IndexSnapshot, item: Filter) -> Mask:
    """Which AttributeValue ids pass, by id."""
    wanted = snapshot.vocabulary.value_attribute == snapshot.vocabulary.attributes[item.field].id
    if item.values:
        chosen = np.zeros(len(wanted), bool)
        rows = AttributeValue.objects.filter(attribute__key=item.field, key__in=item.values)
        ids = np.fromiter(rows.values_list("id", flat=True), np.int64)
        chosen[ids[ids < len(chosen)]] = True
        wanted &= chosen
    if item.minimum is not None or item.maximum is not None:
        wanted &= _between(snapshot.vocabulary.value_number, item, 1)
    return wanted


def documents_with(snapshot: IndexSnapshot, wanted: Mask) -> Mask:
    """Documents holding any attribute value whose id is marked."""
    held = snapshot.facet_values
    marked = np.zeros(len(held), bool)
    known = held < len(wanted)
    marked[known] = wanted[held[known]]
    at = np.flatnonzero(marked)
    mask = np.zeros(len(snapshot.product_ids), bool)
    mask[np.searchsorted(snapshot.facet_offsets, at, side="right") - 1] = True
    return mask


_FIELD_MASKS: Mapping[str, Callable[[IndexSnapshot, Filter, datetime], Mask]] = {
    "category": _category_mask,
    "brand": _brand_mask,
    "price": _price_mask,
    "rating": _rating_mask,
    "in_stock": _stock_mask,
    "on_sale": _sale_mask,
    "sku": _sku_mask,
}
