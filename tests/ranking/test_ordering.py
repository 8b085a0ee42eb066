"""The fast order is the plain one, ties included."""

import numpy as np
import pytest

from ranking.retrieval.ordering import order_by_score


@pytest.mark.parametrize("distinct", [1, 2, 40, 100_000], ids=["all-equal", "two", "many-ties", "hardly-a-tie"])
@pytest.mark.parametrize("count", [0, 1, 2, 3000])
def test_it_is_what_sorting_by_both_keys_gives(distinct: int, count: int) -> None:
    dice = np.random.default_rng(count + distinct)
    scores = dice.integers(0, distinct, count).astype(np.float32) / np.float32(7)
    ids = dice.permutation(count).astype(np.int64)
    assert order_by_score(scores, ids).tolist() == np.lexsort((ids, -scores)).tolist()


def test_negative_scores_and_zeros_of_both_signs() -> None:
    scores = np.array([0.0, -1.5, -0.0, 2.0, -1.5], np.float32)
    assert order_by_score(scores, np.array([5, 4, 3, 2, 1])).tolist() == [3, 2, 0, 4, 1]
