"""What a competent team builds in a day: BM25 and MiniLM side by side, joined by reciprocal rank fusion."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.chorus import ProductText
from benchmarks.vectors import RememberingEncoder

# Cormack et al. 2009; the same for every engine that offers the fusion.
RRF_CONSTANT = 60
LEG_DEPTH = 200
MAX_TOKENS = 96
Leg = Callable[[str], Sequence[int]]


class MiniLmEncoder:
    """sentence-transformers' usual English model on its own weights; nothing of the shop's encoder is used."""

    model_name = f"all-MiniLM-L6-v2 by sentence-transformers, {MAX_TOKENS} tokens"
    dimension = 384

    def __init__(self) -> None:
        from benchmarks.peers.sentence_loop import load_minilm

        self._model = load_minilm(max_tokens=MAX_TOKENS)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self.encode_documents(texts)

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.asarray(self._model.encode(list(texts), batch_size=64, normalize_embeddings=True), np.float32)


class MiniLm:
    """Every product's vector compared with the query's: exact neighbours, nothing lost to an index."""

    def __init__(self, texts: Sequence[ProductText]) -> None:
        encoder = RememberingEncoder(MiniLmEncoder())
        self._ids = np.array([text.product_id for text in texts])
        self._vectors = encoder.encode_documents([text_to_encode(text) for text in texts])
        encoder.save()
        self._encoder = encoder
        self._asked: dict[str, NDArray[np.float32]] = {}

    def search(self, query: str, *, limit: int = 100) -> list[int]:
        # Several hybrids ask the same queries; how fast a peer encodes is measured by import_catalog.
        if query not in self._asked:
            self._asked[query] = self._encoder.encode_queries([query])[0]
        similarity = self._vectors @ self._asked[query]
        return self._ids[np.argsort(-similarity, kind="stable")[:limit]].tolist()


def text_to_encode(text: ProductText) -> str:
    """The fields before the attributes: what follows is cut off by the model's tokens anyway."""
    return " ".join(part for part in (text.title, text.brand, text.category, text.description) if part)


def fuse_rankings(rankings: Sequence[Sequence[int]], *, limit: int = 100) -> list[int]:
    """Σ 1 / (60 + rank); equal sums are ordered by id, so that a run can be repeated."""
    sums: dict[int, float] = {}
    for ranking in rankings:
        for rank, item in enumerate(ranking, start=1):
            sums[item] = sums.get(item, 0.0) + 1.0 / (RRF_CONSTANT + rank)
    return sorted(sums, key=lambda item: (-sums[item], item))[:limit]


def make_hybrid(legs: Sequence[Leg]) -> Callable[[str], list[int]]:
    return lambda query: fuse_rankings([leg(query) for leg in legs])
