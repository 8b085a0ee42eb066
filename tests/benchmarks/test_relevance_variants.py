"""Queries typed worse are the same in every run, and mean what they meant."""

import random

import pytest

from benchmarks.chorus import JudgedQuery
from benchmarks.relevance_variants import (
    CHINESE,
    ENGLISH,
    make_variants,
    misspell,
    misspell_queries,
    slip,
    wrap_queries,
)

QUERIES = [
    JudgedQuery(str(number), text, {1: 3}) for number, text in enumerate(("laptop bag", "tv", "无线耳机", "ps4"))
]


def test_slips_are_repeatable_and_keep_the_judgements() -> None:
    first, second = misspell_queries(QUERIES), misspell_queries(QUERIES)
    assert first == second
    assert first[0].text != "laptop bag"
    assert first[0].text.endswith(" bag")
    assert first[0].judgements == QUERIES[0].judgements


@pytest.mark.parametrize("text", ["tv", "ps4", "hp 301 ink", "无线耳机"], ids=["short", "digit", "model", "zh"])
def test_words_too_short_or_not_of_letters_stay(text: str) -> None:
    assert misspell(text, random.Random(1)) == text


def test_a_slip_is_one_edit_and_spares_the_first_letter() -> None:
    for seed in range(200):
        typed = slip("keyboard", random.Random(seed))
        assert typed != "keyboard"
        assert typed[0] == "k"
        assert abs(len(typed) - len("keyboard")) <= 1


@pytest.mark.parametrize("templates", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_sentences_take_turns_and_hold_the_query(templates: tuple[str, ...]) -> None:
    wrapped = wrap_queries(QUERIES, templates)
    assert all(query.text in said.text for query, said in zip(QUERIES, wrapped, strict=True))
    assert wrapped[0].text == templates[0].format("laptop bag")
    assert wrapped[1].text == templates[1].format("tv")


def test_all_kinds_keep_every_query() -> None:
    assert {kind: len(typed) for kind, typed in make_variants(QUERIES).items()} == {
        "typos": 4,
        "verbose": 4,
        "verbose_zh": 4,
    }
