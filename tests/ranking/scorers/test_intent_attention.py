"""The attribute that answers the query draws the attention, and the ledger can name it."""

from dataclasses import replace

import numpy as np
import pytest

from catalog.models import AttributeValue
from ranking.retrieval.value_vectors import ValueVectors
from ranking.scorers import Scoring
from ranking.scorers import intent_attention as scorer
from tests.ranking.scorers.scoring import make_scoring, ordinals_of, score_by_sku
from tests.shop import build_bilingual_shop

pytestmark = pytest.mark.django_db
WANTS_WHITE = np.array([0.0, 1.0], np.float32)  # "something white", 白色的


def scoring_with_colours(query: np.ndarray | None) -> Scoring:
    ids = dict(AttributeValue.objects.filter(attribute__key="colour").values_list("key", "id"))
    order = sorted(ids, key=ids.__getitem__)
    table = np.array([{"black": [1.0, 0.0], "white": [0.0, 1.0]}[key] for key in order], np.float16)
    vectors = ValueVectors(np.array([ids[key] for key in order], np.int64), table)
    return make_scoring(query_vector=query, value_vectors=vectors)


def test_a_product_counts_by_its_best_answering_attribute() -> None:
    build_bilingual_shop()
    scores = score_by_sku(scorer.score, scoring_with_colours(WANTS_WHITE))
    assert scores["HP-2"] == scores["KET-1"] == 1.0, "black and white: the attention goes to white"
    assert scores["HP-1"] == scores["SPK-1"] == scores["DRESS-1"] == 0.0


def test_the_ledger_names_what_matched() -> None:
    build_bilingual_shop()
    scoring = scoring_with_colours(WANTS_WHITE)
    white = AttributeValue.objects.get(key="white").pk
    matched = scorer.matched_because_of(scoring, most=1)
    ((value, weight),) = matched[ordinals_of(scoring.snapshot)["HP-2"]]
    assert (value, weight) == (white, pytest.approx(1.0, abs=0.01))
    assert ordinals_of(scoring.snapshot)["DRESS-1"] not in matched


def test_a_chosen_facet_does_not_change_what_stays() -> None:
    build_bilingual_shop()
    scoring = scoring_with_colours(np.array([0.6, 0.8], np.float32))
    whole = score_by_sku(scorer.score, scoring)
    kept = np.array([ordinals_of(scoring.snapshot)["HP-1"]])
    assert score_by_sku(scorer.score, replace(scoring, ordinals=kept)) == {"HP-1": whole["HP-1"]}


def test_without_vectors_of_values_or_of_the_query_all_get_zero() -> None:
    build_bilingual_shop()
    for scoring in (make_scoring(query_vector=WANTS_WHITE), scoring_with_colours(None)):
        assert set(score_by_sku(scorer.score, scoring).values()) == {0.0}
        assert scorer.matched_because_of(scoring) == {}
