"""Pieces carry the analyser's own terms, and say where each stands."""

import pytest

from benchmarks.understanding_needs import HALVES, read_golden
from catalog.text import analyse, normalise
from ranking.language.pieces import MAX_PIECES, blank_spans, split_pieces


@pytest.mark.parametrize("half", HALVES)
def test_terms_are_the_analysers_own(half: str) -> None:
    for golden in read_golden(half):
        text = normalise(golden.query)
        assert [term for piece in split_pieces(text) for term in piece.terms] == analyse(text), text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("hp-15s 55 inch tv", ["hp-15s", "55 inch", "tv"], id="en"),
        pytest.param("蓝牙耳机200元", ["蓝牙", "耳机", "200", "元"], id="zh"),
        pytest.param("笔记本电脑", ["笔记本电脑"], id="a long word stays one"),
        pytest.param("t恤 男", ["t恤", "男"], id="mixed word"),
    ],
)
def test_positions_cut_the_text(text: str, expected: list[str]) -> None:
    pieces = split_pieces(text)
    assert [piece.text for piece in pieces] == expected
    assert [text[piece.start : piece.end] for piece in pieces] == expected


def test_shorter_words_inside_a_long_one_are_marked() -> None:
    (word, rest) = split_pieces("智能手机壳")
    assert (word.text, rest.text) == ("智能手机", "壳")
    assert 2 in word.inner


def test_hostile_text_is_bounded() -> None:
    assert len(split_pieces("a " * 5000)) <= MAX_PIECES
    assert len(split_pieces("蓝牙耳机" * 2500)) <= MAX_PIECES


def test_blanks_keep_positions() -> None:
    assert blank_spans("under 100 tv", [(0, 9)]) == "          tv"
