"""Held-out figures: a query is never measured by what was chosen on it, and figures are those of ranking.metrics."""

import numpy as np
import pytest

from benchmarks.relevance_cv import (
    FOLDS,
    JudgedCandidates,
    LinearBlend,
    assign_folds,
    choose_best,
    cross_validate_blend,
    cross_validate_ltr,
    make_table,
)
from benchmarks.relevance_parts import Candidates, PartTable, split_tuned
from ranking.metrics import condensed_ndcg, ndcg, recall

NAMES = ("bm25", "dense", "rating")


def make_candidates(number: int, *, count: int = 40) -> Candidates:
    """The dense part tells the grade, the lexical one is noise."""
    chooser = np.random.default_rng(number)
    grades = chooser.integers(-1, 4, count)
    grades[0] = 3
    parts = np.stack([chooser.random(count), np.maximum(grades, 0) / 3, np.full(count, 0.5)], axis=1)
    ids = np.arange(count) + number * 1000
    judged = {int(id_): int(grade) for id_, grade in zip(ids, grades, strict=True) if grade >= 0}
    return Candidates(str(number), ids, grades, parts, judged | {999_999: 2})


@pytest.fixture
def candidates() -> list[Candidates]:
    return [make_candidates(number) for number in range(10)]


def test_figures_equal_those_of_the_metrics(candidates: list[Candidates]) -> None:
    for query in candidates:
        scores = query.parts @ np.array([0.6, 0.3, 0.1])
        ranking = query.ids[np.argsort(-scores, kind="stable")].tolist()
        expected = (
            ndcg(ranking, query.judgements),
            recall(ranking, query.judgements),
            condensed_ndcg(ranking, query.judgements),
        )
        assert JudgedCandidates(query).measure(scores) == pytest.approx(expected)


def test_beyond_the_first_hundred_nothing_is_measured() -> None:
    query = make_candidates(3, count=300)
    scores = query.parts[:, 0]
    ranking = query.ids[np.argsort(-scores, kind="stable")][:100].tolist()
    assert JudgedCandidates(query).measure(scores)[1] == pytest.approx(recall(ranking, query.judgements))


def test_the_search_finds_the_part_that_tells(candidates: list[Candidates]) -> None:
    blend = LinearBlend([JudgedCandidates(query) for query in candidates], NAMES, {"bm25": 0.1, "rating": 0.01})
    assert blend.free == ("dense",)
    held = cross_validate_blend(blend, (0.0,))
    assert held.weights["dense"] >= 0.3
    assert np.mean(held.metric("ndcg10")) > float(blend.evaluate((0.0,))[:, 0].mean()) + 0.1


def test_a_query_is_measured_by_weights_the_others_chose(
    candidates: list[Candidates], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[np.ndarray] = []
    blend = LinearBlend([JudgedCandidates(query) for query in candidates], NAMES, {"bm25": 1.0, "rating": 0.0})
    choose = blend.choose

    def watch(use: np.ndarray, start: tuple[float, ...]) -> tuple[float, ...]:
        seen.append(use)
        return choose(use, start)

    monkeypatch.setattr(blend, "choose", watch)
    cross_validate_blend(blend, (0.0,), seeds=[3])
    own = np.array([~use for use in seen[:FOLDS]])
    assert (own.sum(axis=0) == 1).all()


def test_folds_are_even_and_repeatable() -> None:
    fold = assign_folds(70, 2)
    assert np.bincount(fold).tolist() == [14] * FOLDS
    assert (fold == assign_folds(70, 2)).all()


def test_the_table_keeps_the_order_of_queries_and_rows(candidates: list[Candidates]) -> None:
    kept = [choose_best(query.parts[:, 1], 5) for query in candidates[:2]]
    table = make_table(candidates[:2], kept, NAMES)
    assert table.query_ids == ("0000",) * 5 + ("0001",) * 5
    assert table.labels.tolist() == [3] * 5 + sorted(candidates[1].grades[kept[1]].tolist(), reverse=True)
    assert table.columns.shape == (10, 3)


def test_trees_are_measured_held_out(candidates: list[Candidates]) -> None:
    pytest.importorskip("lightgbm")
    held = cross_validate_ltr(candidates, NAMES, {"bm25": 1.0}, seeds=[1])
    lexical = np.mean([JudgedCandidates(query).measure(query.parts[:, 0])[0] for query in candidates])
    assert np.mean(held["ltr"].metric("ndcg10")) > lexical
    assert np.mean(held["full_ltr"].metric("ndcg10")) > lexical


def test_the_shops_own_parts_and_the_lexical_measure_are_not_tuned() -> None:
    table = PartTable(("bm25", "dense", "rating", "title"), {"bm25": 0.7, "dense": 0.3, "rating": 0.01}, (), ())
    assert split_tuned(table) == ({"bm25": 0.7, "rating": 0.01}, {"dense": 0.3})
