"""What is remembered is what was read; other segments, or too much of it, and it is read again."""

import pytest

from ranking.retrieval.postings_memory import PostingRow, PostingsMemory


def make_row(term: str, segment: int, size: int = 4) -> PostingRow:
    return term, segment, bytes(size), bytes(size // 2), bytes(size // 4)


@pytest.mark.parametrize("word", ["laptop", "耳机"])
def test_a_term_is_read_once(word: str) -> None:
    memory = PostingsMemory()
    rows = [make_row(word, 1), make_row(word, 2)]
    assert memory.find([1, 2], [word, "rare"]) == ([], [word, "rare"])
    memory.keep([1, 2], [word, "rare"], rows)
    assert memory.find([1, 2], [word, "rare", "new"]) == (rows, ["new"])


def test_other_segments_forget_everything() -> None:
    memory = PostingsMemory()
    memory.keep([1], ["lamp"], [make_row("lamp", 1)])
    assert memory.find([1, 2], ["lamp"]) == ([], ["lamp"])
    memory.keep([1, 2], ["desk"], [])
    assert memory.find([1, 2], ["desk", "lamp"]) == ([], ["lamp"])
    assert memory.find([1], ["lamp"]) == ([], ["lamp"])


def test_the_longest_unused_goes_first() -> None:
    memory = PostingsMemory(most_bytes=6000)
    memory.keep([1], ["a"], [make_row("a", 1, 1000)])
    memory.keep([1], ["b"], [make_row("b", 1, 1000)])
    assert memory.find([1], ["a"])[1] == []
    memory.keep([1], ["c"], [make_row("c", 1, 1000)])
    assert memory.find([1], ["a", "b", "c"])[1] == ["b"]


def test_forget_empties_it() -> None:
    memory = PostingsMemory()
    memory.keep([1], ["lamp"], [make_row("lamp", 1)])
    memory.forget()
    assert memory.find([1], ["lamp"]) == ([], ["lamp"])
