"""The share of the query's idf that stands in the product's name: title, category and brand, whichever holds most."""

import numpy as np
from numpy.typing import NDArray

from ranking.scorers import Scoring

NAME = "title"
NAME_FIELDS = ("title", "category", "brand")


def score(scoring: Scoring) -> NDArray[np.float32]:
    """0..1. Off by default: on the judged catalog it adds nothing to BM25F, which weighs the same fields."""
    coverage = scoring.pool.field_coverage
    held = [coverage[name][scoring.ordinals] for name in NAME_FIELDS if name in coverage]
    if not held:
        return np.zeros(len(scoring.ordinals), np.float32)
    return np.clip(np.max(held, axis=0), 0.0, 1.0).astype(np.float32)
