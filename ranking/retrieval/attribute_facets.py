"""Facets on attributes: which ones divide this result, and their values or buckets."""

from collections.abc import Mapping, Sequence

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from ranking.contracts import Facet, FacetValue
from ranking.retrieval.facet_question import MAX_VALUES, FacetQuestion, keep_selected, make_value_facet, read_pairs
from ranking.retrieval.snapshot import IndexSnapshot
from ranking.retrieval.vocabulary import AttributeNode, value_labels

MAX_ATTRIBUTE_FACETS = 8
MIN_COVERAGE = 0.1
MAX_PLAIN_NUMBERS = 12
RANGE_BUCKETS = 5
# So few are looked at one by one sooner than the whole index is checked.
FEW_DOCUMENTS = 50_000
CHECKED_TOGETHER = 65_536


def choose_attributes(question: FacetQuestion) -> list[AttributeNode]:
    """Attributes that divide this result: held by enough of it, with at least two values; selected ones always."""
    vocabulary = question.snapshot.vocabulary
    held = question.held_without("")
    share = held.count_owners() / max(question.count(""), 1)
    distinct = np.bincount(held.present_owners, minlength=1)
    chosen = {item.field for item in question.filters}
    ranked = [
        (node.position, -min(share[id_], 1.0), node.key, node)
        for id_ in np.flatnonzero((share >= MIN_COVERAGE) & (distinct > 1)).tolist()
        if (node := vocabulary.attribute_by_id.get(id_)) and node.is_facet and node.key not in chosen
    ]
    own = [vocabulary.attributes[key] for key in sorted(chosen) if key in vocabulary.attributes]
    return own + [row[-1] for row in sorted(ranked, key=lambda row: row[:3])[:MAX_ATTRIBUTE_FACETS]]


def attribute_facets(question: FacetQuestion, nodes: Sequence[AttributeNode]) -> list[Facet]:
    counted = {node: _counts_of(question, node) for node in nodes}
    named = {id_ for node, counts in counted.items() if node.kind == "text" for id_ in counts}
    labels = value_labels(question.snapshot.vocabulary, named)
    return [facet for node, counts in counted.items() if (facet := _attribute_facet(question, node, counts, labels))]


def _counts_of(question: FacetQuestion, node: AttributeNode) -> Mapping[int, int]:
    held = question.held_without(node.key)
    ids = held.values_of(node.id)
    if node.kind != "number" or len(ids) <= MAX_PLAIN_NUMBERS:
        ids = ids[np.argsort(-held.counts[ids], kind="stable")][:MAX_VALUES]
    return dict(zip(ids.tolist(), held.counts[ids].tolist(), strict=True))


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
    values = keep_selected(values, {key: _label(node, key, "", "", question.locale) for key in selected})
    if node.kind == "number":
        values.sort(key=lambda value: _as_number(value.key))
        return Facet(node.key, node.label(question.locale), "value", tuple(values), node.unit) if values else None
    return make_value_facet(node.key, node.label(question.locale), values)


def _as_number(key: str) -> float:
    """A shopper's link may name anything as the chosen value; what is no number stands last."""
    try:
        return float(key)
    except ValueError:
        return float("inf")


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
    """Rows of a list per bucket; one with two values in a bucket counts once."""
    held = question.held_without(node.key)
    numbers = question.snapshot.vocabulary.value_number
    ids = held.values_of(node.id)
    buckets = np.searchsorted(np.array(lows), numbers[ids], side="right") - 1
    if len(held.documents) > FEW_DOCUMENTS and is_single_valued(question.snapshot, node.id):
        documents = held.counts[ids] + held.repeated[ids]
        counted = np.bincount(buckets, weights=documents, minlength=len(lows)).astype(np.int64)
    else:
        holders, values = held.pairs_of(node.id)
        found = buckets[np.searchsorted(ids, values)]
        if (holders[1:] == holders[:-1]).any():
            found = np.unique(holders * len(lows) + found) % len(lows)
        counted = np.bincount(found, minlength=len(lows))
    return (counted - _count_repeats(question, node, lows)).tolist()


def _count_repeats(question: FacetQuestion, node: AttributeNode, lows: Sequence[float]) -> NDArray[np.int64]:
    """By bucket the documents that another offer of the same thing in it counts for."""
    offers = question.documents_without(node.key)[question.offers_without(node.key)]
    holders, values = read_pairs(question.snapshot, offers, node.id)
    numbers = question.snapshot.vocabulary.value_number[values]
    pairs = np.unique(holders * len(lows) + np.searchsorted(np.array(lows), numbers, side="right") - 1)
    repeats = question.mark_repeats(pairs // len(lows), pairs % len(lows))
    return np.bincount(pairs[repeats] % len(lows), minlength=len(lows))


# By attribute and vocabulary version, of the values that an index holds: prices and stock change without them.
_checked: tuple[object, dict[tuple[int, int], bool]] = (None, {})


def is_single_valued(snapshot: IndexSnapshot, attribute_id: int) -> bool:
    """Whether no document of the index has two values of this attribute: then values are counted, not documents."""
    global _checked  # noqa: PLW0603 - one small answer an attribute, replaced whole with the index
    if _checked[0] is not snapshot.facet_values:
        _checked = (snapshot.facet_values, {})
    known = _checked[1]
    key = (attribute_id, snapshot.vocabulary.version)
    if key not in known:
        known[key] = _check_single(snapshot, attribute_id)
    return known[key]


def _check_single(snapshot: IndexSnapshot, attribute_id: int) -> bool:
    """40 ms for a million documents of 12 values."""
    is_own = np.append(snapshot.vocabulary.value_attribute == attribute_id, False)
    offsets = snapshot.facet_offsets
    for first in range(0, len(offsets) - 1, CHECKED_TOGETHER):
        bounds = offsets[first : first + CHECKED_TOGETHER + 1]
        own = is_own[np.minimum(snapshot.facet_values[bounds[0] : bounds[-1]], len(is_own) - 1)]
        starts = bounds[:-1] - bounds[0]
        # Of a document without values the sum is that of one value: too little to matter here.
        starts = starts[starts < len(own)]
        if len(starts) and (np.add.reduceat(own, starts, dtype=np.uint16) > 1).any():
            return False
    return True
