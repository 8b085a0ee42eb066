"""Weights of words: the noun first, glue never, roles kept; in both languages."""

import math

import pytest

from catalog.text import normalise
from ranking.contracts import Keyword
from ranking.language.entities import find_entities
from ranking.language.keywords import known_share, searched_text, weigh_keywords
from ranking.language.numbers import read_numbers
from ranking.language.scopes import find_scopes
from tests.ranking.language.small_shop import small_lexicon


def weigh(text: str, idf=None) -> tuple[Keyword, ...]:
    reading = read_numbers(normalise(text), small_lexicon())
    scopes = find_scopes(reading.rest, small_lexicon())
    entities = find_entities(reading.rest, small_lexicon(), needs=reading.needs)
    return weigh_keywords(reading.rest, entities=entities, needs=reading.needs, scopes=scopes, idf=idf)


def ranked(text: str) -> list[str]:
    return [word.text for word in sorted(weigh(text), key=lambda word: -word.weight) if word.role != "negated"]


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("best black sonar headphones", ["headphones", "sonar", "black", "best"]),
        ("便宜的黑色声纳耳机", ["耳机", "声纳", "黑色", "便宜"]),
        ("leather case for iphone 15", ["case", "leather"]),
        ("headphones with a microphone", ["headphones", "microphone"]),
        ("送女朋友的口红", ["口红", "女朋友"]),
        ("iphone 15 手机壳", ["手机壳"]),
        ("55寸电视 送货", ["电视"]),
        ("headphones size 42", ["headphones", "size"]),
        ("headphones for sofas", ["headphones"]),
    ],
)
def test_the_noun_carries_most(text: str, order: list[str]) -> None:
    assert [word for word in ranked(text) if word in order] == order
    assert ranked(text)[0] == order[0]


@pytest.mark.parametrize(
    "text", ["i want a black sofa for my home", "我想买一个黑色的沙发", "headphones under 100", "the"]
)
def test_shares_add_up_to_one(text: str) -> None:
    assert sum(word.weight for word in weigh(text) if word.role != "negated") == pytest.approx(1.0, abs=0.001)


@pytest.mark.parametrize(
    ("text", "glue"),
    [
        ("i want a black sofa for my home", {"i", "want", "a", "for", "my"}),
        ("我想买一个黑色的沙发", {"我", "买", "的"}),
    ],
)
def test_glue_is_no_keyword(text: str, glue: set[str]) -> None:
    assert not glue & {word.text for word in weigh(text)}


def test_a_query_of_glue_alone_is_searched() -> None:
    assert [word.text for word in weigh("the who")] == ["the", "who"]


def test_the_rarer_of_two_like_words_counts_more() -> None:
    idf = {"purple": 1.0, "heliotrop": 9.0}
    words = {word.text: word.weight for word in weigh("purple heliotrope sofa", lambda term: idf.get(term, 3.0))}
    assert words["heliotrope"] > words["purple"]
    assert words["sofa"] == max(words.values())


def test_an_unknown_word_does_not_break_the_weights() -> None:
    assert all(0 <= word.weight <= 1 for word in weigh("zzzz sofa", lambda term: math.inf))


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("sofa without leather", {"sofa": "must", "leather": "negated"}),
        ("沙发 不要真皮", {"沙发": "must", "真皮": "negated"}),
        ("sofa preferably red", {"sofa": "must", "red": "nice"}),
        ("最好是红色的沙发", {"红色": "nice", "沙发": "must"}),
        ("laptop no dvd drive", {"laptop": "must", "dvd drive": "negated"}),
    ],
)
def test_roles(text: str, roles: dict[str, str]) -> None:
    assert {word.text: word.role for word in weigh(text)} == roles


@pytest.mark.parametrize(
    ("text", "word"), [("sugar free chocolate", "sugar free"), ("不含酒精爽肤水", "不含酒精"), ("无糖巧克力", "无糖")]
)
def test_a_stated_absence_is_one_property(text: str, word: str) -> None:
    found = {keyword.text: keyword.role for keyword in weigh(text)}
    assert found.get(word) == "must"


def test_a_wish_weighs_less_than_a_demand() -> None:
    wished = {word.text: word.weight for word in weigh("sofa preferably red")}
    demanded = {word.text: word.weight for word in weigh("red sofa")}
    assert wished["red"] < demanded["red"]


@pytest.mark.parametrize(
    ("text", "searched"),
    [
        ("sofa not leather", "sofa"),
        ("sofa preferably red", "sofa red"),
        ("不要真皮的沙发", "沙发"),
        ("最好是红色的沙发", "红色 沙发"),
        ("headphones under 100", "headphones"),
    ],
)
def test_what_is_searched(text: str, searched: str) -> None:
    reading = read_numbers(normalise(text), small_lexicon())
    found = searched_text(reading.rest, find_scopes(reading.rest, small_lexicon()))
    assert " ".join(found.split()) == searched


def test_known_share_counts_what_the_catalog_holds() -> None:
    words = weigh("zzzz sofa")
    assert known_share(words, {"sofa"}) == pytest.approx(next(w.weight for w in words if w.text == "sofa"))
    assert known_share(words, ()) == 0
