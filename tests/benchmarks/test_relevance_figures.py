"""The figures of a run say who is better, by how much, and what each part is worth."""

import pytest

from benchmarks.chorus import JudgedQuery
from benchmarks.relevance_figures import (
    Degraded,
    judge_with,
    rank_systems,
    read_ablation,
    rerank_ndcg,
    say_what_pays,
    score_rankings,
    summarise_ablation,
    summarise_floor,
    summarise_pairs,
)

QUERIES = [JudgedQuery("1", "耳机", {10: 3, 11: 0}), JudgedQuery("2", "laptop", {20: 2, 21: 1})]


def as_scores(ndcg10: list[float], condensed: list[float]) -> dict[str, list[float]]:
    return {"ndcg10": ndcg10, "condensed_ndcg10": condensed, "recall100": ndcg10}


def test_every_query_is_scored_by_every_metric() -> None:
    scores = score_rankings([[10, 11], [99, 20]], QUERIES)
    assert scores["ndcg10"][0] == 1.0
    assert scores["ndcg10"][1] < scores["condensed_ndcg10"][1]
    assert scores["judged10"] == [0.2, 0.1]


@pytest.mark.parametrize(
    ("ranking", "expected"),
    [([20, 21], 1.0), ([99, 20, 98, 21], 1.0), ([20], 1.0)],
    ids=["all judged", "unjudged between", "one not found"],
)
def test_reranking_reads_the_judged_products_alone(ranking: list[int], expected: float) -> None:
    assert rerank_ndcg(ranking, {20: 2, 21: 1}) == expected


def test_what_reranking_does_not_find_comes_last_and_worst_first() -> None:
    assert rerank_ndcg([11], {10: 3, 11: 0, 12: 1}) == rerank_ndcg([11, 12, 10], {10: 3, 11: 0, 12: 1}) < 0.6


def test_own_grades_never_change_published_ones() -> None:
    judged = judge_with(QUERIES, {"1": {10: 0, 12: 2}})
    assert judged[0].judgements == {10: 3, 11: 0, 12: 2}
    assert judged[1].judgements == QUERIES[1].judgements
    assert 12 not in QUERIES[0].judgements


def test_the_floor_is_measured_against_the_best_of_each_metric() -> None:
    scores = {
        "full": as_scores([0.9] * 20, [0.95] * 20),
        "lexical": as_scores([0.8] * 20, [0.8] * 20),
        "fused": as_scores([0.7] * 20, [0.94] * 20),
    }
    figures = summarise_floor(scores, ["lexical", "fused"])
    assert figures["best_baseline_ndcg10"] == pytest.approx(0.8)
    assert figures["full_ci_low_gain"] == pytest.approx(0.1)
    assert figures["full_gain_condensed_ndcg10"] == pytest.approx(0.15)
    assert figures["full_gain_over_best_condensed_baseline"] == pytest.approx(0.01)
    assert (figures["full_floor_ndcg10_met"], figures["full_floor_condensed_met"]) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [([0.84] * 20, [0.8] * 20), ([1.0, 0.0] * 10, [0.0, 0.8] * 10)],
    ids=["gain too small", "interval holds zero"],
)
def test_a_floor_that_is_not_reached_is_said(ours: list[float], theirs: list[float]) -> None:
    figures = summarise_floor({"full": as_scores(ours, ours), "peer": as_scores(theirs, theirs)}, ["peer"])
    assert figures["full_floor_ndcg10_met"] == 0.0


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("full_without_dense", ("dense", True)),
        ("full_with_title", ("title", False)),
        ("full", ("", False)),
        ("rrf_bm25s_minilm", ("", False)),
    ],
    ids=["on", "off", "full itself", "a peer"],
)
def test_systems_of_the_ablation_are_known_by_name(name: str, expected: tuple[str, bool]) -> None:
    assert read_ablation(name) == expected


def test_a_gain_is_what_the_part_adds_whether_it_is_on_or_off() -> None:
    scores = {
        "full": as_scores([0.8, 0.8], [0.8, 0.8]),
        "full_without_dense": as_scores([0.7, 0.7], [0.7, 0.7]),
        "full_with_title": as_scores([0.75, 0.75], [0.75, 0.75]),
        "full_with_entity": as_scores([0.8, 0.8], [0.8, 0.8]),
    }
    figures = summarise_ablation(scores)
    assert figures["ablation_dense_ndcg10"] == pytest.approx(0.1)
    assert figures["ablation_title_ndcg10"] == pytest.approx(-0.05)
    assert say_what_pays(scores, figures) == {
        "dense": "on by default; pays here",
        "title": "off by default; costs here",
        "entity": "off by default; makes no difference here",
    }


def test_differences_are_paired() -> None:
    scores = {"ours": as_scores([0.2, 0.9], [0, 0]), "theirs": as_scores([0.1, 0.8], [0, 0])}
    figures = summarise_pairs(scores, [("ours", "theirs")])
    assert figures["ours_minus_theirs_ndcg10_low"] == pytest.approx(0.1)


def test_a_degraded_system_is_left_out_with_its_reason() -> None:
    def degraded(_: str) -> list[int]:
        raise Degraded("no reranker")

    skipped: dict[str, str] = {}
    rankings = rank_systems({"good": lambda _: [10], "bad": degraded}, QUERIES, skipped)
    assert rankings == {"good": [[10], [10]]}
    assert skipped == {"bad": "no reranker"}
