"""Two encoders side by side in one space: a multilingual one, and one that orders English better."""

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from catalog.encoders.spec import Encoder, Vectors
from catalog.text import HAN

_HAN = re.compile(f"[{HAN}]")


class PairEncoder:
    """A document is (multilingual, English)/√2, and so is an English query: their dot product is the mean of both
    cosines. A query with Chinese in it is (multilingual, 0), since the English half has no word for it: its dot product
    is the multilingual cosine over √2, the same order for all documents.
    """

    def __init__(self, model_name: str, multilingual: Encoder, english: Encoder) -> None:
        self.model_name = model_name
        self.dimension = multilingual.dimension + english.dimension
        self._multilingual = multilingual
        self._english = english
        # Model runs let other threads work: the halves of a query take as long as the slower of them.
        self._aside = ThreadPoolExecutor(1, thread_name_prefix="english-half")

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        width = self._multilingual.dimension
        english = [position for position, text in enumerate(texts) if not _HAN.search(text)]
        asked = [texts[position] for position in english]
        half = self._aside.submit(self._english.encode_queries, asked) if english else None
        vectors[:, :width] = self._multilingual.encode_queries(texts)
        if half:
            vectors[english, width:] = half.result()
            vectors[english] *= np.float32(0.5**0.5)
        return vectors

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        halves = [self._multilingual.encode_documents(texts), self._english.encode_documents(texts)]
        return np.hstack(halves) * np.float32(0.5**0.5)
