"""The intent benchmark counts what it says: confusion, macro F1 with its interval, calibration, and its judged sets."""

import numpy as np
import pytest

from benchmarks import understanding
from benchmarks.understanding_intent import (
    JUDGEMENTS,
    Guessed,
    calibration_error,
    count_pairs,
    macro_f1,
    macro_f1_interval,
    read_judged,
)
from ranking.contracts import INTENTS

WANTED = ("search", "search", "ask", "ask", "compare", "compare")
LABELS = ("search", "ask", "ask", "ask", "compare", "search")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_intent_is_judged_often_enough(language):
    judged = read_judged(JUDGEMENTS / f"intent_{language}.tsv")
    assert len({query.text for query in judged}) == len(judged) >= 300
    intents = [query.intent for query in judged]
    assert all(intents.count(intent) >= 35 for intent in INTENTS)
    assert set(intents) == set(INTENTS)


def test_rows_are_judged_and_columns_guessed():
    counts = count_pairs(WANTED, LABELS)
    search, ask = INTENTS.index("search"), INTENTS.index("ask")
    assert counts.sum() == 6
    assert counts[search, ask] == 1
    assert counts[ask, search] == 0
    assert counts[ask, ask] == 2


def test_macro_f1_is_the_mean_over_judged_intents():
    # search: 1 of 2 found, 1 of 2 right; ask: 2 of 2, 2 of 3; compare: 1 of 2, 1 of 1
    assert macro_f1(WANTED, LABELS) == pytest.approx((0.5 + 0.8 + 2 / 3) / 3)
    assert macro_f1(WANTED, WANTED) == 1
    assert macro_f1(WANTED, ("browse",) * 6) == 0


def test_the_interval_holds_the_figure_and_narrows_with_more_queries():
    low, high = macro_f1_interval(WANTED * 5, LABELS * 5)
    narrow_low, narrow_high = macro_f1_interval(WANTED * 50, LABELS * 50)
    assert low < macro_f1(WANTED, LABELS) < high
    assert narrow_high - narrow_low < 0.5 * (high - low)
    assert macro_f1_interval(WANTED, WANTED) == (1, 1)


def test_a_gain_is_paired():
    assert macro_f1_interval(WANTED * 9, LABELS * 9, other=LABELS * 9) == (0, 0)
    low, high = macro_f1_interval(WANTED * 9, WANTED * 9, other=LABELS * 9)
    assert 0 < low < high


def test_calibration_error_is_the_gap_between_sureness_and_truth():
    half_right = Guessed(LABELS, ("search", "ask", "ask", "search", "compare", "search"), np.full(6, 0.95))
    assert calibration_error(WANTED, half_right) == pytest.approx(0.95 - 3 / 6)


def test_two_parts_never_share_a_name(monkeypatch):
    monkeypatch.setattr(understanding, "PARTS", {"a": lambda: {"x": 1.0}, "b": lambda: {"y": 2.0}, "c": dict})
    assert understanding.measure() == {"x": 1.0, "y": 2.0}
    monkeypatch.setattr(understanding, "PARTS", {"a": lambda: {"x": 1.0}, "b": lambda: {"x": 2.0}})
    with pytest.raises(ValueError, match="rename"):
        understanding.measure()
