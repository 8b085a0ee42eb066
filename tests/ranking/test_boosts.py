"""A boost is measured by the spread of the result it works in."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.merchandising.boosts import boost_points, measure_spread, move_positions, share_places
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


def order_of(rows) -> list[int]:
    return [int(row) + 1 for row in rows]


def move_one(count: int, position: int, strength: int) -> int:
    """Where the product at this position stands after the boost."""
    mask = np.arange(1, count + 1) == position
    return order_of(move_positions(count, [mask], [strength])).index(position) + 1


@pytest.mark.parametrize(
    ("position", "strength", "lands"),
    [
        pytest.param(10, 50, 5, id="half"),
        pytest.param(7, 50, 4, id="half-of-seven"),
        pytest.param(10, 70, 3, id="a-third"),
        pytest.param(20, 100, 1, id="the-first"),
        pytest.param(1, 100, 1, id="first-already"),
        pytest.param(3, -50, 6, id="double"),
        pytest.param(15, -50, 20, id="no-further-than-the-end"),
        pytest.param(2, -100, 20, id="the-last"),
    ],
)
def test_a_boost_by_position_moves_to_that_share_of_the_position(position, strength, lands):
    assert move_one(20, position, strength) == lands


def test_opposite_boosts_by_position_cancel_out_and_equal_ones_multiply():
    mask = np.arange(20) == 15
    assert order_of(move_positions(20, [mask, mask], [60, -60])) == list(range(1, 21))
    assert order_of(move_positions(20, [mask, mask], [100, -100])) == list(range(1, 21))
    assert order_of(move_positions(20, [mask, mask], [50, 50])).index(16) + 1 == 4


def test_the_places_moved_are_shared_among_the_boosts_that_moved_them():
    mask = np.arange(20) == 15
    rows = move_positions(20, [mask, mask], [50, 50])
    after = np.argsort(rows)
    first, second = share_places(np.arange(20) - after, [mask, mask], [50, 50])
    assert (first[15], second[15]) == (6.0, 6.0)


SHAPES = st.sampled_from([np.exp, np.tanh, np.sqrt, np.log1p, lambda values: values**3])
RANKED = st.lists(st.integers(1, 10_000), min_size=2, max_size=60, unique=True).map(sorted)


def boosted_by_position(scores: np.ndarray, mask: np.ndarray, strength: int) -> list[int]:
    ranked = order_by_score(scores, np.arange(len(scores)))
    return ranked[move_positions(len(scores), [mask[ranked]], [strength])].tolist()


@given(values=RANKED, shape=SHAPES, strength=st.integers(-100, 100).filter(bool), data=st.data())
def test_by_position_means_the_same_on_flat_and_steep_results(values, shape, strength, data):
    """Any scores in the same order, however far apart, have the same order after the boost."""
    scores = np.array(values, dtype=np.float64) / 10_000
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=len(values), max_size=len(values))))
    other = shape(scores)
    if len(np.unique(other)) == len(other):
        assert boosted_by_position(scores, mask, strength) == boosted_by_position(other, mask, strength)


@given(
    values=st.lists(st.integers(0, 1000), min_size=2, max_size=60),
    stretch=st.sampled_from([2.0**-12, 0.5, 4.0, 2.0**10]),
    strength=st.integers(-100, 100).filter(bool),
    data=st.data(),
)
def test_by_spread_means_the_same_on_flat_and_steep_results(values, stretch, strength, data):
    """Scores that are stretched move as far in their own spread, so they have the same order after the boost."""
    scores = np.array(values, dtype=np.float32)
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=len(values), max_size=len(values))))
    orders = []
    for each in (scores, scores * np.float32(stretch)):
        boosted, points = boost_points(each, [mask], [strength])
        orders.append(order_by_score(boosted, np.arange(len(values))).tolist())
        if len(set(values)) > 1:
            assert points[0] / measure_spread(each) == pytest.approx(strength / 25)
    if len(set(values)) > 1:
        assert orders[0] == orders[1]


@given(count=st.integers(1, 40), strength=st.integers(-100, 100).filter(bool), data=st.data())
def test_where_all_scores_are_equal_both_boosts_still_move(count, strength, data):
    """Spread: what is lifted leads, what is buried ends. Position: as anywhere, over the order by product id."""
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=count, max_size=count)))
    boosted, _points = boost_points(np.ones(count, np.float32), [mask], [strength])
    order = order_by_score(boosted, np.arange(count))
    lifted = np.flatnonzero(mask if strength > 0 else ~mask).tolist()
    assert sorted(order[: len(lifted)].tolist()) == lifted
    moved = move_positions(count, [mask], [strength])
    assert sorted(moved.tolist()) == list(range(count))
    for side in (mask, ~mask):
        assert [row for row in moved.tolist() if side[row]] == np.flatnonzero(side).tolist()
