"""The lexical leg: exact BM25F over posting lists, scored in this process in one pass.

Zaragoza et al. 2004 (fields are weighed and length-normed when indexed: catalog/postings.py), idf in the form of
Lucene: ln(1 + (N - n + 0.5) / (n + 0.5)); n counts living documents alone, so a product scores the same before and
after segments merge. Any word may match, but a product that holds all of them should win: the sum is multiplied by the
share of the query's idf that the product holds (docs/log.md has what that is worth).
"""

from collections import Counter
from collections.abc import Sequence
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


def score_bm25(
    snapshot: IndexSnapshot, terms: Sequence[str], rows: Sequence[PostingRow], *, k1: float
) -> LexicalMatches:
    scores = np.zeros(len(snapshot.product_ids), np.float32)
    coverage = np.zeros_like(scores)
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
            scores[at] += weight * tf / (tf + k1)
            coverage[at] += weight / whole
    return LexicalMatches(scores * coverage, coverage)


def _idf(snapshot: IndexSnapshot, hits: Sequence[_Hits]) -> float:
    holding = sum(int(snapshot.live[at].sum()) for at, _ in hits)
    count = max(snapshot.document_count, holding)
    return float(np.log1p((count - holding + 0.5) / (holding + 0.5)))
