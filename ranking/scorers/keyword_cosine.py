"""Cosine of the product and the query's keywords, cosine(D(S), k(Q)) of the seed article, as it is (0..1).

`dense` gives the same similarity as a share of this search's range; this one can be compared between searches.
"""

import numpy as np
from numpy.typing import NDArray

from ranking.scorers import Scoring

NAME = "keyword_cosine"


def score(scoring: Scoring) -> NDArray[np.float32]:
    """From the window's vectors; beyond them from the cosines the dense leg knows. Unknown: 0."""
    cosine = np.nan_to_num(scoring.pool.similarity[scoring.ordinals], nan=0.0).astype(np.float32)
    window = scoring.pool.window
    if window is not None and scoring.query_vector is not None:
        places = window.places(scoring.ordinals)
        cosine[places >= 0] = window.similarity(scoring.query_vector)[places[places >= 0]]
    return np.clip(cosine, 0.0, 1.0)
