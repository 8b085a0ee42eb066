"""Availability: 1 when any variant is in stock."""

import numpy as np
from numpy.typing import NDArray

from ranking.scorers import Scoring

NAME = "in_stock"


def score(scoring: Scoring) -> NDArray[np.float32]:
    return scoring.snapshot.in_stock[scoring.ordinals].astype(np.float32)
