"""The lexical leg: exact BM25F over posting lists, scored in this process in one pass.

Zaragoza et al. 2004 (fields are weighed and length-normed when indexed: catalog/postings.py), idf in the form of
Lucene: ln(1 + (N - n + 0.5) / (n + 0.5)); n counts living documents alone, so a product scores the same before and
after segments merge. Any word may match, but a product that holds all of them should win: the sum is multiplied by the
share of the query's idf that the product holds (docs/log.md has what that is worth).

A term may be said in other ways (synonyms, the other language): a document scores by the best of them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from catalog.postings import FIELD_BITS, read_masks
from ranking.contracts import Expansion
from ranking.retrieval.postings_memory import PostingRow
from ranking.retrieval.snapshot import IndexSnapshot

POSTINGS_SQL = (
    "SELECT term, segment_id, ordinals, frequencies, fields FROM catalog_posting "
    "WHERE segment_id = ANY(%s) AND term = ANY(%s)"
)
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LexicalQuery:
    """Terms in order, other ways to say them, and groups of terms a product must not hold all of. `measured` are terms
    of numbers that narrow the page by themselves: a lamp of 42 W holds no word of "40 W", and is looked for all the
    same.
    """

    terms: tuple[str, ...]
    expansions: tuple[Expansion, ...] = ()
    negated: tuple[tuple[str, ...], ...] = ()
    measured: frozenset[str] = frozenset()

    def list_terms(self) -> list[str]:
        """Every term whose postings are needed."""
        named = set(self.terms)
        for expansion in self.expansions:
            named.update(expansion.alternative)
        for group in self.negated:
            named.update(group)
        return sorted(named)


@dataclass(frozen=True, slots=True)
class _Hits:
    """Documents holding a term: `ordinals` int64 ascending, saturated frequency (0..1), field masks."""

    ordinals: NDArray[np.int64]
    saturation: Floats
    masks: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Slot:
    """One term of the query: its share of the query's idf, and all ways to say it with the weight of each."""

    idf: float
    ways: tuple[tuple[_Hits, float], ...]


class FieldCoverage(Mapping[str, Floats]):
    """By field name float32[N]: the share of the query's idf that a document's field holds (0..1); made when asked."""

    def __init__(self, slots: Mapping[str, _Slot], whole: float, size: int) -> None:
        self._slots, self._whole, self._size = slots, whole, size
        self._made: dict[str, Floats] = {}

    def __getitem__(self, name: str) -> Floats:
        if name not in self._made:
            bit = FIELD_BITS[name]
            self._made[name], scratch = np.zeros(self._size, np.float32), np.zeros(self._size, np.float32)
            for slot in self._slots.values():
                held = [
                    (hits.ordinals[inside], weight)
                    for hits, weight in slot.ways
                    for inside in (np.flatnonzero(hits.masks & bit),)
                ]
                _add_best(self._made[name], slot.idf / self._whole, held, scratch)
        return self._made[name]

    def terms_held_by(self, ordinals: NDArray[np.int64]) -> set[str]:
        return {
            term
            for term, slot in self._slots.items()
            if any(_holds_any(hits.ordinals, ordinals) for hits, _ in slot.ways)
        }

    def __iter__(self) -> Iterator[str]:
        return iter(FIELD_BITS)

    def __len__(self) -> int:
        return len(FIELD_BITS)


@dataclass(frozen=True, slots=True)
class LexicalMatches:
    """`scores` float32[N] over all ordinals; `coverage` is the share of the query's idf a document holds (0..1),
    `worded` the share of that of its words without measured numbers (all of it where there are only numbers);
    `excluded` marks documents that hold what the shopper does not want; `idf` is that of each term found.
    """

    scores: Floats
    coverage: Floats
    worded: Floats
    excluded: NDArray[np.bool_]
    fields: FieldCoverage
    idf: Mapping[str, float] = field(default_factory=dict)

    def terms_held_by(self, ordinals: NDArray[np.int64]) -> set[str]:
        """Terms of the query that at least one of these documents holds, in whatever way they are said."""
        return self.fields.terms_held_by(ordinals)


def _holds_any(listed: NDArray[np.int64], wanted: NDArray[np.int64]) -> bool:
    """Whether an ascending list holds any of a few ordinals: np.isin would look at the whole list."""
    if not len(listed):
        return False
    places = np.minimum(np.searchsorted(listed, wanted), len(listed) - 1)
    return bool((listed[places] == wanted).any())


def score_bm25(
    snapshot: IndexSnapshot, asked: LexicalQuery, rows: Iterable[PostingRow], *, k1: float
) -> LexicalMatches:
    size = len(snapshot.product_ids)
    hits = _read_hits(snapshot, rows, k1)
    slots = _make_slots(snapshot, asked, hits)
    whole = sum(slot.idf for slot in slots.values()) or 1.0
    scores, coverage, scratch = (np.zeros(size, np.float32) for _ in range(3))
    for slot in slots.values():
        ways = slot.ways
        _add_best(scores, slot.idf, [(way.ordinals, weight * way.saturation) for way, weight in ways], scratch)
        _add_best(coverage, slot.idf / whole, [(way.ordinals, weight) for way, weight in ways], scratch)
    worded = _cover_words(slots, asked.measured, coverage, scratch)
    excluded = np.zeros(size, bool)
    for group in asked.negated:
        found = _join(group, hits)
        if found is not None:
            excluded[found.ordinals] = True
    idf = {term: slot.idf for term, slot in slots.items()}
    return LexicalMatches(scores * coverage, coverage, worded, excluded, FieldCoverage(slots, whole, size), idf)


