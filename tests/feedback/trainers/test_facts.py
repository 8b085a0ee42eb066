"""Grades come from what products say: a query's facts, and who meets how many of them."""

import pytest

from feedback.trainers.facts import OTHER_KIND, Fact
from tests.feedback.trainers.small_shop import PRODUCTS, make_book

LAPTOP = Fact("kind", ("kind:e/laptop",), {"en": ("laptop",)})
BLACK = Fact("value", ("concept:g/black",), {"en": ("black",)})
HP = Fact("brand", ("brand:hp",), {"en": ("hp",)})


@pytest.fixture(scope="module")
def book():
    return make_book()


def test_a_kind_is_met_in_both_languages_and_never_by_its_accessory(book):
    assert book.grades([LAPTOP]).tolist() == [1, 1, 0, 0, 0, 1]


def test_a_grade_is_the_share_of_facts_met_and_another_kind_stays_low(book):
    grades = book.grades([HP, BLACK, LAPTOP])
    assert grades[0] == 1
    assert 0 < grades[1] < grades[5] < 1
    assert grades[2] == grades[3] == pytest.approx(OTHER_KIND)
    assert grades[4] == 0


@pytest.mark.parametrize(
    ("product", "type_", "key"),
    [
        (0, "brand", "brand:hp"),
        (0, "model", "word:dv7"),
        (0, "name", "word:pavilion"),
        (0, "value", "concept:g/black"),
        (2, "kind", "kind:e/case"),
        (5, "kind", "kind:e/laptop"),
    ],
)
def test_what_a_product_says_is_a_fact(book, product, type_, key):
    assert (type_, key) in {(fact.type, fact.keys[0]) for fact in book.facts[product]}


def test_a_number_is_one_fact_in_whatever_unit_it_is_written(book):
    sizes = [{fact.keys for fact in book.facts[at] if fact.type == "number"} for at in (1, 5)]
    assert sizes[0] & sizes[1]
    wordings = next(fact.wordings for fact in book.facts[5] if fact.type == "number")
    assert any("寸" in wording for wording in wordings["zh"])
    assert all(wording.isascii() for wording in wordings["en"])


def test_a_brand_or_a_linking_word_is_no_kind_and_no_name(book):
    for at in range(len(PRODUCTS)):
        names = [fact.keys for fact in book.facts[at] if fact.type in ("name", "kind")]
        assert all("word:hp" not in keys and "kind:hp" not in keys for keys in names)
