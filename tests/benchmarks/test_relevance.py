"""What the relevance table compares ours with, and where the Chinese figure comes from."""

import json
from pathlib import Path

import pytest

from benchmarks.chorus import JudgedQuery
from benchmarks.own_judgements import OwnJudgements
from benchmarks.relevance import find_baselines, measure_variants, read_chinese, summarise_own


def test_the_best_of_all_and_the_best_hybrid_are_told_apart() -> None:
    scores = {
        name: {"ndcg10": [value]}
        for name, value in (("django", 0.81), ("rrf_a_minilm", 0.8), ("rrf_b_minilm", 0.7), ("full", 0.9))
    }
    assert find_baselines(scores, ["django", "rrf_b_minilm", "rrf_a_minilm"]) == {
        "best_baseline": "django",
        "best_plain_hybrid": "rrf_a_minilm",
    }


def test_the_chinese_figure_is_read_from_its_own_run(tmp_path: Path) -> None:
    path = tmp_path / "relevance_zh.json"
    assert read_chinese(path) == {}
    path.write_text(json.dumps({"figures": {"zh_full_ndcg10": 0.82, "bm25_ndcg10": 0.8}}), encoding="utf-8")
    assert read_chinese(path) == {"zh_full_ndcg10": 0.82}


def test_variants_are_asked_of_ours_and_of_every_baseline() -> None:
    queries = [JudgedQuery("1", "keyboard", {7: 3}), JudgedQuery("2", "耳机", {8: 2})]
    systems = {"full": lambda text: [8 if "耳机" in text else 7], "peer": lambda _: [7]}
    figures = measure_variants(systems, {"best_baseline": "peer"}, queries)
    assert figures["full_verbose_ndcg10"] == pytest.approx(1.0)
    assert figures["best_baseline_verbose_zh_ndcg10"] == pytest.approx(0.5)
    assert figures["full_gain_over_best_baseline_typos_ndcg10"] == pytest.approx(0.5)


def test_own_grades_have_figures_of_their_own_and_none_without_them() -> None:
    queries = [JudgedQuery("1", "keyboard", {7: 3})]
    rankings = {"full": [[9, 7]], "peer": [[7]]}
    assert summarise_own(rankings, queries, OwnJudgements({}, ()), ["peer"]) == {}
    figures = summarise_own(rankings, queries, OwnJudgements({"1": {9: 3}}, ((3, 3), (0, 0))), ["peer"])
    assert figures["full_own_ndcg10"] == pytest.approx(1.0)
    assert figures["own_full_gain_ndcg10"] > 0.3
    assert (figures["own_judgements"], figures["own_weighted_kappa"]) == (1.0, 1.0)
