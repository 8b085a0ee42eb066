"""The plainest index ranks by plain BM25 through the shop's own scorer: rare, repeated and short count, no coverage."""

import numpy as np
import pytest

from benchmarks.chorus import ProductText
from benchmarks.peers.one_text import OneTextIndex
from ranking.retrieval.snapshot import IndexSnapshot
from ranking.retrieval.vocabulary import Vocabulary

TITLES = ("laptop bag", "laptop laptop sleeve", "无线 鼠标", "camera", "bag")


def make_index() -> OneTextIndex:
    count = len(TITLES)
    ids = np.arange(count, dtype=np.int64) + 1
    nothing = np.zeros(0, np.int64)
    snapshot = IndexSnapshot(
        version=1,
        segments=((4, 0, 2), (9, 2, count - 2)),
        product_ids=ids,
        facet_offsets=nothing,
        facet_values=nothing.astype(np.int32),
        title_keys=nothing,
        columns={"live": np.ones(count, bool)},
        vocabulary=object.__new__(Vocabulary),
        _sorted_ids=ids,
        _sorted_ordinals=np.arange(count, dtype=np.int64),
    )
    texts = [ProductText(100 + at, title, "", "", "", "") for at, title in enumerate(TITLES)]
    # As products stand in an index: not in the order of the file.
    return OneTextIndex(texts, snapshot, np.array([3, 0, 1, 2, 4], np.int64))


@pytest.mark.parametrize(
    ("query", "expected"),
    [("camera", [103]), ("laptop", [101, 100]), ("鼠标", [102]), ("laptop bag", [100, 104, 101]), ("nothing", [])],
    ids=["one", "repeated word first", "zh", "both words first", "none"],
)
def test_ranking(query: str, expected: list[int]) -> None:
    assert make_index().search(query) == expected


def test_the_limit_cuts() -> None:
    assert make_index().search("laptop bag", limit=1) == [100]
