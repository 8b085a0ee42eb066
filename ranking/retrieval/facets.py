"""Facet counts over the whole candidate set, complete and multi-select correct.

A facet's own selection does not narrow its own counts; clicking a value returns exactly its count, because counts and
filters read the same masks.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from catalog.postings import expand_ranges
from ranking.contracts import Facet, FacetValue, Filter
from ranking.retrieval.filters import MINOR_UNITS, Mask, filter_mask
from ranking.retrieval.snapshot import IndexSnapshot
from ranking.retrieval.vocabulary import AttributeNode, value_labels

DEFAULT_FIELDS = ("category", "brand", "price", "rating", "in_stock", "on_sale")
MAX_ATTRIBUTE_FACETS = 8
MAX_VALUES = 60
MIN_COVERAGE = 0.1
MAX_PLAIN_NUMBERS = 12
RANGE_BUCKETS = 5
RATING_STEPS = (4.0, 3.0, 2.0)


@dataclass(frozen=True, slots=True)
class HeldValues:
    """Attribute values of a set of documents, one entry a document and value: who holds it, whose value, which."""

    holders: NDArray[np.int64]
    owners: NDArray[np.int32]
    values: NDArray[np.int32]
    counts: NDArray[np.int64]  # documents by value id


@dataclass(frozen=True, slots=True)
class FacetQuestion:
    """What to count: candidates before the shopper's filters, the filters, and who reads the labels."""

    snapshot: IndexSnapshot
    candidates: Mask
    filters: tuple[Filter, ...]
    fields: tuple[str, ...] | None
    locale: str
    now: datetime
    category: str = ""
    _masks: dict[tuple[Filter, ...], Mask] = field(default_factory=dict)
    _held: dict[tuple[Filter, ...], HeldValues] = field(default_factory=dict)

    def mask_without(self, name: str) -> Mask:
        others = self._others(name)
        if others not in self._masks:
            self._masks[others] = self.candidates & filter_mask(self.snapshot, others, now=self.now)
        return self._masks[others]

    def held_without(self, name: str) -> HeldValues:
        others = self._others(name)
        if others not in self._held:
            self._held[others] = _gather_values(self.snapshot, self.mask_without(name))
        return self._held[others]

    def _others(self, name: str) -> tuple[Filter, ...]:
        return tuple(item for item in self.filters if item.field != name)

    def selected(self, field: str) -> tuple[Filter, ...]:
        return tuple(item for item in self.filters if item.field == field and not item.exclude)

    def selected_values(self, field: str) -> set[str]:
        return {value for item in self.selected(field) for value in item.values}


def count_facets(question: FacetQuestion) -> tuple[Facet, ...]:
    fields = question.fields if question.fields is not None else DEFAULT_FIELDS
    built = [_BUILDERS[field](question) for field in fields if field in _BUILDERS]
    attributes = question.snapshot.vocabulary.attributes
    if question.fields is not None:
        chosen = [attributes[field] for field in fields if field in attributes]
    else:
        chosen = _choose_attributes(question)
    built += _attribute_facets(question, chosen)
    by_field = {facet.field: facet for facet in built if facet is not None}
    order = fields if question.fields is not None else by_field
    return tuple(by_field[field] for field in order if field in by_field)


def _category_facet(question: FacetQuestion) -> Facet | None:
    """The children of the chosen category (or the departments), with the counts of their whole subtrees."""
    vocabulary = question.snapshot.vocabulary
    ids = question.snapshot.category[question.mask_without("category")]
    selected = question.selected_values("category")
    parent = next(iter(selected), question.category) if len(selected) <= 1 else question.category
    counts: Counter[str] = Counter()
    for id_, count in _count(ids).items():
        if id_ in vocabulary.category_by_id:
            counts.update(dict.fromkeys(_ancestors(vocabulary.category_by_id[id_].key), count))
    keys = [key for key in counts if key.rpartition("/")[0] == parent] or [
        key for key in counts if key.rpartition("/")[0] == parent.rpartition("/")[0]
    ]
    keys = list(dict.fromkeys([*keys, *(key for key in selected if key in vocabulary.categories)]))
    values = [
        FacetValue(key, vocabulary.categories[key].label(question.locale), counts[key], key in selected)
        for key in keys
        if key in vocabulary.categories
    ]
    return _value_facet("category", _("Category"), values, kind="category")


def _brand_facet(question: FacetQuestion) -> Facet | None:
    nodes = question.snapshot.vocabulary.brand_by_id
    selected = question.selected_values("brand")
    counts = _count(question.snapshot.brand[question.mask_without("brand")])
    values = [
        FacetValue(nodes[id_].key, nodes[id_].label(question.locale), count, nodes[id_].key in selected)
        for id_, count in counts.items()
        if id_ in nodes
    ]
    return _value_facet("brand", _("Brand"), values)


