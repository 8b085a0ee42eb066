"""Maximal marginal relevance (Carbonell and Goldstein 1998): the first page shows several kinds, not one."""

import numpy as np
from numpy.typing import NDArray

from ranking.retrieval.snapshot import IndexSnapshot
from ranking.retrieval.window import Window

DEPTH = 50
# How alike two products are without vectors: the same brand and the same category, either, or neither.
SAME_BRAND, SAME_CATEGORY = 0.4, 0.6


def diversify(
    ordinals: NDArray[np.int64],
    scores: NDArray[np.float32],
    *,
    weight: float,
    snapshot: IndexSnapshot,
    window: Window | None = None,
    depth: int = DEPTH,
) -> NDArray[np.int64]:
    """A permutation of `ordinals` (places, best first); only the first `depth` move, by (1 - weight)·relevance
    - weight·likeness to what already stands above.

    `ordinals` and `scores` are in relevance order. `weight` 0 changes nothing, 1 only avoids likeness. O(depth²).
    """
    count = min(depth, len(ordinals))
    whole = np.arange(len(ordinals))
    if weight <= 0 or count < 3:
        return whole
    relevance = _scale(scores[:count].astype(np.float64))
    likeness = measure_likeness(ordinals[:count], snapshot, window)
    chosen = [0]  # the best product is never moved
    closest = likeness[0].copy()
    left = np.ones(count, bool)
    left[0] = False
    while left.any():
        worth = np.where(left, (1 - weight) * relevance - weight * closest, -np.inf)
        best = int(np.argmax(worth))
        chosen.append(best)
        left[best] = False
        closest = np.maximum(closest, likeness[best])
    return np.concatenate([np.array(chosen, np.int64), whole[count:]])


def measure_likeness(
    ordinals: NDArray[np.int64], snapshot: IndexSnapshot, window: Window | None = None
) -> NDArray[np.float64]:
    """[n, n] in 0..1: by their vectors where all are known, otherwise by brand and category."""
    places = window.places(ordinals) if window else np.full(len(ordinals), -1)
    if window and (places >= 0).all():
        vectors = window.vectors[places]
        cosines = (vectors @ vectors.T).astype(np.float64)
        # Encoders keep to a narrow range of cosines: the least alike pair of the page is not alike.
        return np.clip((cosines - cosines.min()) / max(1.0 - float(cosines.min()), 1e-6), 0.0, 1.0)
    alike = np.zeros((len(ordinals), len(ordinals)))
    for ids, share in ((snapshot.brand[ordinals], SAME_BRAND), (snapshot.category[ordinals], SAME_CATEGORY)):
        alike += share * ((ids[:, None] == ids[None, :]) & (ids > 0)[:, None])
    return alike


def _scale(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    low, high = float(scores.min()), float(scores.max())
    return (scores - low) / max(high - low, 1e-9)
