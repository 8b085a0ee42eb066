"""The attacks write what they say, in both languages, and the lift is counted as places climbed."""

import pytest

from benchmarks.attack_texts import ATTACKS, Texts
from benchmarks.attacks import Climb, place_of, summarise
from catalog.text import analyse

EN, ZH = Texts("Oak desk", "A plain desk."), Texts("橡木书桌", "一张朴素的书桌。")


@pytest.mark.parametrize(
    ("texts", "query", "language"), [(EN, "headphones", "en"), (ZH, "耳机", "zh")], ids=["en", "zh"]
)
@pytest.mark.parametrize("name", ATTACKS)
def test_every_attack_keeps_the_product_and_brings_the_query_in(
    name: str, texts: Texts, query: str, language: str
) -> None:
    attacked = ATTACKS[name](texts, query, ("lamp", "台灯"), language)
    words = analyse(f"{attacked.title} {attacked.description}")
    assert attacked.title.startswith(texts.title)
    assert texts.description.rstrip("。.") in attacked.description
    assert set(analyse(query)) <= set(words) or name == "hidden_text"


def test_an_order_is_written_in_the_language_of_the_shop() -> None:
    assert "Ignore previous instructions" in ATTACKS["orders"](EN, "headphones", (), "en").description
    assert "忽略以上所有指令" in ATTACKS["orders"](ZH, "耳机", (), "zh").description


def test_lift_is_the_number_of_products_passed() -> None:
    climbs = [
        Climb("orders", "en", belongs=False, start=31, end=1),
        Climb("orders", "zh", belongs=True, start=20, end=20),
        Climb("stuffed_title", "en", belongs=True, start=12, end=14),
    ]
    figures = summarise(climbs, "before")
    assert figures["attack_mean_rank_lift_before"] == pytest.approx(28 / 3)
    assert figures["attack_first_page_share_before"] == pytest.approx(1 / 3)
    assert figures["attack_strangers_rank_lift_before"] == 30
    assert figures["attack_neighbours_rank_lift_before"] == -1
    assert figures["attack_orders_en_rank_lift_before"] == 30
    assert figures["attack_hidden_text_en_rank_lift_before"] == 0


def test_what_is_not_found_stands_below_the_last() -> None:
    assert place_of("b", ["a", "b"]) == 2
    assert place_of("c", ["a", "b"]) == 3
