"""The cosine to the keywords is that of the vectors at hand."""

import numpy as np
import pytest

from ranking.scorers import keyword_cosine as scorer
from tests.ranking.scorers.scoring import make_scoring, score_by_sku
from tests.shop import build_bilingual_shop


@pytest.mark.django_db
def test_the_window_decides_where_it_reaches_and_the_dense_leg_beyond() -> None:
    build_bilingual_shop()
    scoring = make_scoring(
        similarity={"HP-2": 0.25, "HP-1": 0.5},
        vectors={"HP-1": [1.0, 0.0], "KET-1": [-1.0, 0.0]},
        query_vector=np.array([0.8, 0.6], np.float32),
    )
    scores = score_by_sku(scorer.score, scoring)
    assert scores == {"HP-1": 0.8, "HP-2": 0.25, "SPK-1": 0.0, "KET-1": 0.0, "DRESS-1": 0.0}
