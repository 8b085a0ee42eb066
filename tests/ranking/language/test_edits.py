"""Likely slips cost less than unlikely ones."""

import pytest

from ranking.language.edits import weigh_edits


@pytest.mark.parametrize(
    ("typed", "meant", "worse"),
    [
        pytest.param("wireles", "wireless", "wirelest", id="a double lost before another letter"),
        pytest.param("cieling", "ceiling", "caeling", id="a swap before a wrong letter"),
        pytest.param("receave", "receive", "rectave", id="a vowel for a vowel"),
        pytest.param("cable", "cavle", "caqle", id="the next key"),
        pytest.param("prontr", "printr", "prxntr", id="vowels and neighbours on the keyboard"),
        pytest.param("mause", "mouse", "gause", id="inside before the first letter"),
    ],
)
def test_frequent_slips_cost_less(typed: str, meant: str, worse: str) -> None:
    assert weigh_edits(typed, meant) < weigh_edits(worse, meant)


@pytest.mark.parametrize("word", ["headphones", "a", ""])
def test_equal_words_cost_nothing(word: str) -> None:
    assert weigh_edits(word, word) == 0


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("rustollum", "rustoleum"),
        ("haedphnes", "headphones"),
        ("abc", ""),
        ("", "abc"),
        ("aab", "ab"),
        ("kitten", "sitting"),
    ],
)
def test_each_slip_costs_about_one(typed: str, meant: str) -> None:
    assert 0.5 <= weigh_edits(typed, meant) <= 1.5 * max(len(typed), len(meant))


def test_more_slips_cost_more() -> None:
    costs = [weigh_edits(typed, "keyboard") for typed in ("keyboard", "keybaord", "kyebaord", "kyebaodr")]
    assert costs == sorted(costs)
    assert len(set(costs)) == 4
