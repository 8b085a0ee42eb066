"""Training the intent head: it learns, the same way each time, and is calibrated on queries it has not seen."""

from dataclasses import replace

import numpy as np
import pytest
from django.core.management import call_command

from feedback.trainers.intent import (
    calibrate,
    choose_labels,
    expected_cost,
    find_steady_half,
    fit,
    prepare,
    score,
    take_steady_half,
    train_intent,
)
from feedback.trainers.intent_data import LabelledQuery
from ranking.contracts import INTENTS
from ranking.language.intent import read_head

LETTERS = "abcdefghi?是吗买的哪"
DIMENSION = len(LETTERS)
SEARCH, ASK = INTENTS.index("search"), INTENTS.index("ask")


class LetterEncoder:
    """Vectors of how often some letters occur: enough to learn from, in microseconds."""

    model_name = "letters"
    dimension = DIMENSION

    def encode_queries(self, texts):
        counts = np.array([[text.count(letter) for letter in LETTERS] for text in texts], np.float32)
        return counts / np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1)


@pytest.fixture(scope="module")
def toy():
    """Lamps are searched for; a question is a question, in both languages."""
    asked = [(f"is lamp {number} dim", "ask", "en") for number in "abcdefgh"]
    asked += [(f"{number}灯亮吗", "ask", "zh") for number in "一二三四五六七八"]
    searched = [(f"lamp {number}", "search", "en") for number in "abcdefgh"]
    searched += [(f"{number}台灯", "search", "zh") for number in "一二三四五六七八"]
    return [LabelledQuery(*row) for row in asked + searched]


def test_it_learns_both_languages_with_vectors_and_without(toy):
    for prepared in (prepare(toy, LetterEncoder()), prepare(toy, None)):
        layers = fit(prepared, epochs=60)
        assert (score(layers, prepared).argmax(axis=1) == prepared.labels).all()


def test_the_same_seed_gives_the_same_head(toy):
    prepared = prepare(toy, LetterEncoder())
    first, second, other = (fit(prepared, epochs=3, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(first.hidden, second.hidden)
    assert not np.array_equal(first.hidden, other.hidden)


def test_training_scores_as_serving_does(toy):
    prepared = prepare(toy, LetterEncoder())
    layers = fit(prepared, epochs=2)
    one = layers.probabilities(prepared.buckets[0], prepared.vectors[0])
    logits = score(layers, prepared)[0]
    assert np.allclose(one, np.exp(logits) / np.exp(logits).sum(), atol=1e-5)


def test_overconfidence_is_cooled_by_temperature(toy):
    """Half of the held-out labels are wrong on purpose, so a sure head must become an unsure one."""
    prepared = prepare(toy, None)
    layers = fit(prepared, epochs=60)
    confused = replace(
        prepared, labels=np.where(np.arange(len(toy)) % 2, prepared.labels, SEARCH + ASK - prepared.labels)
    )
    assert calibrate(layers, confused).temperature > calibrate(layers, prepared).temperature


def shares(*certainties):
    """Queries taken for a question, each with this probability."""
    rows = np.zeros((len(certainties), len(INTENTS)), np.float32)
    rows[:, ASK] = certainties
    rows[:, SEARCH] = 1 - np.array(certainties)
    return rows


def test_a_threshold_turns_the_unsure_into_search():
    assert choose_labels(shares(0.9, 0.6), threshold=0.7).tolist() == [ASK, SEARCH]
    assert choose_labels(shares(0.9, 0.6), threshold=0.5).tolist() == [ASK, ASK]


def test_losing_a_search_costs_more_than_missing_a_question():
    guessed = shares(0.9, 0.9)
    lost_search = expected_cost(guessed, np.array([SEARCH, ASK]), threshold=0.5)
    missed_question = expected_cost(guessed, np.array([SEARCH, ASK]), threshold=0.95)
    assert lost_search > 3 * missed_question > 0
    assert expected_cost(shares(0.1, 0.9), np.array([SEARCH, ASK]), threshold=0.5) == 0


def test_the_threshold_spares_searches_that_look_like_questions(toy):
    """Ten sure questions and one search that is 0.7 sure to be a question: the threshold must end above it."""
    layers = fit(prepare(toy, None), epochs=60)
    found = calibrate(layers, prepare([*toy, LabelledQuery("is lamp", "search", "en")], None))
    scores = score(found, prepare([LabelledQuery("is lamp", "search", "en")], None)) / found.temperature
    certainty = float((np.exp(scores) / np.exp(scores).sum())[0, ASK])
    assert found.threshold >= min(certainty, 0.9) - 0.02


class PairOfLetters(LetterEncoder):
    """A second half for queries without Chinese, as the pair of encoders has it."""

    model_name = "letters+letters"

    def encode_queries(self, texts):
        whole = super().encode_queries(texts)
        half = np.array([[len(text), 1] if text.isascii() else [0, 0] for text in texts], np.float32)
        return np.hstack([whole, half])


def test_the_steady_half_is_that_of_queries_without_chinese(toy):
    assert find_steady_half(PairOfLetters()) == find_steady_half(LetterEncoder()) == DIMENSION
    steady = take_steady_half(prepare(toy, PairOfLetters()), DIMENSION)
    assert steady.vectors.shape == (16, 2)
    assert len(steady.buckets) == len(steady.labels) == 16


def test_a_single_encoder_has_no_steady_half(toy):
    prepared = prepare(toy, LetterEncoder())
    steady = take_steady_half(prepared, DIMENSION)
    assert steady.vectors is None
    assert len(steady.buckets) == len(toy)


@pytest.fixture
def few_queries(monkeypatch):
    monkeypatch.setattr("feedback.trainers.intent_data.SEARCH_QUERIES", 600)
    monkeypatch.setattr("feedback.trainers.intent_data.OTHER_QUERIES", 120)


def test_a_head_is_trained_for_the_encoder_it_was_given(few_queries):
    head, report = train_intent(LetterEncoder(), adapter="/somewhere/tuned.npz")
    assert (head.encoder_name, head.adapter) == ("letters", "tuned.npz")
    assert head.with_vector.hidden.shape[0] == DIMENSION
    assert report.training_queries > 2000
    assert report.figures["with_vector_held_out_accuracy"] > 0.5
    assert 0.3 <= report.figures["words_only_threshold"] <= 0.96


def test_one_command_writes_a_head_that_serves(few_queries, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("feedback.management.commands.train_intent.get_encoder", LetterEncoder)
    call_command("train_intent", "--output", str(tmp_path / "head.npz"))
    head = read_head(tmp_path / "head.npz")
    assert head.encoder_name == "letters"
    assert head.guess("退货").label in INTENTS
    assert "written to" in capsys.readouterr().out
