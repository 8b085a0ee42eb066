"""A boost is measured by the spread of the result it works in."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.merchandising.boosts import boost_points
from ranking.retrieval.ordering import order_by_score


def scores_of(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


@pytest.mark.parametrize("factor", [0.01, 1.0, 1000.0])
def test_the_same_strength_moves_as_far_whatever_the_scale_of_scores(factor):
    scores = scores_of(5, 4, 3, 2, 1) * np.float32(factor)
    mask = np.array([False, False, False, False, True])
    boosted, _points = boost_points(scores, [mask], [60])
    assert order_by_score(boosted, np.arange(5)).tolist().index(4) == 1


def test_25_points_are_one_standard_deviation():
    scores = scores_of(1, 3)
    _boosted, points = boost_points(scores, [np.array([True, False])], [25])
    assert points == [pytest.approx(1.0)]


def test_boosts_that_meet_add_up_and_bury_is_a_negative_boost():
    scores = scores_of(1, 2, 3)
    every = np.ones(3, dtype=bool)
    boosted, points = boost_points(scores, [every, every, every], [60, 40, -100])
    assert sum(points) == pytest.approx(0)
    assert boosted == pytest.approx(scores)


@pytest.mark.parametrize("scores", [scores_of(2, 2, 2), scores_of(7)], ids=["all-equal", "one-product"])
def test_where_scores_do_not_differ_a_boost_still_leads(scores):
    mask = np.zeros(len(scores), dtype=bool)
    mask[-1] = True
    boosted, _points = boost_points(scores, [mask], [1])
    assert int(np.argmax(boosted)) == len(scores) - 1


def test_equal_scores_stand_by_product_id():
    assert order_by_score(scores_of(1, 1, 2), np.array([30, 10, 20])).tolist() == [2, 1, 0]


@given(
    values=st.lists(st.floats(-1e3, 1e3, width=32), min_size=1, max_size=40),
    strength=st.integers(-100, 100),
    data=st.data(),
)
def test_a_boost_never_reorders_products_it_treats_alike(values, strength, data):
    scores = np.array(values, dtype=np.float32)
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=len(values), max_size=len(values))))
    ids = np.arange(len(values))
    boosted, _points = boost_points(scores, [mask], [strength])
    for side in (mask, ~mask):
        moved = boosted[side]
        order = np.argsort(-scores[side], kind="stable")
        assert all(moved[a] >= moved[b] for a, b in zip(order, order[1:], strict=False))
    assert sorted(order_by_score(boosted, ids).tolist()) == ids.tolist()
