"""Nearness to a number: inside its bounds is 1, a tenth away a half, unknown 0."""

import pytest

from ranking.scorers import number as scorer
from tests.ranking.scorers.scoring import make_scoring, make_understanding, number, score_by_sku
from tests.shop import add_attribute, add_product, build_bilingual_shop, index_all

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("text", ["kettle 1 litre", "1升水壶"])
def test_a_size_is_nearer_the_less_it_differs(text: str) -> None:
    add_attribute("capacity", "number", unit="l", name_zh="容量")
    for sku, litres in (("A", 1.0), ("B", 1.1), ("C", 1.5)):
        add_product(sku, "Kettle", "水壶", attributes={"capacity": [litres]})
    add_product("D", "Kettle", "水壶")
    index_all()
    asked = make_understanding(text, numbers=(number("capacity", target=1.0),))
    scores = score_by_sku(scorer.score, make_scoring(understanding=asked))
    assert scores["A"] == 1.0
    assert scores["A"] > scores["B"] > scores["C"] > scores["D"] == 0.0
    assert scores["B"] == pytest.approx(0.5, abs=0.05)


def test_prices_are_money_not_minor_units() -> None:
    build_bilingual_shop()
    scores = score_by_sku(
        scorer.score, make_scoring(understanding=make_understanding("under 50", numbers=(number("price", maximum=50),)))
    )
    assert (scores["HP-2"], scores["KET-1"], scores["DRESS-1"]) == (1.0, 1.0, 1.0)
    assert 0 < scores["HP-1"] < scores["SPK-1"] < 1


def test_several_needs_are_averaged_and_those_nobody_can_answer_are_left_out() -> None:
    build_bilingual_shop()
    needs = (number("price", maximum=50), number("capacity", minimum=1.5), number("weight", target=3))
    scores = score_by_sku(scorer.score, make_scoring(understanding=make_understanding("x", numbers=needs)))
    assert (scores["KET-1"], scores["HP-2"]) == (1.0, 0.5)


def test_no_numbers_give_zeros() -> None:
    build_bilingual_shop()
    for understanding in (
        None,
        make_understanding("x"),
        make_understanding("x", numbers=(number("weight", target=1),)),
    ):
        assert set(score_by_sku(scorer.score, make_scoring(understanding=understanding)).values()) == {0.0}
