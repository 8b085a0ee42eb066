"""Pins go into one whole order, so every page is a slice of it. Numbers name the complaint they answer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.merchandising.pins import Pin, place_pins


def place(order: list[int], *pins: Pin) -> list[int]:
    result, _placed = place_pins(np.array(order, dtype=np.int64), pins)
    return result.tolist()


def pin(ordinal: int, position: int, *, rule: str = "a", compact: bool = True) -> Pin:
    return Pin(ordinal, position, rule, compact)


MISSING = -1


@pytest.mark.parametrize(
    ("pins", "expected"),
    [
        pytest.param([pin(30, 1)], [30, 10, 20, 40], id="moves-up"),
        pytest.param([pin(10, 3)], [20, 30, 10, 40], id="moves-down"),
        pytest.param([pin(99, 2)], [10, 99, 20, 30, 40], id="brought-in-from-outside"),
        pytest.param([pin(40, 2), pin(30, 1)], [30, 40, 10, 20], id="several"),
        pytest.param([pin(10, 50)], [20, 30, 40, 10], id="behind-the-end-is-the-end"),
        pytest.param([pin(98, 50), pin(99, 60)], [10, 20, 30, 40, 98, 99], id="two-behind-the-end-keep-their-order"),
    ],
)
def test_pins_take_their_positions(pins, expected):
    assert place([10, 20, 30, 40], *pins) == expected


def test_complaint_4_pins_behind_a_missing_one_move_up_or_stay_as_the_policy_says():
    compact = [pin(MISSING, 1), pin(98, 2), pin(99, 3)]
    keep = [pin(MISSING, 1, compact=False), pin(98, 2), pin(99, 3)]
    assert place([10, 20], *compact) == [98, 99, 10, 20]
    assert place([10, 20], *keep) == [10, 98, 99, 20]


def test_a_gap_is_closed_only_within_its_own_run_and_rule():
    assert place([10, 20, 30], pin(MISSING, 1), pin(99, 3)) == [10, 20, 99, 30]
    assert place([10, 20, 30], pin(MISSING, 1), pin(99, 2, rule="b")) == [10, 99, 20, 30]


def test_of_two_pins_on_one_position_the_stronger_keeps_it_and_the_other_is_next():
    result, placed = place_pins(np.array([10, 20, 30]), [pin(30, 1), pin(20, 1, rule="b"), pin(10, 2, rule="c")])
    assert result.tolist() == [30, 20, 10]
    assert [(item.position, item.beaten_by) for item in placed] == [(1, None), (2, 0), (3, 1)]


def test_a_product_pinned_twice_stands_once_where_the_stronger_rule_wants_it():
    result, placed = place_pins(np.array([10, 20, 30]), [pin(30, 2), pin(30, 1, rule="b")])
    assert result.tolist() == [10, 30, 20]
    assert (placed[1].position, placed[1].beaten_by) == (None, 0)


def test_a_missing_pin_holds_no_position_against_another_rule():
    assert place([10, 20], pin(MISSING, 1, compact=False), pin(20, 1, rule="b")) == [20, 10]


def test_complaint_2_pins_stand_even_when_nothing_else_was_found():
    assert place([], pin(7, 3), pin(8, 1)) == [8, 7]


PINS = st.lists(
    st.builds(
        Pin,
        ordinal=st.integers(-1, 60),
        position=st.integers(1, 80),
        group=st.sampled_from("abc"),
        compact=st.booleans(),
    ),
    max_size=12,
)


@given(order=st.lists(st.integers(0, 50), unique=True, max_size=40), pins=PINS, size=st.integers(1, 7))
def test_every_page_is_a_slice_of_one_order_without_loss_or_repeat(order, pins, size):
    result, placed = place_pins(np.array(order, dtype=np.int64), pins)
    pages = [result[start : start + size].tolist() for start in range(0, len(result), size)]
    flat = [ordinal for page in pages for ordinal in page]
    pinned = {item.ordinal for item in pins if item.ordinal >= 0}
    assert len(flat) == len(set(flat))
    assert set(flat) == set(order) | pinned
    assert [ordinal for ordinal in flat if ordinal not in pinned] == [item for item in order if item not in pinned]
    shown = {pins[item.index].ordinal: item.position for item in placed if item.position is not None}
    assert set(shown) == pinned
    assert all(flat[position - 1] == ordinal for ordinal, position in shown.items())


@given(order=st.lists(st.integers(0, 50), unique=True, min_size=1, max_size=40), pins=PINS)
def test_placing_twice_changes_nothing(order, pins):
    once, _placed = place_pins(np.array(order, dtype=np.int64), pins)
    again, _placed = place_pins(once, pins)
    assert again.tolist() == once.tolist()
