"""Scores of extracted values: what counts, what is not judged, and operating points."""

import pytest

from benchmarks.extraction_figures import (
    best_threshold,
    judge,
    precise_threshold,
    reliability,
    same_key,
    score,
)

GOLD = {1: {"color": ["Black"], "weight": [2.0]}, 2: {"color": ["红色", "白色"]}, 3: {}}
FOUND = {
    1: {"color": [("black", 0.9), ("White", 0.2)], "weight": [(2.01, 0.8)]},
    2: {"color": [("红色", 0.7)], "weight": [(1.0, 0.9)]},
    3: {"color": [("Blue", 0.9)]},
}
KEYS = ("color", "weight")


def test_precision_and_recall_over_products():
    figures = score(judge(GOLD, FOUND, KEYS))
    assert figures["precision"] == pytest.approx(3 / 4)
    assert figures["recall"] == pytest.approx(3 / 4)
    assert figures["f1_low"] <= figures["f1"] <= figures["f1_high"]


def test_what_the_catalog_leaves_open_is_not_judged():
    assert judge(GOLD, FOUND, KEYS).unjudged == 2


def test_exact_takes_a_rounded_number_for_another():
    assert score(judge(GOLD, FOUND, KEYS, agree=same_key))["precision"] == pytest.approx(2 / 4)


def test_thresholds():
    judged = judge(GOLD, FOUND, KEYS)
    assert best_threshold(judged) == pytest.approx(0.7)
    assert precise_threshold(judged) == pytest.approx(0.7)
    assert score(judged, 0.75)["recall"] == pytest.approx(2 / 4)


def test_a_precision_never_reached_accepts_nothing():
    judged = judge({1: {"color": ["Black"]}}, {1: {"color": [("White", 0.99)]}}, KEYS)
    assert score(judged, precise_threshold(judged)) == pytest.approx(
        {"precision": 0.0, "recall": 0.0, "f1": 0.0, "f1_low": 0.0, "f1_high": 0.0}
    )


def test_a_gold_value_counts_once():
    judged = judge({1: {"color": ["Black"]}}, {1: {"color": [("black", 0.9), ("BLACK", 0.8)]}}, KEYS)
    assert [item.right for item in judged.found] == [True, False]


def test_calibration_error_is_the_distance_between_said_and_right():
    found = {number: {"color": [("Black", 0.75)]} for number in range(4)}
    gold = {number: {"color": ["Black" if number < 3 else "Red"]} for number in range(4)}
    assert reliability(judge(gold, found, KEYS))["calibration_error"] == pytest.approx(0)