def _cover_words(slots: Mapping[str, _Slot], measured: frozenset[str], coverage: Floats, scratch: Floats) -> Floats:
    words = [slot for term, slot in slots.items() if term not in measured]
    if not words or len(words) == len(slots):
        return coverage
    whole, worded = sum(slot.idf for slot in words) or 1.0, np.zeros(len(coverage), np.float32)
    for slot in words:
        _add_best(worded, slot.idf / whole, [(way.ordinals, weight) for way, weight in slot.ways], scratch)
    return worded


def _add_best(
    into: Floats, factor: float, ways: Sequence[tuple[NDArray[np.int64], Floats | float]], scratch: Floats
) -> None:
    """Adds `factor` times the value of the best way to say a term. `scratch` is all zeros, before and after: only
    places that hold the term are touched, whatever the size of the catalog.
    """
    if len(ways) == 1:
        ordinals, value = ways[0]
        into[ordinals] += np.float32(factor) * value
        return
    for ordinals, value in ways:
        scratch[ordinals] = np.maximum(scratch[ordinals], value)
    for ordinals, _ in ways:
        into[ordinals] += np.float32(factor) * scratch[ordinals]
        scratch[ordinals] = 0.0


def _read_hits(snapshot: IndexSnapshot, rows: Iterable[PostingRow], k1: float) -> dict[str, _Hits]:
    starts = {segment_id: first for segment_id, first, _ in snapshot.segments}
    parts: dict[str, list[tuple[int, _Hits]]] = {}
    for term, segment_id, ordinals, frequencies, fields in rows:
        tf = np.frombuffer(frequencies, "<f2").astype(np.float32)
        start = starts[segment_id]
        at = np.frombuffer(ordinals, "<i4") + np.int64(start)
        parts.setdefault(term, []).append((start, _Hits(at, tf / (tf + np.float32(k1)), read_masks(fields, len(at)))))
    return {term: _concatenate(found) for term, found in parts.items()}


def _concatenate(parts: list[tuple[int, _Hits]]) -> _Hits:
    if len(parts) == 1:
        return parts[0][1]
    ordered = [hits for _, hits in sorted(parts, key=lambda part: part[0])]
    return _Hits(
        np.concatenate([hits.ordinals for hits in ordered]),
        np.concatenate([hits.saturation for hits in ordered]),
        np.concatenate([hits.masks for hits in ordered]),
    )


def _make_slots(snapshot: IndexSnapshot, asked: LexicalQuery, hits: Mapping[str, _Hits]) -> dict[str, _Slot]:
    """Terms the catalog holds, or can say in another way; the others ask nothing of any document."""
    counts = Counter(asked.terms)
    ways: dict[str, list[tuple[_Hits, float]]] = {term: [(hits[term], 1.0)] for term in counts if term in hits}
    idf = {term: _idf(snapshot, hits[term]) for term in ways}
    for expansion in asked.expansions:
        found = _join(expansion.alternative, hits)
        if found is None or not all(term in counts for term in expansion.replaced):
            continue
        for term in expansion.replaced:
            # Of several words written for one thing, the unknown ones share the weight of that thing.
            if term not in hits:
                idf[term] = max(idf.get(term, 0.0), _idf(snapshot, found) / len(expansion.replaced))
            if term in idf:
                ways.setdefault(term, []).append((found, expansion.weight))
    return {term: _Slot(idf[term] * counts[term], tuple(ways[term])) for term in counts if term in ways}


def _join(terms: Sequence[str], hits: Mapping[str, _Hits]) -> _Hits | None:
    """Documents that hold all of these terms, with their mean saturation and the fields that hold them all."""
    distinct = list(dict.fromkeys(terms))
    if not distinct or any(term not in hits for term in distinct):
        return None
    if len(distinct) == 1:
        return hits[distinct[0]]
    own = [hits[term] for term in distinct]
    shared = reduce(_intersect, sorted((item.ordinals for item in own), key=len))
    places = [np.searchsorted(item.ordinals, shared) for item in own]
    saturation = np.mean([item.saturation[at] for item, at in zip(own, places, strict=True)], axis=0)
    masks = np.bitwise_and.reduce([item.masks[at] for item, at in zip(own, places, strict=True)])
    return _Hits(shared, saturation.astype(np.float32), masks)


def _intersect(fewer: NDArray[np.int64], more: NDArray[np.int64]) -> NDArray[np.int64]:
    """Of two ascending lists; np.intersect1d would sort them again."""
    if not len(more):
        return more
    places = np.minimum(np.searchsorted(more, fewer), len(more) - 1)
    return fewer[more[places] == fewer]


def _idf(snapshot: IndexSnapshot, hits: _Hits) -> float:
    holding = int(np.count_nonzero(snapshot.live[hits.ordinals]))
    count = max(snapshot.document_count, holding)
    return float(np.log1p((count - holding + 0.5) / (holding + 0.5)))
