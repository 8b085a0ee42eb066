"""Facets on attributes: which ones divide this result, and their values or buckets."""

from collections.abc import Mapping, Sequence

import numpy as np
from django.utils.translation import gettext as _

from ranking.contracts import Facet, FacetValue
from ranking.retrieval.facet_question import MAX_VALUES, FacetQuestion, keep_selected, make_value_facet
from ranking.retrieval.vocabulary import AttributeNode, value_labels

MAX_ATTRIBUTE_FACETS = 8
MIN_COVERAGE = 0.1
MAX_PLAIN_NUMBERS = 12
RANGE_BUCKETS = 5


def choose_attributes(question: FacetQuestion) -> list[AttributeNode]:
    """Attributes that divide this result: held by enough of it, with at least two values; selected ones always."""
    vocabulary = question.snapshot.vocabulary
    held = question.held_without("")
    total = max(int(question.mask_without("").sum()), 1)
    share = np.bincount(held.owners, minlength=1) / total
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
    """Documents per bucket; one with two values in a bucket counts once."""
    held = question.held_without(node.key)
    own = held.owners == node.id
    numbers = question.snapshot.vocabulary.value_number[held.values[own]]
    buckets = np.searchsorted(np.array(lows), numbers, side="right") - 1
    pairs = np.unique(held.holders[own] * len(lows) + buckets)
    return np.bincount(pairs % len(lows), minlength=len(lows)).tolist()
