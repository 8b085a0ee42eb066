"""Facet counts over the whole candidate set, complete and multi-select correct.

A facet's own selection does not narrow its own counts; clicking a value returns exactly its count, because counts and
filters read the same masks.
"""

import hashlib
from collections import Counter

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from catalog.postings import expand_ranges
from ranking.contracts import Facet, FacetValue
from ranking.retrieval.attribute_facets import attribute_facets, choose_attributes
from ranking.retrieval.facet_question import FacetQuestion, keep_selected, least_shown, make_value_facet
from ranking.retrieval.filters import MINOR_UNITS, Mask

DEFAULT_FIELDS = ("category", "brand", "price", "rating", "in_stock", "on_sale")
PRICE_BUCKETS = 5
RATING_STEPS = (4.0, 3.0, 2.0)
MOST_SPREAD = 1_000_000


def count_facets(question: FacetQuestion) -> tuple[Facet, ...]:
    """All facets of a page. The same candidates under the same prices give the same facets, so they are kept."""
    snapshot = question.snapshot
    found = hashlib.blake2b(np.packbits(question.candidates).tobytes(), digest_size=16).digest()
    shown = (question.groups is not None, question.pinned, question.beside)
    limited = tuple((pin.ordinal, pin.key) for pin in question.limited)
    asked = (question.filters, question.fields, question.locale, question.category, shown, limited)
    return snapshot.remember(("facets", found, *asked, snapshot.price_epoch(question.now)), lambda: _count(question))


def _count(question: FacetQuestion) -> tuple[Facet, ...]:
    fields = question.fields if question.fields is not None else DEFAULT_FIELDS
    built = [_BUILDERS[field](question) for field in fields if field in _BUILDERS]
    attributes = question.snapshot.vocabulary.attributes
    if question.fields is not None:
        chosen = [attributes[field] for field in fields if field in attributes]
    else:
        chosen = choose_attributes(question)
    built += attribute_facets(question, chosen)
    by_field = {facet.field: facet for facet in built if facet is not None}
    order = fields if question.fields is not None else by_field
    return tuple(by_field[field] for field in order if field in by_field)


def _category_facet(question: FacetQuestion) -> Facet | None:
    """The children of the chosen category (or the departments), with the counts of their whole subtrees."""
    vocabulary = question.snapshot.vocabulary
    ids = question.snapshot.category[question.documents_without("category")]
    selected = question.selected_values("category")
    parent = next(iter(selected), question.category) if len(selected) <= 1 else question.category
    counts: Counter[str] = Counter()
    for id_, count in _count_ids(ids).items():
        if id_ in vocabulary.category_by_id:
            counts.update(dict.fromkeys(_ancestors(vocabulary.category_by_id[id_].key), count))
    counts.subtract(_count_repeated_subtrees(question))
    keys = [key for key in counts if key.rpartition("/")[0] == parent] or [
        key for key in counts if key.rpartition("/")[0] == parent.rpartition("/")[0]
    ]
    keys = list(dict.fromkeys([*keys, *(key for key in selected if key in vocabulary.categories)]))
    values = [
        FacetValue(key, vocabulary.categories[key].label(question.locale), counts[key], key in selected)
        for key in keys
        if key in vocabulary.categories
    ]
    return make_value_facet("category", _("Category"), values, kind="category")


def _count_repeated_subtrees(question: FacetQuestion) -> Counter[str]:
    """By category key: the offers in it and below it that another offer of the same thing there counts for."""
    nodes = question.snapshot.vocabulary.category_by_id
    offers = question.documents_without("category")[question.offers_without("category")]
    known, at = np.unique(question.snapshot.category[offers], return_inverse=True)
    chains = [_ancestors(nodes[id_].key) if id_ in nodes else [] for id_ in known.tolist()]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(key for chain in chains for key in chain))}
    offsets = np.cumsum([0, *map(len, chains)])
    values = np.array([numbers[key] for chain in chains for key in chain], np.int64)[expand_ranges(offsets, at)]
    repeats = question.mark_repeats(np.repeat(offers, np.diff(offsets)[at]), values)
    counted = np.bincount(values[repeats], minlength=len(numbers)).tolist()
    return Counter(dict(zip(numbers, counted, strict=True)))


