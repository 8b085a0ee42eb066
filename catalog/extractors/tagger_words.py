"""What a word and its neighbours are called, as hashed features with sparse weights: the tagger's memory for wording.

The wide part of a wide and deep model (Cheng et al. 2016): a linear classifier of each word by what linear-chain
taggers read (Ratnaparkhi 1996): the word, its shape, ends and neighbours, each also within the category. Its logits are
added to those of the encoder, whose errors are of another kind (docs/adr/0012-attribute-tagger.md).
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BUCKETS = 1 << 17
_REACH = 3
_CAPITAL, _SMALL, _DIGIT = re.compile("[A-Z]"), re.compile("[a-z]"), re.compile(r"\d")
_REPEATED = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True)
class WordWeights:
    """Of bucket b, weights[begins[b]:begins[b + 1]] count for the head's rows of the same places in `rows`."""

    begins: NDArray[np.int64]
    rows: NDArray[np.int64]
    weights: NDArray[np.float32]

    def score(self, features: Sequence[Sequence[int]], width: int) -> NDArray[np.float32]:
        """Logits [words, width] of words given by their features."""
        counts = [len(own) for own in features]
        buckets = np.fromiter((bucket for own in features for bucket in own), np.int64, sum(counts))
        words = np.repeat(np.arange(len(features)), counts)
        starts, lengths = self.begins[buckets], self.begins[buckets + 1] - self.begins[buckets]
        first = np.repeat(starts - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths) if len(buckets) else starts
        picked = first + np.arange(int(lengths.sum()))
        cells = np.repeat(words, lengths) * width + self.rows[picked]
        summed = np.bincount(cells, self.weights[picked], minlength=len(features) * width)
        return summed.reshape(len(features), width).astype(np.float32)


def word_features(context: str, words: Sequence[str]) -> list[list[int]]:
    """Buckets of every word's features, about forty a word; words as written, the context is the category's name."""
    lower = [word.lower() for word in words]
    within = f"@{context}".encode("utf-8", "replace")
    constant = zlib.crc32(b"constant") & (BUCKETS - 1)
    commas = 0
    found = []
    for at, word in enumerate(words):
        names = _describe(word, lower, at)
        names.append(f"in{min(commas, 4)}")
        sums = [zlib.crc32(name.encode("utf-8", "replace")) for name in names]
        # A checksum goes on where the one of the first part ended: "name@context" without writing it.
        sums += [zlib.crc32(within, own) for own in sums]
        found.append([*(own & (BUCKETS - 1) for own in sums), constant])
        commas += word in {",", "-", "|", "(", "，", "、", "/"}
    return found


def _describe(word: str, lower: Sequence[str], at: int) -> list[str]:
    own = lower[at]
    shape = _REPEATED.sub(r"\1", _DIGIT.sub("9", _SMALL.sub("x", _CAPITAL.sub("X", word))))
    names = [f"w{own}", f"s{shape}", f"b{own[:3]}", f"e{own[-3:]}", f"f{min(at, 4)}"]
    names.append(f"l{min(len(lower) - at, 4)}")
    for step in range(-_REACH, _REACH + 1):
        if step:
            near = lower[at + step] if 0 <= at + step < len(lower) else "#"
            names.append(f"{step}{near}")
    if at:
        names.append(f"<{lower[at - 1]} {own}")
    if at + 1 < len(lower):
        names.append(f">{own} {lower[at + 1]}")
    return names
