"""Our analysis and scorer on the plainest index there is: one text a product, BM25 without fields or coverage.

What an engine with the same formula over the same text must equal, up to its words: that is what is compared.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmarks.chorus import ProductText
from catalog.text import analyse, normalise

if TYPE_CHECKING:
    from ranking.retrieval.snapshot import IndexSnapshot

K1, B = 1.2, 0.75


class OneTextIndex:
    """Posting lists in memory, read by the shop's own `score_bm25`."""

    def __init__(self, texts: Sequence[ProductText], snapshot: "IndexSnapshot", places: NDArray[np.int64]) -> None:
        """`places` are the texts' ordinals in the snapshot; products that stand nowhere (-1) are left out."""
        self._snapshot = snapshot
        self._ids = np.zeros(len(snapshot.product_ids), np.int64)
        counts = [Counter(analyse(normalise(text.everything))) for text in texts]
        lengths = np.array([sum(count.values()) for count in counts], np.float32)
        norms = 1 - B + B * lengths / max(float(lengths.mean()), 1.0)
        self._postings = _invert(counts, places, norms)
        for place, text in zip(places.tolist(), texts, strict=True):
            if place >= 0:
                self._ids[place] = text.product_id

    def search(self, query: str, *, limit: int = 100) -> list[int]:
        from ranking.retrieval.lexical import LexicalQuery, score_bm25

        terms = tuple(analyse(normalise(query)))
        segment = min(self._snapshot.segments, key=lambda item: item[1])[0]  # the one whose first ordinal is 0
        rows = [(term, segment, *self._postings[term], b"") for term in set(terms) if term in self._postings]
        matches = score_bm25(self._snapshot, LexicalQuery(terms), rows, k1=K1)
        # The pipeline's sum is multiplied by coverage; plain BM25 is not.
        scores = matches.scores / np.maximum(matches.coverage, 1e-9)
        found = np.flatnonzero(scores > 0)
        return self._ids[found[np.argsort(-scores[found], kind="stable")[:limit]]].tolist()


def _invert(
    counts: Sequence[Mapping[str, int]], places: NDArray[np.int64], norms: NDArray[np.float32]
) -> dict[str, tuple[bytes, bytes]]:
    """By term: ordinals ascending, and counts over the length norm, as catalog_posting holds them."""
    lists: dict[str, tuple[list[int], list[float]]] = {}
    for at in np.argsort(places, kind="stable").tolist():
        if places[at] < 0:
            continue
        for term, count in counts[at].items():
            ordinals, frequencies = lists.setdefault(term, ([], []))
            ordinals.append(int(places[at]))
            frequencies.append(count / float(norms[at]))
    return {term: (np.array(o, "<i4").tobytes(), np.array(f, "<f2").tobytes()) for term, (o, f) in lists.items()}
