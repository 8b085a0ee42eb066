"""Plain writing: 1 for texts written for people, down to 0 for repeated words, word lists and orders to the ranker."""

import numpy as np
from numpy.typing import NDArray

from ranking.scorers import Scoring

NAME = "stuffing"
COLUMN = "stuffing"  # catalog.stuffing.measure_stuffing, kept when indexed


def score(scoring: Scoring) -> NDArray[np.float32]:
    """The column counts what is wrong; its part counts what is right, so that weights stay positive.

    An index made before there was such a column calls nothing stuffed.
    """
    column = scoring.snapshot.columns.get(COLUMN)
    if column is None:
        return np.ones(len(scoring.ordinals), np.float32)
    return (1.0 - np.clip(column[scoring.ordinals], 0.0, 1.0)).astype(np.float32)
