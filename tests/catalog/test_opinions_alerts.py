"""A real jump is found, chance is not, and a shop full of products raises few false alarms."""

import numpy as np
import pytest

from catalog.opinions.alerts import ReviewCounts, find_jumps, fisher_p


def test_fisher_agrees_with_the_tea_taster() -> None:
    """Fisher (1935): 3 of 4 cups right is 17/70, all four right 1/70."""
    assert fisher_p(ReviewCounts(1, 3, 4, 1, 4)) == pytest.approx(17 / 70)
    assert fisher_p(ReviewCounts(1, 4, 4, 0, 4)) == pytest.approx(1 / 70)
    assert fisher_p(ReviewCounts(1, 0, 4, 0, 4)) == 1.0


@pytest.mark.parametrize(
    ("counts", "found"),
    [
        pytest.param(ReviewCounts(1, 9, 10, 5, 100), True, id="a jump"),
        pytest.param(ReviewCounts(1, 1, 10, 5, 100), False, id="as before"),
        pytest.param(ReviewCounts(1, 2, 2, 0, 100), False, id="too few recent"),
        pytest.param(ReviewCounts(1, 9, 10, 0, 5), False, id="too few before"),
        pytest.param(ReviewCounts(1, 0, 50, 40, 100), False, id="it got better"),
        pytest.param(ReviewCounts(1, 700, 10_000, 5_000, 100_000), False, id="sure, but too small to look at"),
    ],
)
def test_jumps(counts: ReviewCounts, found: bool) -> None:
    assert bool(find_jumps([counts])) == found


def test_a_jump_is_found_among_many_quiet_products() -> None:
    quiet = [ReviewCounts(number, 1, 10, 10, 100) for number in range(2, 2000)]
    assert [jump.counts.product_id for jump in find_jumps([*quiet, ReviewCounts(1, 9, 10, 5, 100)])] == [1]


def test_false_alarms_are_rare_over_a_whole_shop() -> None:
    """300 shops of 400 products that did not change: at most 5 % of the runs may raise any alarm."""
    chance = np.random.default_rng(11)
    alarms = 0
    for _ in range(300):
        shares = chance.beta(2, 10, 400)
        recent, before = chance.integers(5, 40, 400), chance.integers(10, 200, 400)
        bad_now, bad_before = chance.binomial(recent, shares), chance.binomial(before, shares)
        rows = zip(range(400), bad_now.tolist(), recent.tolist(), bad_before.tolist(), before.tolist(), strict=True)
        alarms += bool(find_jumps([ReviewCounts(*row) for row in rows]))
    assert alarms / 300 <= 0.05


def test_most_real_jumps_are_found() -> None:
    """From 10 % to 50 % negative, 30 recent reviews, beside 380 quiet products."""
    chance = np.random.default_rng(12)
    quiet = [
        ReviewCounts(100 + n, int(chance.binomial(30, 0.1)), 30, int(chance.binomial(120, 0.1)), 120)
        for n in range(380)
    ]
    bad = [ReviewCounts(n, int(chance.binomial(30, 0.5)), 30, int(chance.binomial(120, 0.1)), 120) for n in range(20)]
    found = [jump.counts.product_id for jump in find_jumps([*quiet, *bad])]
    assert len([number for number in found if number < 20]) >= 18
    assert len([number for number in found if number >= 20]) <= 2
