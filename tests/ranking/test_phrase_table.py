"""Phrases among terms: the longest wins, nothing overlaps, and long queries stay cheap."""

import time

import pytest

from ranking.language.phrase_table import MAX_PHRASE_TERMS, MAX_QUERY_TERMS, build_table
from ranking.models.synonym import MAX_TERMS

TABLE = build_table(
    [
        (("hard",), "hard"),
        (("hard", "drive"), "drive"),
        (("drive", "case"), "case"),
        (("移动", "硬盘", "移动硬盘"), "移动硬盘"),
    ]
)


def spans(text: str) -> list[tuple[int, int, tuple[str, ...]]]:
    return [(match.start, match.end, match.entries) for match in TABLE.find(text.split())]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("hard drive", [(0, 2, ("drive",))], id="the longest"),
        pytest.param("hard drive case", [(0, 2, ("drive",))], id="no overlap, the left one first"),
        pytest.param("hard case", [(0, 1, ("hard",))], id="a shorter one where the longest does not fit"),
        pytest.param("2tb 移动 硬盘 移动硬盘", [(1, 4, ("移动硬盘",))], id="zh with its parts"),
        pytest.param("移动 硬盘", [], id="zh half a phrase"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_what_is_found(text, found):
    assert spans(text) == found


def test_a_phrase_none_of_whose_entries_is_accepted_gives_way_to_a_shorter_one():
    found = list(TABLE.find(["hard", "drive"], accept=lambda entry: entry != "drive"))
    assert [(match.start, match.end, match.entries) for match in found] == [(0, 1, ("hard",))]


def test_entries_of_a_phrase_keep_their_order():
    table = build_table([(("a",), 2), (("a",), 1)])
    assert table.entries[("a",)] == (2, 1)


def test_empty_and_overlong_phrases_are_left_out():
    assert not build_table([((), "x"), (("a",) * (MAX_PHRASE_TERMS + 1), "y")]).entries


def test_a_hostile_query_is_read_only_so_far():
    terms = ["hard"] * 10_000
    started = time.perf_counter()
    assert len(list(TABLE.find(terms))) == MAX_QUERY_TERMS
    assert time.perf_counter() - started < 0.05


def test_the_model_refuses_what_the_table_would_leave_out():
    assert MAX_TERMS == MAX_PHRASE_TERMS
