"""The plain hybrid is what its name says: two rankings joined by reciprocal ranks."""

import pytest

from benchmarks.chorus import ProductText
from benchmarks.peers.plain_hybrid import fuse_rankings, make_hybrid, text_to_encode


@pytest.mark.parametrize(
    ("rankings", "expected"),
    [
        ([[1, 2, 3], [1, 2, 3]], [1, 2, 3]),
        ([[1, 2], [3, 2]], [2, 1, 3]),
        ([[5], [4]], [4, 5]),
        ([[], [7]], [7]),
        ([], []),
    ],
    ids=["agree", "both beat one", "ties by id", "one leg empty", "no leg"],
)
def test_fusion(rankings: list[list[int]], expected: list[int]) -> None:
    assert fuse_rankings(rankings) == expected


def test_the_limit_cuts_what_is_given() -> None:
    assert fuse_rankings([list(range(300))], limit=100) == list(range(100))


def test_every_leg_is_asked_the_same_query() -> None:
    asked: list[str] = []

    def leg(query: str) -> list[int]:
        asked.append(query)
        return [len(asked)]

    assert make_hybrid([leg, leg])("耳机") == [1, 2]
    assert asked == ["耳机", "耳机"]


def test_empty_fields_leave_no_gaps() -> None:
    assert text_to_encode(ProductText(1, "Bag", "", "", "for a laptop", "red")) == "Bag for a laptop"
