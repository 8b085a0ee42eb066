"""Lexical relevance: BM25 as a share of the best candidate's (0..1)."""

import numpy as np
from numpy.typing import NDArray

from ranking.scorers import Scoring

NAME = "bm25"


def score(scoring: Scoring) -> NDArray[np.float32]:
    # The best of all candidates, not of the filtered ones: choosing a facet must not reorder what stays.
    best = float(scoring.pool.bm25[scoring.pool.candidates].max(initial=0.0))
    return scoring.pool.bm25[scoring.ordinals] / max(best, 1e-9)
