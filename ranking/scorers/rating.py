"""Rating with a Bayesian prior: few ratings count as if the rest were average (0..1 of five stars)."""

import numpy as np
from numpy.typing import NDArray

from ranking.scorers import Scoring

NAME = "rating"
PRIOR_COUNT = 10
PRIOR_MEAN = 3.5
BEST = 5.0


def score(scoring: Scoring) -> NDArray[np.float32]:
    average = scoring.snapshot.columns["rating_average"][scoring.ordinals]
    count = scoring.snapshot.columns["rating_count"][scoring.ordinals]
    mean = (PRIOR_COUNT * PRIOR_MEAN + average * count) / (PRIOR_COUNT + count)
    return (mean / BEST).astype(np.float32)