def _brand_facet(question: FacetQuestion) -> Facet | None:
    nodes = question.snapshot.vocabulary.brand_by_id
    selected = question.selected_values("brand")
    documents = question.documents_without("brand")
    brands, offers = question.snapshot.brand[documents], question.offers_without("brand")
    counts = Counter(_count_ids(brands))
    counts.subtract(_count_ids(brands[offers][question.mark_repeats(documents[offers], brands[offers])]))
    least = least_shown([count for id_, count in counts.items() if id_ in nodes])
    values = [
        FacetValue(nodes[id_].key, nodes[id_].label(question.locale), count, nodes[id_].key in selected)
        for id_, count in counts.items()
        if id_ in nodes and (count >= least or nodes[id_].key in selected)
    ]
    known = question.snapshot.vocabulary.brands
    labels = {key: known[key].label(question.locale) if key in known else key for key in selected}
    return make_value_facet("brand", _("Brand"), keep_selected(values, labels))


def _price_facet(question: FacetQuestion) -> Facet | None:
    prices = question.snapshot.effective_price(question.now)[question.documents_without("price")]
    known = prices[prices >= 0]
    if not len(known):
        return None
    edges = _nice_edges(known / MINOR_UNITS)
    bounds = [(low, round(high - 1 / MINOR_UNITS, 2)) for low, high in zip(edges, edges[1:], strict=False)]
    selected = {(item.minimum, item.maximum) for item in question.selected("price")}
    values = []
    for low, high in bounds:
        inside = (prices >= round(low * MINOR_UNITS)) & (prices <= round(high * MINOR_UNITS))
        count = question.count("price", inside)
        if count:
            label = f"{low:g} – {high:g}"
            values.append(FacetValue(f"{low:g}..{high:g}", label, count, (low, high) in selected, low, high))
    lowest, highest = (float(price) / MINOR_UNITS for price in (known.min(), known.max()))
    return Facet("price", _("Price"), "range", tuple(values), "", lowest, highest)


def _rating_facet(question: FacetQuestion) -> Facet | None:
    ratings = question.snapshot.columns["rating_average"][question.documents_without("rating")]
    selected = {item.minimum for item in question.selected("rating")}
    values = []
    for step in RATING_STEPS:
        count = question.count("rating", ratings >= step)
        label = _("%(stars)s stars and up") % {"stars": f"{step:g}"}
        if count:
            values.append(FacetValue(f"{step:g}..", label, count, step in selected, step, None))
    return Facet("rating", _("Rating"), "range", tuple(values)) if values else None


def _flag_facet(question: FacetQuestion, field: str, label: str, value_label: str, flags: Mask) -> Facet | None:
    count = question.count(field, flags[question.documents_without(field)])
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


def _count_ids(ids: NDArray[np.int64]) -> dict[int, int]:
    """Ids of the vocabulary lie close together, so they are counted without sorting."""
    if not len(ids):
        return {}
    lowest, highest = int(ids.min()), int(ids.max())
    if highest - lowest > MOST_SPREAD:
        found, counts = np.unique(ids, return_counts=True)
    else:
        counted = np.bincount(ids - lowest)
        places = np.flatnonzero(counted)
        found, counts = places + lowest, counted[places]
    return dict(zip(found.tolist(), counts.tolist(), strict=True))


def _ancestors(key: str) -> list[str]:
    parts = key.split("/")
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]


def _nice_edges(prices: NDArray[np.float64]) -> list[float]:
    """Round bucket edges near the quantiles: 10, 25, 50, 100 … rather than 13.37."""
    steps = [base * 10.0**power for power in range(-1, 7) for base in (1, 2, 2.5, 5)]
    quantiles = np.quantile(prices, np.arange(1, PRICE_BUCKETS) / PRICE_BUCKETS)
    inner = {min(steps, key=lambda step: abs(step - quantile)) for quantile in quantiles}
    top = next(step for step in steps if step > prices.max())
    return [0.0, *sorted(edge for edge in inner if 0 < edge < top), top]
