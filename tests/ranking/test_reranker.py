"""The reranker keeps its time budget, never fails a search, and its scorer shares 0..1 among what was read."""

import time
from types import SimpleNamespace

import numpy as np
import pytest

from catalog.errors import EncoderUnavailable
from ranking import reranker as module
from ranking.reranker import CHUNK, Reranker, forget_reranker, get_reranker, text_of_product
from ranking.scorers import cross_encoder


class SlowModel:
    """Takes a fixed time a chunk and likes long texts."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.runs = 0

    def tokenise(self, query, texts):
        return [[0] * len(text) for text in texts]

    def score(self, tokens):
        self.runs += 1
        time.sleep(self.seconds)
        return np.array([len(text) for text in tokens], np.float32)


@pytest.fixture(autouse=True)
def nothing_loaded():
    forget_reranker()
    yield
    forget_reranker()


def test_all_are_read_in_their_order_when_time_suffices():
    texts = ["a" * size for size in (3, 9, 1, 7, 2, 8, 4)]
    scores, notes = Reranker(SlowModel()).rerank("desk", texts, budget_ms=1000)
    assert scores.tolist() == [3, 9, 1, 7, 2, 8, 4]
    assert notes == ()


def test_what_does_not_fit_the_budget_is_unknown_and_said():
    model = SlowModel(0.02)
    started = time.perf_counter()
    scores, notes = Reranker(model).rerank("桌子", ["书桌"] * 40, budget_ms=70)
    assert time.perf_counter() - started < 0.2
    read = int((~np.isnan(scores)).sum())
    assert 0 < read < 40
    assert read % CHUNK == 0
    assert np.isnan(scores[read:]).all()
    assert f"{read} of 40" in notes[0]


@pytest.mark.parametrize(("texts", "budget", "runs"), [([], 80, 0), (["desk"], 0, 0), (["desk"], 1000, 1)])
def test_no_texts_or_no_time_cost_nothing(texts, budget, runs):
    model = SlowModel()
    scores, _ = Reranker(model).rerank("desk", texts, budget_ms=budget)
    assert model.runs == runs
    assert len(scores) == len(texts)


def test_a_missing_artifact_is_a_reason_and_not_an_error(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "ARTIFACT", tmp_path / "none.npz")
    reranker, reason = get_reranker()
    assert reranker is None
    assert "train it again" in reason


def test_a_failed_load_is_not_repeated_at_every_search(monkeypatch):
    tries = []

    def fail(*args, **options):
        tries.append(1)
        raise EncoderUnavailable("not here; train again")

    monkeypatch.setattr(module, "load_pair_model", fail)
    assert [get_reranker()[0] for _ in range(3)] == [None] * 3
    assert len(tries) == 1


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (("Pavilion dv7", "HP", "Notebook"), "Pavilion dv7 HP Notebook"),
        (("HP Pavilion Notebook", "HP", "Notebook"), "HP Pavilion Notebook"),
        (("登沃激光打印机", "登沃", "打印机"), "登沃激光打印机"),
        (("Lamp", "", ""), "Lamp"),
    ],
)
def test_brand_and_category_are_added_where_the_title_lacks_them(parts, text):
    assert text_of_product(*parts) == text


def test_the_scorer_shares_what_was_read_and_lifts_nothing_else():
    cross = np.array([2.0, np.nan, -2.0, 0.0], np.float32)
    scoring = SimpleNamespace(pool=SimpleNamespace(cross=cross), ordinals=np.array([3, 1, 0, 2]))
    shares = cross_encoder.score(scoring)
    assert shares.dtype == np.float32
    assert shares.argmax() == 2
    assert shares[1] == shares[3] == shares.min()
    assert ((shares >= 0) & (shares <= 1)).all()


def test_nothing_read_scores_nothing():
    scoring = SimpleNamespace(pool=SimpleNamespace(cross=np.full(3, np.nan, np.float32)), ordinals=np.arange(3))
    assert cross_encoder.score(scoring).tolist() == [0, 0, 0]
