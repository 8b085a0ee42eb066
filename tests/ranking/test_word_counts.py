"""Which words of the catalog the speller learns, and how often each counts."""

import pytest

from catalog.models import AttributeValue, LiveVersion
from ranking.language.live_words import load_dictionary
from ranking.language.spelling import correct
from ranking.retrieval.suggest_refresh import rebuild_suggestions
from ranking.retrieval.word_counts import (
    WordCounts,
    count_values,
    dictionary_words,
    everyday_words,
    join_characters,
    make_dictionary,
)
from ranking.retrieval.written_words import split_words
from tests.shop import build_bilingual_shop


@pytest.mark.parametrize(
    ("word", "learned"),
    [
        ("cable", ["cable"]),
        ("手机", ["手机"]),
        ("wi-fi", ["wifi", "", "wi", "fi", ""]),
        ("usb-c", ["usbc", "", "usb", ""]),
        ("men's", ["men"]),
        ("wh-1000xm5", [""]),
        ("15.6", [""]),
        (",", [""]),
    ],
)
def test_learns_words_and_no_codes(word: str, learned: list[str]) -> None:
    assert list(dictionary_words(word)) == learned


def test_counts_products_not_mentions() -> None:
    counts = WordCounts()
    counts.add_product([split_words("usb cable usb cable"), split_words("usb hub")])
    counts.add_product([split_words("usb cable")])
    assert (counts.words["usb"], counts.words["cable"], counts.words["hub"]) == (2, 2, 1)
    assert counts.pairs["usb", "cable"] == 2


@pytest.mark.parametrize("text", ["usb, cable", "usb 2 cable", "usb wh-1000 cable"])
def test_a_mark_or_code_keeps_neighbours_apart(text: str) -> None:
    counts = WordCounts()
    counts.add_product([split_words(text)])
    assert ("usb", "cable") not in counts.pairs


def test_a_word_of_title_and_value_alike_counts_once() -> None:
    counts = WordCounts()
    for _ in range(3):
        counts.add_product([["black", "lamp"]])
    counts.add_values({"Black": 2, "Black / White": 4, "Tall\\nlamp": 1})
    assert (counts.words["black"], counts.words["white"], counts.words["lamp"]) == (6, 4, 3)
    assert "nlamp" not in counts.words


def test_characters_that_stand_together_are_learned_as_one_word() -> None:
    pairs = {("运动", "鞋"): 5, ("手机", "壳"): 2, ("蓝牙", "耳机"): 9, ("衬衫", "男"): 9, ("usb", "线"): 9}
    assert join_characters(pairs) == {"运动鞋": 5}


def test_everyday_words_are_frequent_ones() -> None:
    words = set(everyday_words())
    assert {"banana", "login", "desk"} <= words
    assert not words & {"dewalt", "recieve", "qi"}
    assert len(words) < 40_000


@pytest.mark.django_db
def test_values_count_the_products_that_have_them() -> None:
    build_bilingual_shop()
    assert AttributeValue.objects.filter(name_en="White").exists()
    values = count_values()
    assert (values["Black"], values["黑色"], values["White"]) == (2, 2, 2)


@pytest.mark.django_db
def test_the_refresh_makes_the_dictionary_of_the_live_catalog() -> None:
    build_bilingual_shop()
    rebuild_suggestions()
    words = load_dictionary()
    assert words.version == LiveVersion.objects.get(name="words").version
    assert words.count("headphones") == 2
    assert words.count("sonar") == 3
    assert words.count("连衣裙") == 1
    assert words.sells("kitchen")
    assert words.sells("黑色")
    corrections = [correct(typed, words) for typed in ("wireles haedphones", "lianyiqun", "连衣群")]
    assert [correction and correction.corrected for correction in corrections] == [
        "wireless headphones",
        "连衣裙",
        "连衣裙",
    ]


def test_an_empty_catalog_has_a_dictionary_too() -> None:
    assert not any(make_dictionary(WordCounts()).counts)
