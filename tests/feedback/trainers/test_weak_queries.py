"""Queries are written from facts, the same for the same seed, in the language asked for, with small mistakes only."""

import random

import pytest
from rapidfuzz.distance import OSA

from feedback.trainers.weak_queries import perturb, slip, write_query
from tests.feedback.trainers.small_shop import PRODUCTS, make_book


@pytest.fixture(scope="module")
def book():
    return make_book()


def write_many(book, languages, seed=5, count=80):
    random_ = random.Random(seed)
    made = [write_query(book, random_.randrange(len(PRODUCTS)), languages, random_) for _ in range(count)]
    return [query for query in made if query]


def test_the_source_meets_its_own_query(book):
    queries = write_many(book, ("en", "zh"))
    assert len(queries) > 30
    for query in queries:
        assert book.grades(query.facts)[query.source] == 1, query


def test_the_same_seed_writes_the_same_queries(book):
    assert write_many(book, ("en",)) == write_many(book, ("en",))
    assert write_many(book, ("en",), seed=6) != write_many(book, ("en",))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_query_is_in_the_language_asked_for(book, language):
    texts = [query.text for query in write_many(book, (language,))]
    if language == "en":
        assert all(text.isascii() for text in texts)
    else:
        assert any("笔记本电脑" in text or "鼠标" in text or "保护套" in text for text in texts)


def test_every_query_asks_for_something_in_particular(book):
    types = [{fact.type for fact in query.facts} for query in write_many(book, ("en", "zh"))]
    assert all(types_ & {"kind", "model", "name"} for types_ in types)


@pytest.mark.parametrize("word", ["keyboard", "printer", "abcde"])
def test_a_slip_is_one_edit_and_keeps_the_first_letter(word):
    for seed in range(20):
        wrong = slip(word, random.Random(seed))
        assert wrong[0] == word[0]
        assert OSA.distance(word, wrong) <= 1


def test_chinese_and_short_words_are_not_mistyped():
    assert {perturb("鼠标 hp", random.Random(seed)).lower() for seed in range(50)} == {"鼠标 hp"}
