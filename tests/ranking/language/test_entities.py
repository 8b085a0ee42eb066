"""What words name: longest match, meanings weighed by the catalog, places that decide between product and property."""

from collections.abc import Mapping

import pytest

from catalog.text import normalise
from ranking.contracts import Entity
from ranking.language.entities import find_entities
from ranking.language.numbers import read_numbers
from tests.ranking.language.small_shop import small_lexicon


def find(text: str, counts: Mapping[str, int] | None = None) -> tuple[Entity, ...]:
    text = normalise(text)
    needs = read_numbers(text, small_lexicon()).needs
    count = None if counts is None else lambda term: counts.get(term, 0)
    return find_entities(text, small_lexicon(), needs=needs, document_frequency=count)


def names(text: str) -> list[tuple[str, str]]:
    return [(entity.field, entity.key) for entity in find(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("black sonar headphones", ["colour", "brand", "category"], id="en"),
        pytest.param("黑色声纳耳机", ["colour", "brand", "category"], id="zh without blanks"),
        pytest.param("HEADPHONE by SONAR", ["category", "brand"], id="case and number"),
        pytest.param("wi-fi tv", ["wifi"], id="yes/no attribute, en"),
        pytest.param("主动降噪耳机", ["noise_cancelling", "category"], id="yes/no attribute, zh"),
        pytest.param("case logic", ["brand"], id="two words"),
        pytest.param("sonar耳机 黑色", ["brand", "category", "colour"], id="mixed"),
        pytest.param("tablets", ["category"], id="part of a category's name"),
        pytest.param("something else", [], id="nothing"),
    ],
)
def test_names_are_found_in_order(text: str, expected: list[str]) -> None:
    assert [field for field, _ in names(text)] == expected


@pytest.mark.parametrize("text", ["phone cases", "手机壳"])
def test_the_longest_name_wins(text: str) -> None:
    assert names(text) == [("category", "phones/cases")]


def test_positions_are_those_of_the_text() -> None:
    text = "买黑色耳机"
    assert [text[entity.start : entity.end] for entity in find(text)] == ["黑色", "耳机"]


def test_a_word_with_two_meanings_keeps_both_by_their_counts() -> None:
    orange = [entity for entity in find("orange headphones") if entity.text == "orange"]
    assert [(entity.field, entity.key) for entity in orange] == [("colour", "orange"), ("brand", "orange")]
    assert orange[0].confidence > 2 * orange[1].confidence


def test_an_everyday_word_is_less_sure_than_a_rare_one() -> None:
    def surety(counts: Mapping[str, int]) -> float:
        return next((entity.confidence for entity in find("leather sofa", counts) if entity.key == "leather"), 0.0)

    assert surety({"leather": 3}) > 5 * surety({"leather": 900})
    assert surety({"leather": 3}) > 0.8


@pytest.mark.parametrize(("text", "head"), [("phones", "phone holder"), ("手机", "手机支架")])
def test_a_category_before_another_noun_is_less_sure(text: str, head: str) -> None:
    assert find(text)[0].confidence > find(head)[0].confidence


def test_a_head_that_may_be_a_category_is_one() -> None:
    assert find("fragrance free cream for hands")[0].field == "category"
    assert find("cream sofa")[0].field == "colour"


@pytest.mark.parametrize("text", ["phone 512 GB", "手机 512G", "0.512tb phone"])
def test_a_quantity_meets_a_text_value_in_any_unit(text: str) -> None:
    assert ("storage", "512-gb") in names(text)


def test_a_brand_of_digit_and_letter_is_not_its_length() -> None:
    assert ("brand", "3m") in names("3m cream")
    assert ("brand", "3m") not in names("300 cm cream")


@pytest.mark.parametrize(
    ("text", "field"),
    [("oily cream", "skin_type"), ("cream for oily hair", "hair_type"), ("油性发质洗发水", "hair_type")],
)
def test_an_attribute_named_in_the_query_is_meant(text: str, field: str) -> None:
    assert next(entity.field for entity in find(text) if entity.key == "oily") == field


def test_names_are_found_where_the_segmenter_cuts_wrongly() -> None:
    assert names("敏感肌洁面") == [("skin_type", "sensitive"), ("category", "cleansers")]


def test_hostile_text_is_bounded() -> None:
    assert len(find_entities("black " * 2000, small_lexicon())) <= 120
