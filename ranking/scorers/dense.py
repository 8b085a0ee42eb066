"""Semantic relevance: cosine to the query, from the least similar dense hit (0) to the most similar (1)."""

import numpy as np
from numpy.typing import NDArray

from ranking.scorers import Scoring

NAME = "dense"


def score(scoring: Scoring) -> NDArray[np.float32]:
    low, high = scoring.pool.dense_range
    cosine = scoring.pool.similarity[scoring.ordinals]
    share = (cosine - low) / max(high - low, 1e-6)
    # Less similar than every dense hit, or not embedded yet: no share, but no punishment below zero either.
    return np.clip(np.nan_to_num(share, nan=0.0), 0.0, 1.0).astype(np.float32)
