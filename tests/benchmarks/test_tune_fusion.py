"""The tuner ranks as the live pipeline does: rare words count more, all words count most, the dense leg may add."""

import numpy as np
import pytest

from benchmarks.tune_fusion import Judged, Settings, count_terms, cross_validate, evaluate, rank, score_lexical

DOCUMENTS = [
    {"title": "laptop bag", "description": "for a laptop"},
    {"title": "laptop"},
    {"title": "plastic bag"},
    {"title": "camera"},
]
IDS = np.array([10, 11, 12, 13])


@pytest.fixture
def query() -> Judged:
    return Judged("laptop bag", ("laptop", "bag"), {10: 3, 11: 1})


def test_the_product_with_every_word_is_first(query: Judged) -> None:
    settings = Settings()
    matrix = count_terms(DOCUMENTS, [query.terms])
    found = rank(query, matrix, score_lexical(matrix, settings), settings)
    assert IDS[found][0] == 10
    assert 13 not in IDS[found]


def test_figures_are_those_of_the_metrics(query: Judged) -> None:
    matrix = count_terms(DOCUMENTS, [query.terms])
    figures = evaluate([query], matrix, IDS, Settings())
    assert figures["recall100"] == [1.0]
    assert 0.9 < figures["ndcg10"][0] <= 1.0


def test_every_query_is_scored_by_what_the_others_chose(query: Judged) -> None:
    queries = [query] * 5
    matrix = count_terms(DOCUMENTS, [query.terms])
    held_out, best = cross_validate(queries, matrix, IDS, [Settings(k1=0.4), Settings(k1=1.2)])
    assert len(held_out["ndcg10"]) == 5
    assert best in (Settings(k1=0.4), Settings(k1=1.2))
