"""Metrics agree with sums done by hand and with scikit-learn where both define the same thing."""

from math import log2

import numpy as np
import pytest

from ranking.metrics import (
    bootstrap_interval,
    condensed_ndcg,
    judged_share,
    ndcg,
    paired_interval,
    recall,
    reciprocal_rank,
)

GRADES = {1: 3, 2: 2, 3: 0, 4: 1}
BEST = 7 + 3 / log2(3) + 1 / 2


@pytest.mark.parametrize(
    ("ranking", "expected"),
    [
        pytest.param([1, 2, 4, 3], 1.0, id="ideal order"),
        pytest.param([3, 9, 1], (7 / 2) / BEST, id="the unjudged and the irrelevant earn nothing"),
        pytest.param([2, 1], (3 + 7 / log2(3)) / BEST, id="gains grow with two to the grade"),
        pytest.param([], 0.0, id="nothing found"),
        pytest.param([9, 8, 7], 0.0, id="nothing judged"),
    ],
)
def test_ndcg_by_hand(ranking: list[int], expected: float) -> None:
    assert ndcg(ranking, GRADES) == pytest.approx(expected)


def test_ndcg_looks_no_deeper_than_asked() -> None:
    assert ndcg([3, 1], GRADES, depth=1) == 0.0


def test_ndcg_of_a_query_without_relevant_items_is_zero() -> None:
    assert ndcg([1], {1: 0}) == 0.0


def test_ndcg_agrees_with_scikit_learn_when_all_is_judged() -> None:
    sklearn = pytest.importorskip("sklearn.metrics")
    random = np.random.default_rng(3)
    for _ in range(20):
        grades = random.integers(0, 4, size=30)
        if not grades.any():
            continue
        order = random.permutation(30)
        scores = np.empty(30)
        scores[order] = np.arange(30, 0, -1)
        theirs = sklearn.ndcg_score([2.0**grades - 1], [scores], k=10)
        assert ndcg(list(order), dict(enumerate(grades.tolist()))) == pytest.approx(theirs)


def test_condensed_ndcg_steps_over_the_unjudged() -> None:
    assert condensed_ndcg([9, 1, 8, 2, 4], GRADES) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("ranking", "depth", "expected"),
    [
        pytest.param([1, 9, 4], 100, 2 / 3, id="two of three relevant"),
        pytest.param([9, 1], 1, 0.0, id="below the cut"),
        pytest.param([1, 2, 4, 3], 100, 1.0, id="all"),
    ],
)
def test_recall(ranking: list[int], depth: int, expected: float) -> None:
    assert recall(ranking, GRADES, depth=depth) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("ranking", "expected"), [([3, 9, 4], 1 / 3), ([1], 1.0), ([3, 9], 0.0)], ids=["third", "first", "never"]
)
def test_reciprocal_rank(ranking: list[int], expected: float) -> None:
    assert reciprocal_rank(ranking, GRADES) == pytest.approx(expected)


def test_judged_share_counts_missing_places_as_unjudged() -> None:
    assert judged_share([1, 9, 3], GRADES) == pytest.approx(0.2)


def test_interval_holds_the_mean_and_shrinks_with_more_queries() -> None:
    few = bootstrap_interval([0.0, 1.0] * 5)
    many = bootstrap_interval([0.0, 1.0] * 200)
    assert few.low < few.mean == 0.5 < few.high
    assert many.high - many.low < few.high - few.low


def test_interval_is_repeatable_and_of_nothing_is_zero() -> None:
    assert bootstrap_interval([0.1, 0.7, 0.4]) == bootstrap_interval([0.1, 0.7, 0.4])
    assert bootstrap_interval([]).mean == 0.0


def test_paired_interval_of_a_constant_advantage_has_no_width() -> None:
    difference = paired_interval([0.5, 0.9], [0.4, 0.8])
    assert difference.low == pytest.approx(0.1)
    assert difference.high == pytest.approx(0.1)
