"""The words that ship as meaning the same: both ways, one way, in both languages; never over a merchandiser's no."""

import pytest

from catalog.text import analyse
from ranking.language.concepts import build_concepts
from ranking.language.expansions import expand_query
from ranking.language.same_words import LIST, build_shipped, shipped_synonyms
from ranking.language.synonyms import build_synonyms, expand


def said(query: str) -> set[str]:
    return {item.text for item in expand(analyse(query), shipped_synonyms(), "en")}


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("laptop", "notebook"), ("cell phone", "smartphone"), ("tv", "television"), ("earphones", "earbuds"),
        ("fridge", "refrigerator"), ("refrigerator", "fridge"), ("sneakers", "trainers"), ("handbag", "purse"),
        ("手提电脑", "笔记本电脑"), ("充电宝", "移动电源"), ("移动电源", "充电宝"),
        ("尿不湿", "纸尿裤"), ("书包", "双肩包"),
    ],
)  # fmt: skip
def test_says_the_same(query: str, word: str) -> None:
    assert word in said(query)


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("notebook", "laptop"),
        ("headphones", "earbuds"),
        ("football", "soccer ball"),
        ("双肩包", "书包"),
        ("笔记本", "笔记本电脑"),
    ],
)
def test_one_way_words_are_not_turned_round(query: str, word: str) -> None:
    assert word not in said(query)


def test_every_line_gives_words_of_less_weight_than_those_typed() -> None:
    lines = [line for line in LIST.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    for line in lines:
        found = [item for items in build_shipped([line]).table.entries.values() for item in items]
        assert found, line
        assert all(0 < item.weight < 1 and item.terms for item in found), line


def test_there_are_enough_in_both_languages() -> None:
    phrases = ["".join(phrase) for phrase in shipped_synonyms().table.entries]
    assert sum(phrase.isascii() for phrase in phrases) > 100
    assert sum(not phrase.isascii() for phrase in phrases) > 100


def test_a_merchandiser_forbids_what_ships() -> None:
    rows = [(1, "two_way", ["tv", "television"], [], 0.0, "")]
    found = expand_query(analyse("tv"), synonyms=build_synonyms(rows), concepts=build_concepts([]), locale="en")
    assert "television" not in {item.text for item in found}
    assert "telly" in {item.text for item in found}


def test_a_synonym_book_knows_all_its_words() -> None:
    rows = [(1, "one_way", ["zorgo lamp"], ["desk light"], 0.8, "")]
    assert {"zorgo", "lamp", "desk", "light"} <= build_synonyms(rows).words
