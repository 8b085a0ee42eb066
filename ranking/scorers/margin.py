"""Margin: the share of the price that is profit (0..1); 0 where the cost is unknown."""

import numpy as np
from numpy.typing import NDArray

from ranking.scorers import Scoring

NAME = "margin"


def score(scoring: Scoring) -> NDArray[np.float32]:
    return np.clip(scoring.snapshot.columns["margin"][scoring.ordinals], 0.0, 1.0).astype(np.float32)