def _price_facet(question: FacetQuestion) -> Facet | None:
    prices = question.snapshot.effective_price(question.now)[question.mask_without("price")]
    prices = prices[prices >= 0]
    if not len(prices):
        return None
    edges = _nice_edges(prices / MINOR_UNITS)
    bounds = [(low, round(high - 1 / MINOR_UNITS, 2)) for low, high in zip(edges, edges[1:], strict=False)]
    selected = {(item.minimum, item.maximum) for item in question.selected("price")}
    values = []
    for low, high in bounds:
        count = int(((prices >= round(low * MINOR_UNITS)) & (prices <= round(high * MINOR_UNITS))).sum())
        if count:
            values.append(FacetValue(f"{low:g}..{high:g}", f"{low:g} – {high:g}", count, (low, high) in selected, low, high))
    return Facet(
        "price", _("Price"), "range", tuple(values), "", float(prices.min()) / MINOR_UNITS, float(prices.max()) / MINOR_UNITS
    )


def _rating_facet(question: FacetQuestion) -> Facet | None:
    ratings = question.snapshot.columns["rating_average"][question.mask_without("rating")]
    selected = {item.minimum for item in question.selected("rating")}
    values = [
        FacetValue(f"{step:g}..", _("%(stars)s stars and up") % {"stars": f"{step:g}"}, count, step in selected, step, None)
        for step in RATING_STEPS
        if (count := int((ratings >= step).sum()))
    ]
    return Facet("rating", _("Rating"), "range", tuple(values)) if values else None


def _flag_facet(question: FacetQuestion, field: str, label: str, value_label: str, flags: Mask) -> Facet | None:
    count = int(flags[question.mask_without(field)].sum())
    if not count:
        return None
    value = FacetValue("true", value_label, count, "true" in question.selected_values(field))
    return Facet(field, label, "value", (value,))


def _stock_facet(question: FacetQuestion) -> Facet | None:
    return _flag_facet(question, "in_stock", _("Availability"), _("In stock"), question.snapshot.in_stock)


def _sale_facet(question: FacetQuestion) -> Facet | None:
    return _flag_facet(question, "on_sale", _("Offers"), _("On sale"), question.snapshot.on_sale(question.now))


_BUILDERS = {
    "category": _category_facet,
    "brand": _brand_facet,
    "price": _price_facet,
    "rating": _rating_facet,
    "in_stock": _stock_facet,
    "on_sale": _sale_facet,
}


def _gather_values(snapshot: IndexSnapshot, mask: Mask) -> HeldValues:
    documents = np.flatnonzero(mask)
    sizes = snapshot.facet_offsets[documents + 1] - snapshot.facet_offsets[documents]
    values = snapshot.facet_values[expand_ranges(snapshot.facet_offsets, documents)]
    holders = np.repeat(documents, sizes)
    known = values < len(snapshot.vocabulary.value_attribute)
    if not known.all():  # indexed a moment ago, with names this process has not read yet
        values, holders = values[known], holders[known]
    owners = snapshot.vocabulary.value_attribute[values]
    return HeldValues(holders, owners, values, np.bincount(values, minlength=len(snapshot.vocabulary.value_attribute)))


def _choose_attributes(question: FacetQuestion) -> list[AttributeNode]:
    """Attributes that divide this result: held by enough of it, with at least two values; selected ones always."""
    vocabulary = question.snapshot.vocabulary
    held = question.held_without("")
    total = max(int(question.mask_without("").sum()), 1)
    share = np.bincount(held.owners, minlength=1) / total
    distinct = np.bincount(vocabulary.value_attribute[held.counts > 0], minlength=1)
    chosen = {item.field for item in question.filters}
    ranked = [
        (node.position, -min(share[id_], 1.0), node.key, node)
        for id_ in np.flatnonzero((share >= MIN_COVERAGE) & (distinct > 1)).tolist()
        if (node := vocabulary.attribute_by_id.get(id_)) and node.is_facet and node.key not in chosen
    ]
    own = [vocabulary.attributes[key] for key in sorted(chosen) if key in vocabulary.attributes]
    return own + [row[-1] for row in sorted(ranked, key=lambda row: row[:3])[:MAX_ATTRIBUTE_FACETS]]


def _attribute_facets(question: FacetQuestion, nodes: Sequence[AttributeNode]) -> list[Facet]:
    counted = {node: _counts_of(question, node) for node in nodes}
    named = {id_ for node, counts in counted.items() if node.kind == "text" for id_ in counts}
    labels = value_labels(question.snapshot.vocabulary, named)
    return [facet for node, counts in counted.items() if (facet := _attribute_facet(question, node, counts, labels))]


