"""bm25s: plain BM25 over one text a product, the figure others publish; for orientation only."""

from collections.abc import Sequence
from typing import Any

import bm25s
import rjieba
import Stemmer

from benchmarks.chorus import ProductText


class PlainBm25:
    def __init__(self, texts: Sequence[ProductText], *, k1: float = 1.2, b: float = 0.75) -> None:
        self._stemmer = Stemmer.Stemmer("english")
        self._ids = [text.product_id for text in texts]
        self._model = bm25s.BM25(k1=k1, b=b)
        self._model.index(self._tokenise([text.everything for text in texts]), show_progress=False)

    def search(self, query: str, *, limit: int = 100) -> list[int]:
        found, scores = self._model.retrieve(self._tokenise([query]), k=limit, show_progress=False)
        return [self._ids[at] for at, score in zip(found[0], scores[0], strict=True) if score > 0]

    def _tokenise(self, texts: list[str]) -> Any:
        return bm25s.tokenize(texts, stopwords="en", stemmer=self._stemmer, show_progress=False)


class ChineseBm25(PlainBm25):
    """The same over jieba's words, as people search Chinese with it."""

    def search(self, query: str, *, limit: int = 100) -> list[int]:
        return super().search(query, limit=min(limit, len(self._ids)))

    def _tokenise(self, texts: list[str]) -> list[list[str]]:
        return [[word.lower() for word in rjieba.cut_for_search(text) if word.strip()] for text in texts]
