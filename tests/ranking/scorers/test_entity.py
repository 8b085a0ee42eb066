"""Brand, attribute values and model numbers of the query, held or not."""

import pytest

from ranking.contracts import Entity
from ranking.scorers import entity as scorer
from tests.ranking.scorers.scoring import attribute, brand, make_scoring, make_understanding, score_by_sku
from tests.shop import build_bilingual_shop

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("text", ["sonar white", "声纳 白色"])
def test_each_named_thing_counts_by_its_confidence(text: str) -> None:
    build_bilingual_shop()
    asked = make_understanding(
        text, entities=(brand("sonar", confidence=0.75), attribute("colour", "white", confidence=0.25))
    )
    scores = score_by_sku(scorer.score, make_scoring(understanding=asked))
    assert scores == {"HP-1": 0.75, "HP-2": 1.0, "SPK-1": 0.75, "KET-1": 0.25, "DRESS-1": 0.0}


def test_of_two_meanings_of_one_word_the_better_held_counts() -> None:
    build_bilingual_shop()
    meanings = (brand("tetto", confidence=0.8), attribute("colour", "black", confidence=0.2, start=0, end=5))
    scores = score_by_sku(scorer.score, make_scoring(understanding=make_understanding("x", entities=meanings)))
    assert (scores["KET-1"], scores["HP-1"], scores["DRESS-1"]) == (1.0, 0.25, 0.0)


def test_a_model_number_is_held_in_code_or_title() -> None:
    build_bilingual_shop()
    model = Entity("model", "sku", "hp-1", "hp-1", 0.95, 0, 4)
    scoring = make_scoring(
        coverage={"code": {"HP-1": 1.0}, "title": {"SPK-1": 0.5}},
        understanding=make_understanding("hp-1", entities=(model,)),
    )
    scores = score_by_sku(scorer.score, scoring)
    assert (scores["HP-1"], scores["SPK-1"], scores["KET-1"]) == (1.0, 0.5, 0.0)


def test_unknown_names_and_no_understanding_give_zeros() -> None:
    build_bilingual_shop()
    unknown = make_understanding("x", entities=(brand("nobody"), attribute("flavour", "sweet")))
    for understanding in (None, make_understanding("x"), unknown):
        assert set(score_by_sku(scorer.score, make_scoring(understanding=understanding)).values()) == {0.0}


def test_beyond_its_bound_only_the_lexically_best_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    build_bilingual_shop()
    monkeypatch.setattr(scorer, "MOST_READ", 2)
    scoring = make_scoring(
        bm25={"SPK-1": 2.0, "KET-1": 1.0}, understanding=make_understanding("sonar", entities=(brand("sonar"),))
    )
    assert score_by_sku(scorer.score, scoring) == {"HP-1": 0, "HP-2": 0, "SPK-1": 1.0, "KET-1": 0, "DRESS-1": 0}
