"""What resembles the first hits is lifted; nothing happens without vectors."""

from dataclasses import replace

import numpy as np
import pytest

from ranking.scorers import pseudo_relevance as scorer
from tests.ranking.scorers.scoring import make_scoring, ordinals_of, score_by_sku
from tests.shop import build_bilingual_shop

pytestmark = pytest.mark.django_db
VECTORS = {"HP-1": [1.0, 0.1], "HP-2": [1.0, 0.2], "SPK-1": [1.0, 0.6], "KET-1": [0.1, 1.0]}
FOUND = {"HP-1": 2.0, "HP-2": 1.8, "KET-1": 0.1}


def test_the_first_hits_say_what_was_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    build_bilingual_shop()
    monkeypatch.setattr(scorer, "FIRST", 2)
    scores = score_by_sku(scorer.score, make_scoring(bm25=FOUND, vectors=VECTORS))
    assert min(scores["HP-1"], scores["HP-2"]) > 0.99
    assert 0.5 < scores["SPK-1"] < 0.99, "not found by any word, but like those that were"
    assert (scores["KET-1"], scores["DRESS-1"]) == (0.0, 0.0), "the least alike, and one without a vector"


def test_a_chosen_facet_does_not_change_what_stays() -> None:
    build_bilingual_shop()
    scoring = make_scoring(bm25=FOUND, vectors=VECTORS)
    whole = score_by_sku(scorer.score, scoring)
    kept = np.array(sorted(ordinals_of(scoring.snapshot)[sku] for sku in ("SPK-1", "KET-1")))
    assert score_by_sku(scorer.score, replace(scoring, ordinals=kept)) == {
        sku: whole[sku] for sku in ("SPK-1", "KET-1")
    }


def test_no_vectors_give_zeros() -> None:
    build_bilingual_shop()
    assert set(score_by_sku(scorer.score, make_scoring(bm25=FOUND)).values()) == {0.0}
