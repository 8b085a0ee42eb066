"""Categories by the votes of the best hits, by name and by clicks."""

import numpy as np
import pytest

from ranking.contracts import Entity
from ranking.language.categories import MIN_PROBABILITY, predict_categories
from tests.ranking.language.small_shop import PRODUCTS, build_small_shop


def scores_of(**by_category: float) -> np.ndarray:
    wanted = {key.replace("__", "/"): score for key, score in by_category.items()}
    return np.array([wanted.get(category, 0.0) for category, _, _ in PRODUCTS], np.float32)


def predict(scores: np.ndarray, **options) -> dict[str, float]:
    return {found.key: found.confidence for found in predict_categories(scores, build_small_shop()[0], **options)}


def named(key: str, confidence: float = 0.9) -> Entity:
    return Entity("category", "category", key, key, confidence, 3, 7)


def test_the_best_hits_vote() -> None:
    found = predict(scores_of(tv=10.0, audio__headphones=6.0))
    assert list(found)[0] == "tv"
    assert sum(found.values()) == pytest.approx(1.0, abs=0.01)
    assert found["tv"] > 0.75


def test_nothing_found_predicts_nothing() -> None:
    assert predict(scores_of()) == {}


def test_a_named_category_outweighs_the_votes() -> None:
    scores = scores_of(tv=10.0, phones=9.0)
    assert list(predict(scores))[0] == "tv"
    assert list(predict(scores, entities=[named("phones")]))[0] == "phones"


def test_a_named_category_alone_is_enough() -> None:
    (found,) = predict_categories(scores_of(), build_small_shop()[0], entities=[named("tv")])
    assert (found.key, found.confidence, found.start, found.end) == ("tv", 1.0, 3, 7)


def test_a_parent_passes_its_name_to_the_children_that_got_votes() -> None:
    found = predict(scores_of(phones__cases=5.0, tv=5.0), entities=[named("phones")])
    assert list(found)[0] == "phones/cases"


def test_unknown_words_make_all_less_sure() -> None:
    scores = scores_of(tv=10.0)
    assert predict(scores, known_share=0.25)["tv"] == pytest.approx(0.5)


def test_clicks_take_over_as_they_grow() -> None:
    scores, terms = scores_of(tv=10.0), ("screen",)
    few = predict(scores, terms=terms, priors={"screen": {"computers": 2}})
    many = predict(scores, terms=terms, priors={"screen": {"computers": 500}})
    assert list(few)[0] == "tv"
    assert list(many)[0] == "computers"
    assert predict(scores, terms=("other",), priors={"screen": {"computers": 500}}) == predict(scores)


def test_faint_categories_are_left_out() -> None:
    found = predict(scores_of(tv=10.0, creams=1.0))
    assert all(chance >= MIN_PROBABILITY for chance in found.values())
    assert "creams" not in found
