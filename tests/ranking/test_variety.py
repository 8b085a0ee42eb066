"""Products of one kind are held back, none is dropped, and what is fixed stays."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.merchandising.variety import UNLIKE, mix
from tests.ranking.rule_shop import ask, build_shop, fresh_process, save_rule, skus
from tests.ranking.rule_words import boost, clause, diversify, pin

A, B, C = 0, 1, 2


def order(kinds: list[int], *, fixed: tuple[int, ...] = (), most: int = 1, within: int | None = None) -> list[int]:
    held = np.zeros(len(kinds), bool)
    held[list(fixed)] = True
    return mix(np.array(kinds, np.int64), held, most=most, within=within).tolist()


@pytest.mark.parametrize(
    ("kinds", "options", "expected"),
    [
        pytest.param([A, A, A, B, C], {}, [0, 3, 1, 4, 2], id="one-in-a-row"),
        pytest.param([A, A, A, A, B], {"most": 2}, [0, 1, 4, 2, 3], id="two-in-a-row"),
        pytest.param([A, A, A], {}, [0, 1, 2], id="nothing-else-is-left"),
        pytest.param([UNLIKE, UNLIKE, UNLIKE], {}, [0, 1, 2], id="what-is-like-nothing"),
        pytest.param([A, A, A, B, C, A], {"within": 3}, [0, 3, 4, 1, 2, 5], id="one-among-the-first-three"),
        pytest.param([A, A, A, B], {"within": 3}, [0, 3, 1, 2], id="among-the-first-as-far-as-it-goes"),
        pytest.param([A, B, A, A, B], {"fixed": (0, 2)}, [0, 1, 2, 4, 3], id="fixed-ones-stay-and-count"),
        pytest.param([C, A, A, B], {"fixed": (2,)}, [0, 3, 2, 1], id="what-is-fixed-ahead-counts"),
        pytest.param([A, A, B, A], {"fixed": (3,), "within": 4, "most": 2}, [0, 2, 1, 3], id="fixed-within"),
        pytest.param([], {}, [], id="nothing"),
    ],
)
def test_kinds_are_mixed(kinds, options, expected):
    assert order(kinds, **options) == expected


KINDS = st.lists(st.integers(UNLIKE, 4), max_size=60)


@given(kinds=KINDS, most=st.integers(1, 4), within=st.none() | st.integers(2, 30), data=st.data())
def test_nothing_is_lost_fixed_ones_stay_and_a_kind_keeps_its_own_order(kinds, most, within, data):
    fixed = tuple(data.draw(st.sets(st.integers(0, len(kinds) - 1), max_size=5))) if kinds else ()
    rows = order(kinds, fixed=fixed, most=most, within=within)
    assert sorted(rows) == list(range(len(kinds)))
    assert all(rows[place] == place for place in fixed)
    for kind in set(kinds):
        own = [row for row in rows if kinds[row] == kind and row not in fixed]
        assert own == sorted(own)


@given(kinds=KINDS, most=st.integers(1, 4))
def test_a_longer_run_only_where_no_other_kind_is_left(kinds, most):
    rows = order(kinds, most=most)
    for place in range(most, len(rows)):
        run = {kinds[row] for row in rows[place - most : place + 1]}
        if len(run) == 1 and UNLIKE not in run:
            assert {kinds[row] for row in rows[place:]} == run


@given(kinds=KINDS, most=st.integers(1, 4), within=st.integers(2, 20))
def test_more_of_a_kind_among_the_first_only_where_every_kind_had_its_share(kinds, most, within):
    rows = order(kinds, most=most, within=within)
    first = [kinds[row] for row in rows[:within]]
    over = [kind for kind in set(first) if kind != UNLIKE and first.count(kind) > most]
    if over:
        rest = {kinds[row] for row in rows[within:]}
        assert UNLIKE not in rest
        assert all(first.count(kind) >= most for kind in rest)


class TestInSearches:
    @pytest.fixture(autouse=True)
    def shop(self, db):
        fresh_process()
        build_shop()
        yield
        fresh_process()

    def test_brands_alternate_and_the_ledger_says_what_was_held_back(self):
        save_rule(boost(100, clause("brand", "lumo")), diversify("brand"))
        page = ask()
        assert skus(page) == ["L1", "L2", "L3", "L4", "L5", "L6"]
        held_back = [(move.from_position, move.position) for move in page.hits[2].moves if move.effect == "diversify"]
        assert held_back == [(2, 3)]

    def test_by_an_attribute(self):
        save_rule(boost(100, clause("colour", "red")), diversify("colour", most=2))
        assert skus(ask()) == ["L1", "L3", "L2", "L5", "L4", "L6"]

    def test_pins_stay_and_count(self):
        save_rule(pin("L3", 1), pin("L5", 2), diversify("brand"))
        assert skus(ask()) == ["L3", "L5", "L2", "L1", "L4", "L6"]

    def test_it_rests_while_the_shopper_sorts(self):
        plain = skus(ask(sort="price_asc"))
        save_rule(diversify("category"))
        assert skus(ask(sort="price_asc")) == plain

    def test_of_two_rules_the_stronger_mixes_and_the_other_is_told_so(self):
        strong = save_rule(diversify("brand"), priority=1)
        save_rule(diversify("colour"), name="weak", priority=2)
        page = ask(explain=True)
        beaten = [rule for rule in page.ledger["rules"] if rule["status"] == "beaten"]
        assert [(rule["name"], rule["beaten_by"]) for rule in beaten] == [("weak", str(strong.pk))]

    def test_an_attribute_the_catalog_lost_changes_nothing(self):
        save_rule(diversify("没有的属性"))
        assert skus(ask()) == ["L1", "L2", "L3", "L4", "L5", "L6"]

    def test_every_page_is_a_slice_of_one_order(self):
        save_rule(boost(100, clause("brand", "lumo")), diversify("brand"))
        assert [sku for number in (1, 2, 3) for sku in skus(ask(page=number, page_size=2))] == skus(ask())
