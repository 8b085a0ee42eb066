"""Attention of the query over the product's attribute values: which of them answer it, and how well (0..1).

The second term of R(S,Q) in the seed article: a softmax of the query's similarity to each attribute vector weighs those
same similarities. Off by default: on the judged catalog it adds nothing to a good encoder (docs/log.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ranking.retrieval.held_values import HeldValues, held_values
from ranking.retrieval.value_vectors import ValueVectors
from ranking.scorers import Scoring
from ranking.scorers.best import best_of

NAME = "intent_attention"
TEMPERATURE = 0.05
# Up to 2,000 different values, about 2 ms; more candidates are not looked at.
MOST_READ = 100


@dataclass(frozen=True, slots=True)
class _Attention:
    """Per held value its similarity and its weight in its product (those of one product add up to 1)."""

    held: HeldValues
    similarity: NDArray[np.float64]
    weight: NDArray[np.float64]

    def per_product(self) -> NDArray[np.float64]:
        answered = np.bincount(self.held.rows, self.weight * self.similarity, minlength=self.held.count)
        return answered.astype(np.float64)


def score(scoring: Scoring) -> NDArray[np.float32]:
    """From the least to the best answered among the candidates read; 0 for others and where vectors are missing."""
    result = np.zeros(len(scoring.ordinals), np.float32)
    if scoring.query_vector is None or scoring.value_vectors is None:
        return result
    # The range is that of all candidates, not of the filtered ones: choosing a facet must not reorder what stays.
    everything = replace(scoring, ordinals=np.flatnonzero(scoring.pool.candidates))
    read = everything.ordinals[best_of(everything, MOST_READ)]
    attention = _attend(scoring, scoring.query_vector, scoring.value_vectors, read)
    if not len(attention.similarity):
        return result
    answered = attention.per_product()
    low, high = float(attention.similarity.min()), float(answered.max())
    share = np.clip((answered - low) / max(high - low, 1e-6), 0.0, 1.0)
    share[np.bincount(attention.held.rows, minlength=len(read)) == 0] = 0.0
    at = np.minimum(np.searchsorted(read, scoring.ordinals), len(read) - 1)
    return np.where(read[at] == scoring.ordinals, share[at], 0.0).astype(np.float32)


def matched_because_of(scoring: Scoring, *, most: int = 3) -> Mapping[int, tuple[tuple[int, float], ...]]:
    """By ordinal the (attribute value id, attention weight) that matched most, best first: for the ledger of a page."""
    if scoring.query_vector is None or scoring.value_vectors is None:
        return {}
    attention = _attend(scoring, scoring.query_vector, scoring.value_vectors, scoring.ordinals)
    found: dict[int, list[tuple[int, float]]] = {}
    for at in np.lexsort((-attention.weight, attention.held.rows)):
        listed = found.setdefault(int(scoring.ordinals[attention.held.rows[at]]), [])
        if len(listed) < most:
            listed.append((int(attention.held.values[at]), round(float(attention.weight[at]), 4)))
    return {ordinal: tuple(listed) for ordinal, listed in found.items()}


def _attend(
    scoring: Scoring, query: NDArray[np.float32], vectors: ValueVectors, ordinals: NDArray[np.int64]
) -> _Attention:
    held = held_values(scoring.snapshot, ordinals)
    distinct, places = np.unique(held.values, return_inverse=True)
    at = vectors.places(distinct)
    similarity = np.full(len(distinct), np.nan)
    similarity[at >= 0] = vectors.vectors[at[at >= 0]].astype(np.float32) @ query
    known = ~np.isnan(similarity[places])
    kept = held.choose(known)
    values = similarity[places][known]
    best = np.full(held.count, -np.inf)
    np.maximum.at(best, kept.rows, values)
    raised = np.exp((values - best[kept.rows]) / TEMPERATURE)
    total = np.bincount(kept.rows, raised, minlength=held.count)
    return _Attention(kept, values, raised / total[kept.rows])
