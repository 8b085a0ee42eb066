"""The score step: every weighed part counts, what cannot be computed is a note, and the ledger adds up."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ranking.contracts import Page, SearchRequest
from ranking.models import RankingConfig
from ranking.pipeline import search
from ranking.registry import DEFAULT_WEIGHTS, live_state
from ranking.reranker import Reranker
from ranking.retrieval.value_vectors import choose_values, current_value_vectors
from ranking.scorers.registry import NEED_WORDS, SCORERS
from ranking.steps import score as module
from ranking.tasks import embed_attribute_values
from tests.shop import add_product, build_bilingual_shop, index_all

pytestmark = pytest.mark.django_db


class LikesLongTexts:
    def tokenise(self, query: str, texts: Sequence[str]) -> list[list[int]]:
        return [[0] * len(text) for text in texts]

    def score(self, tokens: Sequence[Sequence[int]]) -> Any:
        return np.array([len(text) / 100 for text in tokens], np.float32)


def skus(page: Page) -> list[str]:
    return [hit.product.sku for hit in page.hits]


def weigh(**weights: float) -> int:
    return RankingConfig.objects.create(name="tried", weights=weights).pk


def build_lamps() -> None:
    for sku, words in (("A", "brass desk lamp"), ("B", "desk lamp"), ("C", "desk lamp with a long arm and a clamp")):
        add_product(sku, words, "台灯")
    index_all()


def check_sums(page: Page) -> None:
    assert page.ledger is not None
    for row in page.ledger["hits"]:
        assert sum(row["shares"].values()) == pytest.approx(row["score"], abs=1e-5)


@pytest.mark.parametrize("query", ["desk lamp", "台灯"])
def test_every_part_can_be_weighed_and_the_ledger_adds_up(query: str) -> None:
    build_lamps()
    page = search(SearchRequest(query=query, explain=True, config_id=weigh(**dict.fromkeys(SCORERS, 0.1))))
    check_sums(page)
    assert set(page.hits[0].parts) == set(SCORERS) - {"ltr"}
    assert any("MODEL_LTR" in note for note in page.notes)
    assert any(note.startswith("reranker off") for note in page.notes) or page.hits[0].parts["cross_encoder"] > 0


def test_without_words_only_what_needs_none_ranks() -> None:
    build_lamps()
    page = search(SearchRequest(config_id=weigh(**dict.fromkeys(SCORERS, 0.1))))
    assert set(page.hits[0].parts) == set(SCORERS) - NEED_WORDS
    assert page.notes == ()


def test_draft_weights_count_for_one_request_only() -> None:
    build_bilingual_shop()
    before = search(SearchRequest(query="headphones", explain=True))
    tried = search(SearchRequest(query="headphones", explain=True, draft_weights={"bm25": 0.0, "rating": 1.0}))
    assert tried.ledger is not None
    assert tried.ledger["config"]["weights"]["rating"] == 1.0
    weights = {**DEFAULT_WEIGHTS, "bm25": 0.0, "rating": 1.0}
    expected = sum(weights[name] * part for name, part in tried.hits[0].parts.items())
    assert tried.hits[0].score == pytest.approx(expected, abs=1e-4)
    assert [hit.score for hit in search(SearchRequest(query="headphones")).hits] == [hit.score for hit in before.hits]


def test_the_cross_encoder_reads_the_best_and_lifts_what_it_likes(monkeypatch: pytest.MonkeyPatch) -> None:
    build_lamps()
    monkeypatch.setattr(module, "get_reranker", lambda: (Reranker(LikesLongTexts()), ""))
    config = weigh(bm25=0.01, cross_encoder=1.0)
    page = search(SearchRequest(query="desk lamp", explain=True, config_id=config))
    check_sums(page)
    assert skus(page)[0] == "C"
    RankingConfig.objects.filter(pk=config).update(parameters={"rerank_budget_ms": 0})
    late = search(SearchRequest(query="desk lamp", config_id=config))
    assert any("0 of 3 products read" in note for note in late.notes)
    assert {hit.parts["cross_encoder"] for hit in late.hits} == {0.0}


def test_a_ranking_model_that_is_not_there_is_a_note_and_no_failure(settings: Any, tmp_path: Path) -> None:
    build_lamps()
    settings.MODEL_LTR = str(tmp_path / "ltr.json")
    page = search(SearchRequest(query="台灯", config_id=weigh(bm25=1.0, ltr=1.0)))
    assert page.total == 3
    assert any("train_ltr" in note for note in page.notes)
    assert "ltr" not in page.hits[0].parts


@pytest.mark.slow
@pytest.mark.parametrize(("query", "value"), [("black headphones", "black"), ("白色耳机", "white")])
def test_the_ledger_names_the_attribute_value_that_answers_best(
    query: str, value: str, settings: Any, tmp_path: Path
) -> None:
    from catalog.pipeline import embed_stale  # noqa: PLC0415 - loads the encoder

    build_bilingual_shop()
    embed_stale()
    embed_attribute_values()
    vectors = current_value_vectors(live_state().generation)
    assert vectors is not None
    assert (vectors.places(choose_values(live_state().snapshot)) >= 0).all()
    page = search(SearchRequest(query=query, explain=True, config_id=weigh(bm25=0.5, intent_attention=0.5)))
    check_sums(page)
    assert page.ledger is not None
    named = [row["evidence"][0]["value"] for row in page.ledger["hits"] if row["evidence"]]
    assert value in named
    best = page.ledger["hits"][0]
    assert best["evidence"][0] == {"attribute": "colour", "value": value, "attention": best["evidence"][0]["attention"]}
    assert 0 < best["evidence"][0]["attention"] <= 1
