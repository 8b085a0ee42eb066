"""The trained model serves when its parts are there; else it says why and the linear blend serves alone."""

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ranking.rank_model import FORMAT, build_model
from ranking.scorers import Scoring
from ranking.scorers import ltr as scorer
from tests.ranking.scorers.scoring import make_scoring, ordinals_of, score_by_sku
from tests.shop import build_bilingual_shop

# One split: bm25 up to a half is worth -1, more is worth +1; one tree of a leaf alone.
STEP = [[0, 0.5, 1, 2], [-1.0], [1.0]]
DOCUMENT: dict[str, Any] = {
    "format": FORMAT,
    "features": ["bm25", "dense"],
    "trees": [STEP, [[0.5]]],
    "centre": 0.5,
    "spread": 1.0,
}


def write(path: Path, **changes: Any) -> str:
    path.write_text(json.dumps({**DOCUMENT, **changes}), encoding="utf-8")
    return str(path)


def scoring_with_parts(**parts: float) -> Scoring:
    """HP-1 has these parts, every other product zeros."""
    scoring = make_scoring()
    at = ordinals_of(scoring.snapshot)["HP-1"]
    columns = {name: np.zeros(len(scoring.ordinals), np.float32) for name in parts}
    for name, value in parts.items():
        columns[name][at] = value
    return replace(scoring, parts=columns)


@pytest.mark.django_db
def test_scores_are_the_logistic_of_the_trees(tmp_path: Path, settings: Any) -> None:
    build_bilingual_shop()
    settings.MODEL_LTR = write(tmp_path / "ltr.json")
    scores = score_by_sku(scorer.score, scoring_with_parts(bm25=0.9, dense=0.1))
    assert scores["HP-1"] == pytest.approx(1 / (1 + np.exp(-1)), abs=1e-3)
    assert scores["KET-1"] == pytest.approx(1 / (1 + np.exp(1)), abs=1e-3)


@pytest.mark.django_db
def test_without_a_model_or_its_parts_all_get_zero(tmp_path: Path, settings: Any) -> None:
    build_bilingual_shop()
    settings.MODEL_LTR = ""
    assert set(score_by_sku(scorer.score, scoring_with_parts(bm25=0.9, dense=0.1)).values()) == {0.0}
    settings.MODEL_LTR = write(tmp_path / "ltr.json")
    assert set(score_by_sku(scorer.score, scoring_with_parts(bm25=0.9)).values()) == {0.0}


@pytest.mark.django_db
def test_beyond_the_bound_only_the_best_by_their_parts_are_read(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_bilingual_shop()
    monkeypatch.setattr(scorer, "MOST_READ", 1)
    settings.MODEL_LTR = write(tmp_path / "ltr.json")
    scores = score_by_sku(scorer.score, scoring_with_parts(bm25=0.9, dense=0.1))
    assert scores["HP-1"] > 0
    assert {scores[sku] for sku in ("HP-2", "SPK-1", "KET-1", "DRESS-1")} == {0.0}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"features": ["bm25", "charm"]}, "parts that are not there: charm"),
        ({"format": "something else"}, "another format"),
        ({"trees": [[[0, 0.5, 0, 0]]]}, "outside its tree"),
        ({"trees": [[[7, 0.5, 1, 2], [0], [1]]]}, "outside its tree"),
        ({"features": None}, "no ranking model"),
    ],
    ids=["unknown part", "format", "loop", "feature", "no features"],
)
def test_a_model_that_does_not_fit_is_refused_with_the_reason(
    changes: dict[str, Any], reason: str, tmp_path: Path, settings: Any
) -> None:
    settings.MODEL_LTR = write(tmp_path / "ltr.json", **changes)
    model, note = scorer.current_model(("bm25", "dense"))
    assert model is None
    assert reason in note


def test_a_missing_or_broken_file_is_a_note(tmp_path: Path, settings: Any) -> None:
    settings.MODEL_LTR = str(tmp_path / "gone.json")
    model, note = scorer.current_model(("bm25",))
    assert (model, "gone.json" in note) == (None, True)
    (tmp_path / "gone.json").write_text("{", encoding="utf-8")
    model, note = scorer.current_model(("bm25",))
    assert (model, "no ranking model" in note) == (None, True)


def test_a_new_file_is_taken_up_and_the_same_is_read_once(tmp_path: Path, settings: Any) -> None:
    settings.MODEL_LTR = write(tmp_path / "ltr.json")
    first, _ = scorer.current_model(("bm25", "dense"))
    assert scorer.current_model(("bm25", "dense"))[0] is first
    replacement = tmp_path / "new.json"
    write(replacement, features=["bm25"], trees=[STEP])
    time.sleep(0.01)
    replacement.replace(tmp_path / "ltr.json")
    second, _ = scorer.current_model(("bm25",))
    assert second is not None
    assert second.features == ("bm25",)


def test_a_hundred_trees_over_three_hundred_products_fit_the_budget() -> None:
    leaves = [[3, 0.1, 1, 2], [0, 0.5, 3, 4], [1, 0.5, 5, 6], [0.1], [0.2], [0.3], [0.4]]
    document = {**DOCUMENT, "features": ["a", "b", "c", "d"], "trees": [leaves] * 100}
    model = build_model(document)
    columns = np.random.default_rng(1).random((300, 4)).astype(np.float32)
    model.predict(columns)
    fastest = min(_time(model.predict, columns) for _ in range(20))
    assert fastest < 0.004


def _time(run: Any, argument: Any) -> float:
    started = time.perf_counter()
    run(argument)
    return time.perf_counter() - started
