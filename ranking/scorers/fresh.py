"""Freshness: halves every `fresh_half_life_days` since the product was added."""

import numpy as np
from numpy.typing import NDArray

from ranking.scorers import Scoring

NAME = "fresh"
DAY_SECONDS = 86_400


def score(scoring: Scoring) -> NDArray[np.float32]:
    age = scoring.now.timestamp() - scoring.snapshot.columns["created_at"][scoring.ordinals]
    half_life = scoring.parameters["fresh_half_life_days"] * DAY_SECONDS
    return np.exp2(-np.maximum(age, 0) / half_life).astype(np.float32)
