"""Two rankings beside each other: movement of each product, and figures of agreement."""

from dataclasses import replace

import pytest

from ranking.admin.search_preview_compare import list_positions, measure_agreement, place_in_first, place_in_second
from ranking.contracts import Hit, ProductCard

CARD = ProductCard(0, "", "", "", "", "", "", "", None, None, "USD", True, None, 0, "")


def hits(*ids: int) -> list[Hit]:
    return [Hit(id_, place, 1.0, {}, (), replace(CARD, id=id_)) for place, id_ in enumerate(ids, start=1)]


@pytest.mark.parametrize(
    ("position", "before", "movement", "sign"),
    [
        pytest.param(1, {7: 4}, "up", "▲3", id="up"),
        pytest.param(5, {7: 3}, "down", "▼2", id="down"),
        pytest.param(2, {7: 2}, "same", "=", id="same"),
        pytest.param(2, {8: 2}, "new", "new", id="new"),
    ],
)
def test_a_product_of_b_says_where_a_has_it(position, before, movement, sign):
    hit = replace(hits(7)[0], position=position)
    place = place_in_second(hit, before)
    assert (place.movement, place.sign, place.other) == (movement, sign, before.get(7))
    assert place.said


@pytest.mark.parametrize(
    ("after", "movement", "sign"),
    [
        pytest.param({7: 3}, None, None, id="shown by B"),
        pytest.param({7: 17}, "away", "→17", id="below what B shows"),
        pytest.param({}, "gone", "gone", id="not in B"),
    ],
)
def test_a_product_of_a_is_marked_where_b_does_not_show_it(after, movement, sign):
    place = place_in_first(hits(7)[0], after, shown=10)
    assert (place and place.movement, place and place.sign) == (movement, sign)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param((1, 2, 3), (1, 2, 3), (3, 3, 0, 0, 0, True), id="the same"),
        pytest.param((1, 2, 3), (2, 1, 3), (3, 3, 2, 0, 0, False), id="two change places"),
        pytest.param((1, 2, 3), (1, 4, 2), (2, 3, 1, 1, 1, True), id="one comes, one goes"),
        pytest.param((), (), (0, 0, 0, 0, 0, False), id="nothing found"),
        pytest.param((1, 2), (), (0, 2, 0, 0, 2, False), id="B finds nothing"),
    ],
)
def test_agreement(first, second, expected):
    agreement = measure_agreement(hits(*first), hits(*second), shown=10)
    found = (agreement.overlap, agreement.top, agreement.moved, agreement.came, agreement.left, agreement.same_first)
    assert found == expected
    assert agreement.is_same == (first == second)


def test_only_what_is_shown_counts_as_moved_and_ten_as_overlap():
    first, second = hits(*range(1, 21)), hits(*range(1, 6), *range(20, 5, -1))
    agreement = measure_agreement(first, second, shown=5)
    assert (agreement.moved, agreement.came, agreement.left) == (0, 0, 0)
    assert (agreement.overlap, agreement.top) == (5, 10)


def test_positions_are_by_product():
    assert list_positions(hits(9, 4)) == {9: 1, 4: 2}