def _counts_of(question: FacetQuestion, node: AttributeNode) -> Mapping[int, int]:
    counts = question.held_without(node.key).counts
    ids = np.flatnonzero((question.snapshot.vocabulary.value_attribute == node.id) & (counts > 0))
    if node.kind != "number" or len(ids) <= MAX_PLAIN_NUMBERS:
        ids = ids[np.argsort(-counts[ids], kind="stable")][:MAX_VALUES]
    return {int(id_): int(counts[id_]) for id_ in ids}


def _attribute_facet(
    question: FacetQuestion, node: AttributeNode, counts: Mapping[int, int], labels: Mapping[int, tuple[str, str, str]]
) -> Facet | None:
    numbers = question.snapshot.vocabulary.value_number
    if node.kind == "number" and len(counts) > MAX_PLAIN_NUMBERS:
        return _number_facet(question, node, {float(numbers[id_]): count for id_, count in counts.items()})
    selected = question.selected_values(node.key)
    values = []
    for id_, count in counts.items():
        key, en, zh = labels[id_] if node.kind == "text" else (_plain_key(node, float(numbers[id_])), "", "")
        values.append(FacetValue(key, _label(node, key, en, zh, question.locale), count, key in selected))
    if node.kind == "number":
        values.sort(key=lambda value: float(value.key))
        return Facet(node.key, node.label(question.locale), "value", tuple(values), node.unit) if values else None
    return _value_facet(node.key, node.label(question.locale), values)


def _plain_key(node: AttributeNode, number: float) -> str:
    if node.kind == "boolean":
        return "true" if number else "false"
    return f"{number:.10g}"


def _label(node: AttributeNode, key: str, en: str, zh: str, locale: str) -> str:
    if node.kind == "boolean":
        return _("Yes") if key == "true" else _("No")
    if node.kind == "number":
        return f"{key} {node.unit}".strip()
    first, second = (zh, en) if locale == "zh" else (en, zh)
    return first or second or key


def _number_facet(question: FacetQuestion, node: AttributeNode, counts: Mapping[float, int]) -> Facet:
    """Buckets of about equal counts; bounds are values that occur, so inclusive bounds count each product once."""
    ordered = sorted(counts)
    weights = np.cumsum([counts[number] for number in ordered])
    cuts = np.searchsorted(weights, weights[-1] * np.arange(1, RANGE_BUCKETS) / RANGE_BUCKETS)
    edges = sorted({0, *(int(cut) + 1 for cut in cuts if cut + 1 < len(ordered)), len(ordered)})
    selected = {(item.minimum, item.maximum) for item in question.selected(node.key)}
    found = _count_buckets(question, node, [ordered[start] for start in edges[:-1]])
    values = []
    for count, start, end in zip(found, edges, edges[1:], strict=False):
        low, high = ordered[start], ordered[end - 1]
        text = f"{low:g}" if low == high else f"{low:g} – {high:g}"
        label = f"{text} {node.unit}".strip()
        values.append(FacetValue(f"{low:.10g}..{high:.10g}", label, count, (low, high) in selected, low, high))
    label = node.label(question.locale)
    return Facet(node.key, label, "range", tuple(values), node.unit, ordered[0], ordered[-1])


def _count_buckets(question: FacetQuestion, node: AttributeNode, lows: Sequence[float]) -> list[int]:
    """Documents per bucket; one with two values in a bucket counts once."""
    held = question.held_without(node.key)
    own = held.owners == node.id
    numbers = question.snapshot.vocabulary.value_number[held.values[own]]
    buckets = np.searchsorted(np.array(lows), numbers, side="right") - 1
    pairs = np.unique(held.holders[own] * len(lows) + buckets)
    return np.bincount(pairs % len(lows), minlength=len(lows)).tolist()


def _value_facet(field: str, label: str, values: list[FacetValue], *, kind: str = "value") -> Facet | None:
    if not values:
        return None
    ranked = sorted(values, key=lambda value: (not value.selected, -value.count, value.label))[:MAX_VALUES]
    return Facet(field, label, "category" if kind == "category" else "value", tuple(ranked))


def _count(ids: NDArray[np.int64]) -> dict[int, int]:
    found, counts = np.unique(ids, return_counts=True)
    return dict(zip(found.tolist(), counts.tolist(), strict=True))


def _ancestors(key: str) -> list[str]:
    parts = key.split("/")
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]


def _nice_edges(prices: NDArray[np.float64]) -> list[float]:
    """Round bucket edges near the quantiles: 10, 25, 50, 100 … rather than 13.37."""
    steps = [base * 10.0**power for power in range(-1, 7) for base in (1, 2, 2.5, 5)]
    quantiles = np.quantile(prices, np.arange(1, RANGE_BUCKETS) / RANGE_BUCKETS)
    inner = {min(steps, key=lambda step: abs(step - quantile)) for quantile in quantiles}
    top = next(step for step in steps if step > prices.max())
    return [0.0, *sorted(edge for edge in inner if 0 < edge < top), top]
