"""Which candidates a costly scorer reads: the lexically best, so that its time has a bound."""

import numpy as np
from numpy.typing import NDArray

from ranking.scorers import Scoring


def best_of(scoring: Scoring, limit: int) -> NDArray[np.int64]:
    """Places among the candidates, ascending, of the `limit` best by BM25, then by similarity."""
    count = len(scoring.ordinals)
    if count <= limit:
        return np.arange(count)
    similarity = np.nan_to_num(scoring.pool.similarity[scoring.ordinals], nan=-1.0)
    worth = scoring.pool.bm25[scoring.ordinals] + np.float32(1e-3) * similarity
    return np.sort(np.argpartition(-worth, limit)[:limit])
