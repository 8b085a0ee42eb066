"""What customers write: the chance that a review of the product is a contented one, the shop's mean as prior.

The column is made of review texts (catalog/steps/opinions.py); a product without reviews counts as the shop's mean.
"""

import numpy as np
from numpy.typing import NDArray

from ranking.scorers import Scoring

NAME = "sentiment"
COLUMN = "sentiment"
NEUTRAL = 0.5


def score(scoring: Scoring) -> NDArray[np.float32]:
    snapshot = scoring.snapshot
    known = snapshot.columns[COLUMN][scoring.ordinals]
    mean = snapshot.remember((NAME, "mean"), lambda: _mean(snapshot.columns[COLUMN][snapshot.live]))
    return np.where(np.isnan(known), mean, known).astype(np.float32)


def _mean(known: NDArray[np.float64]) -> float:
    """Over the products that have reviews; where none has any, all are alike."""
    judged = known[~np.isnan(known)]
    return float(judged.mean()) if judged.size else NEUTRAL
