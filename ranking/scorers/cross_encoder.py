"""The judgement of the cross-encoder, which reads query and product together (0..1)."""

import numpy as np
from numpy.typing import NDArray

from ranking.scorers import Scoring

NAME = "cross_encoder"


def score(scoring: Scoring) -> NDArray[np.float32]:
    """The logistic of the score, trained to be the share of the query's facts that the product meets.

    A product that was not read (NaN: below the re-ranked top, or out of time) gets the least share among those read,
    so that reading lifts and lowers only what was read.
    """
    if scoring.pool.cross is None:
        return np.zeros(len(scoring.ordinals), np.float32)
    cross = scoring.pool.cross[scoring.ordinals]
    share = 1.0 / (1.0 + np.exp(-np.clip(cross, -30, 30)))
    read = ~np.isnan(share)
    return np.where(read, share, share[read].min() if read.any() else 0.0).astype(np.float32)
