"""Combination: calibrated belief, agreement raises confidence, rivals lower it."""

import pytest

from catalog.contracts import FoundAttribute, Span
from catalog.extractors.combination import CalibrationBook, Counts, combine, step_of


def found(value="black", *, name="color", confidence=0.8, extractor="patterns", stated=True, field="title_en"):
    span = Span(field, 0, 5) if stated else None
    return FoundAttribute(name, value, "", span, str(value), confidence, extractor, "1")


def confidence_of(items, value="black", book=None):
    (one,) = [item for item in combine(items, book or CalibrationBook()) if item.found.value == value]
    return one.confidence


def test_agreement_raises_and_a_rival_lowers():
    alone = confidence_of([found()])
    agreed = confidence_of([found(), found(extractor="tagger")])
    rivalled = confidence_of([found(), found("white", extractor="tagger")])
    assert rivalled < alone < agreed < 1


def test_one_extractor_that_finds_a_value_twice_counts_once():
    assert confidence_of([found(), found(field="description_en")]) == confidence_of([found()])


def test_the_same_words_are_one_value():
    combined = combine([found("Dark Blue"), found("dark  blue", extractor="tagger")], CalibrationBook())
    assert [(item.value_key, item.extractors) for item in combined] == [("dark-blue", ("patterns", "tagger"))]


@pytest.mark.parametrize(
    ("right", "wrong", "least", "most"),
    [(95, 5, 0.85, 0.99), (5, 95, 0.01, 0.3), (0, 0, 0.79, 0.81)],
    ids=["mostly right", "mostly wrong", "not judged yet"],
)
def test_belief_follows_what_was_right_before(right, wrong, least, most):
    book = CalibrationBook({("patterns", "color", step_of(0.8)): Counts(right, wrong)})
    assert least <= book.believe("patterns", "color", 0.8) <= most


def test_an_attribute_without_judgements_is_believed_like_the_extractor_at_large():
    book = CalibrationBook({("patterns", "", step_of(0.8)): Counts(20, 980)})
    assert book.believe("patterns", "size", 0.8) < 0.1


def test_the_stated_is_shown_before_the_implied_and_the_title_first():
    items = [
        found(stated=False, extractor="llm", confidence=0.9),
        found(field="description_en", extractor="tagger"),
        found(field="title_en", confidence=0.5),
    ]
    (one,) = combine(items, CalibrationBook())
    assert one.found.span == Span("title_en", 0, 5)


def test_values_of_different_attributes_do_not_rival():
    items = [found(), found("steel", name="material", extractor="tagger")]
    assert confidence_of(items) == confidence_of([found()])
