"""The phrase material is complete: every condition, placeholder and picture it names exists."""

import re

import pytest

from catalog.demo.kinds import Department, ProductType
from catalog.demo.material import read_departments
from catalog.demo.pictures import PICTURES_DIR

TYPES = [(department, type_) for department in read_departments() for type_ in department.types]
each_type = pytest.mark.parametrize(("department", "type_"), TYPES, ids=[type_.key for _, type_ in TYPES])


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


@each_type
def test_conditions_name_values_the_type_can_have(department: Department, type_: ProductType) -> None:
    choices = {choice.definition.key: choice for choice in type_.attributes}
    for sentence in [*type_.openings, *type_.features]:
        for condition in sentence.conditions:
            assert condition.key in choices
            assert set(condition.values) <= {text.en for text in choices[condition.key].texts}


@each_type
def test_what_follows_another_attribute_has_a_value_for_each_of_its(department: Department, type_: ProductType) -> None:
    sizes = {choice.definition.key: len(choice.numbers or choice.texts) for choice in type_.attributes}
    order = list(sizes)
    for choice in type_.attributes:
        if choice.follows:
            assert sizes[choice.definition.key] == sizes[choice.follows]
            assert order.index(choice.follows) < order.index(choice.definition.key)


@pytest.mark.parametrize("department", read_departments(), ids=lambda department: department.key)
def test_closings_name_types_of_their_department_and_every_type_has_one(department: Department) -> None:
    keys = {type_.key for type_ in department.types}
    for sentence in department.closings:
        for condition in sentence.conditions:
            assert condition.key == "type"
            assert set(condition.values) <= keys
    for key in keys:
        assert any(all((key in c.values) != c.negated for c in s.conditions) for s in department.closings)


@each_type
def test_placeholders_are_known_and_the_languages_say_the_same(department: Department, type_: ProductType) -> None:
    known = {choice.definition.key for choice in type_.attributes} | {"brand", "series", "noun"}
    known |= {"model"} if type_.model_prefix else set()
    for sentence in [*type_.openings, *type_.features, *department.closings]:
        assert placeholders(sentence.words.en) <= known
        assert placeholders(sentence.words.en) <= placeholders(sentence.words.zh) <= known
    for title in type_.titles:
        assert placeholders(title.en) <= known
        assert placeholders(title.zh) <= known


@each_type
def test_each_sentence_has_both_languages(department: Department, type_: ProductType) -> None:
    for sentence in [*type_.openings, *type_.features, *department.closings]:
        assert re.search(r"[\u4e00-\u9fff]", sentence.words.zh)
        assert not re.search(r"[\u4e00-\u9fff]", sentence.words.en)
        assert sentence.words.en.endswith((".", "?"))
        assert sentence.words.zh.endswith(("。", "？"))


@each_type
def test_there_is_enough_to_say(department: Department, type_: ProductType) -> None:
    assert len(type_.openings) >= 2
    assert len(type_.features) >= 6


@each_type
def test_its_picture_is_drawn(department: Department, type_: ProductType) -> None:
    assert (PICTURES_DIR / f"{type_.picture}.svg").exists()


def test_every_department_has_brands_in_three_tiers() -> None:
    for department in read_departments():
        assert {brand.tier for brand in department.brands} == {1, 2, 3}, department.key


def test_brands_belong_to_one_department_only() -> None:
    names = [brand.words.en for department in read_departments() for brand in department.brands]
    assert len(set(names)) == len(names)
