"""The hand-written sentences are whole, and the figures are computed as they say."""

import pytest

from benchmarks.sentiment import calibration_error, describe, is_right, read_sentences
from catalog.opinions.aspects import read_inventory


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_sentences_are_many_balanced_and_in_order(language: str) -> None:
    sentences = read_sentences(language)
    labels = [sentence.label for sentence in sentences]
    assert labels.count("positive") == labels.count("negative") == 80
    assert set(labels) == {"positive", "negative", "none"}
    assert len({sentence.text for sentence in sentences}) == len(sentences)
    assert {aspect for sentence in sentences for aspect, _ in sentence.aspects} <= set(read_inventory())


@pytest.mark.parametrize(("chance", "positive", "right"), [(0.9, True, 1), (0.9, False, 0), (0.5, True, 0.5)])
def test_right(chance: float, positive: bool, right: float) -> None:
    assert is_right(chance, positive) == right


def test_the_interval_holds_the_mean() -> None:
    found = describe("x", [1.0] * 80 + [0.0] * 20)
    assert found["x_low"] < found["x_accuracy"] == 0.8 < found["x_high"]


def test_calibration_error_is_the_gap_of_stated_and_real() -> None:
    assert calibration_error([0.95] * 10, [True] * 10) == pytest.approx(0.05)
    assert calibration_error([0.95] * 10, [False] * 10) == pytest.approx(0.95)
