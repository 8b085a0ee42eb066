"""Clauses say one thing each, in both languages, and stand exactly where they say."""

import pytest

from catalog.opinions.clauses import split_clauses
from catalog.opinions.lexicon import tokenise


def cut(text: str) -> list[str]:
    return [text[clause.start : clause.end] for clause in split_clauses(text, tokenise(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Great sound, poor battery.", ["Great sound", "poor battery"], id="comma"),
        pytest.param("The sound is great but it is heavy", ["The sound is great", "but it is heavy"], id="contrast"),
        pytest.param("Quiet and flimsy", ["Quiet", "flimsy"], id="and, both sides judge"),
        pytest.param("The box and the lamp are fine", ["The box and the lamp are fine"], id="and, one judges"),
        pytest.param("Costs 1,000.50 dollars", ["Costs 1,000.50 dollars"], id="numbers stay whole"),
        pytest.param("Nice\nHeavy", ["Nice", "Heavy"], id="lines"),
        pytest.param("音质不错，续航一般。", ["音质不错", "续航一般"], id="comma zh"),
        pytest.param("音质不错但是续航一般", ["音质不错", "但是续航一般"], id="contrast zh"),
        pytest.param("音质不错而且很轻便", ["音质不错", "很轻便"], id="而且"),
        pytest.param("音质不错 续航一般", ["音质不错", "续航一般"], id="a blank is a comma zh"),
        pytest.param("不过 ok，fine", ["不过 ok", "fine"], id="mixed"),
        pytest.param("  ，。！ ", [], id="marks alone"),
        pytest.param("", [], id="empty"),
    ],
)
def test_clauses(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


def test_a_sentence_ends_where_its_mark_stands() -> None:
    text = "音质方面，很好。续航呢，一般"
    assert [clause.ends_sentence for clause in split_clauses(text, tokenise(text))] == [False, True, False, True]


def test_many_joints_do_not_run_deep() -> None:
    text = "good and bad and " * 400
    assert len(cut(text)) > 100
