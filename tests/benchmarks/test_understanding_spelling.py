"""The spelling benchmark measures what it says, and the Chinese set holds its level."""

import numpy as np
import pytest

from benchmarks.spelling_data import Case, make_demo_dictionary, misspell_words, read_chinese, right_queries
from benchmarks.tune_spelling import fit
from benchmarks.understanding_spelling import _judge, _Times
from ranking.language.words import Dictionary, build_dictionary


@pytest.fixture(scope="module")
def demo_words() -> Dictionary:
    return make_demo_dictionary()


def test_the_chinese_set_is_large_and_has_both_sides() -> None:
    cases = read_chinese()
    clean = [case for case in cases if case.is_clean]
    assert len(clean) >= 100
    assert len(cases) - len(clean) >= 100
    assert len({case.typed for case in cases}) == len(cases)


def test_the_chinese_set_holds_its_level(demo_words: Dictionary) -> None:
    times = _Times()
    shares = _judge(read_chinese(), demo_words, times, locale="zh")
    assert shares["accuracy"] >= 0.95
    assert shares["applied_accuracy"] >= 0.9
    assert shares["false_corrections"] <= 0.01
    assert len(times.clean) + len(times.misspelt) == len(read_chinese())


def test_single_edits_leave_no_word_of_the_catalog() -> None:
    words = build_dictionary({"headphones": 5, "keyboard": 4, "rare": 1, "case": 9}, {("keyboard", "case"): 3})
    cases = misspell_words(words, count=50)
    assert {case.meant for case in cases} <= {"headphones", "keyboard", "keyboard case"}
    assert not any(case.is_clean for case in cases)


def test_shares_are_counted_over_their_own_side() -> None:
    words = build_dictionary({"headphones": 300, "keyboard": 200}, {})
    cases = [Case("haedphones", "headphones"), Case("kayboadr", "mouse"), Case("keyboard", "keyboard")]
    shares = _judge(cases, words, _Times())
    assert shares == {"accuracy": 0.5, "applied_accuracy": 0.5, "false_corrections": 0.0, "false_offers": 0.0}


def test_right_queries_are_the_other_side_once() -> None:
    assert right_queries([Case("a", "b"), Case("c", "b")]) == [Case("b", "b")]


def test_the_fit_finds_the_direction_of_a_feature() -> None:
    feature = np.linspace(-2, 2, 200)
    weights = fit(np.stack([np.ones(200), feature], axis=1), (feature > 0).astype(float))
    assert weights[1] > 1
    assert abs(weights[0]) < 0.5
