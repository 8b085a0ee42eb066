"""Popularity on a log scale, as a share of the catalog's most popular product."""

import numpy as np
from numpy.typing import NDArray

from ranking.scorers import Scoring

NAME = "popularity"


def score(scoring: Scoring) -> NDArray[np.float32]:
    popularity = scoring.snapshot.columns["popularity"]
    best = np.log1p(max(float(popularity.max(initial=0.0)), 1e-9))
    return (np.log1p(np.maximum(popularity[scoring.ordinals], 0)) / best).astype(np.float32)
