"""The lexical leg: exact BM25 over posting lists, scored in this process in one pass.

Robertson and Zaragoza 2009, in the form of Lucene (idf = ln(1 + (N - n + 0.5) / (n + 0.5)), no (k1 + 1) factor);
n counts living documents alone, so a product scores the same before and after segments merge.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ranking.retrieval.snapshot import IndexSnapshot

POSTINGS_SQL = (
    "SELECT term, segment_id, ordinals, frequencies FROM catalog_posting WHERE segment_id = ANY(%s) AND term = ANY(%s)"
)
PostingRow = tuple[str, int, bytes, bytes]
_Hits = tuple[NDArray[np.int64], NDArray[np.float32]]  # ordinals holding a term, and how often


@dataclass(frozen=True, slots=True)
class LexicalMatches:
    """`scores` float32[N] over all ordinals; `coverage` is the share of the query's idf a document holds (0..1)."""

    scores: NDArray[np.float32]
    coverage: NDArray[np.float32]
    idf: Mapping[str, float]


def score_bm25(
    snapshot: IndexSnapshot, terms: Sequence[str], rows: Sequence[PostingRow], *, k1: float, b: float
) -> LexicalMatches:
    scores = np.zeros(len(snapshot.product_ids), np.float32)
    coverage = np.zeros_like(scores)
    norms = _length_norms(snapshot, k1, b)
    starts = {segment_id: first for segment_id, first, _ in snapshot.segments}
    by_term: dict[str, list[_Hits]] = {}
    for term, segment_id, ordinals, frequencies in rows:
        at = np.frombuffer(ordinals, "<i4") + starts[segment_id]
        by_term.setdefault(term, []).append((at, np.frombuffer(frequencies, "<f2").astype(np.float32)))
    found = Counter(term for term in terms if term in by_term)
    idf = {term: _idf(snapshot, by_term[term]) for term in found}
    whole = sum(idf[term] * count for term, count in found.items()) or 1.0
    for term, count in found.items():
        weight = idf[term] * count
        for at, tf in by_term[term]:
            scores[at] += weight * tf / (tf + norms[at])
            coverage[at] += weight / whole
    return LexicalMatches(scores, coverage, idf)


def _idf(snapshot: IndexSnapshot, hits: Sequence[_Hits]) -> float:
    holding = sum(int(snapshot.live[at].sum()) for at, _ in hits)
    count = max(snapshot.document_count, holding)
    return float(np.log1p((count - holding + 0.5) / (holding + 0.5)))


def _length_norms(snapshot: IndexSnapshot, k1: float, b: float) -> NDArray[np.float32]:
    def compute() -> NDArray[np.float32]:
        average = float(snapshot.lengths[snapshot.live].mean()) if snapshot.live.any() else 1.0
        return (k1 * (1 - b + b * snapshot.lengths / max(average, 1e-6))).astype(np.float32)

    return snapshot.remember(("length norms", k1, b), compute)
