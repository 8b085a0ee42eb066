"""Finds the words of a dictionary within a few edits of another one, without an index of its own to keep.

Each word has two 64-bit signatures, of its letters and of its neighbouring letters. One edit changes few bits, so two
vectorised comparisons leave some hundred words of 300,000, and only those are measured (rapidfuzz). A deletion index
(SymSpell) answers as fast from 30 to 60 times the memory.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

# Bits of a signature that one edit can change: a replaced letter takes one away and adds one; a swap inside a word
# breaks three neighbourhoods and makes three.
LETTER_BITS = 2
PAIR_BITS = 6
_LETTERS_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class NearWords:
    """`words` are in order of length; `starts[n]` is where those of n letters begin, up to `longest` + 1."""

    words: Sequence[str]
    starts: NDArray[np.int64]
    letters: NDArray[np.uint64]
    pairs: NDArray[np.uint64]

    @classmethod
    def build(cls, words: Sequence[str]) -> "NearWords":
        """Words of the letters a-z, sorted by length."""
        lengths = np.fromiter(map(len, words), np.int64, len(words))
        longest = int(lengths[-1]) if len(words) else 0
        starts = np.searchsorted(lengths, np.arange(longest + 2))
        letters, pairs = sign_words(words, lengths)
        return cls(words, starts, letters, pairs)

    def find(self, word: str, *, most_edits: int) -> list[tuple[int, int]]:
        """(position, edits) of every word at most so many edits away, the swap of neighbours counting as one."""
        last = len(self.starts) - 1
        low, high = max(len(word) - most_edits, 0), min(len(word) + most_edits + 1, last)
        if low >= high or most_edits < 1:
            return []
        first, end = int(self.starts[low]), int(self.starts[high])
        (letters,), (pairs,) = sign_words([word], np.array([len(word)]))
        near = np.flatnonzero(np.bitwise_count(self.letters[first:end] ^ letters) <= LETTER_BITS * most_edits)
        near = near[np.bitwise_count(self.pairs[first:end][near] ^ pairs) <= PAIR_BITS * most_edits] + first
        if not len(near):
            return []
        places = near.tolist()
        edits = process.cdist(
            [word], [self.words[place] for place in places], scorer=OSA.distance, score_cutoff=most_edits
        )[0]
        return [(places[at], int(edits[at])) for at in np.flatnonzero(edits <= most_edits).tolist()]


def sign_words(words: Sequence[str], lengths: NDArray[np.int64]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The two signatures of each word: which letters it has, and which pairs of neighbours, hashed to 64 bits."""
    letters, pairs = np.zeros(len(words), np.uint64), np.zeros(len(words), np.uint64)
    for first, end in _batches(lengths):
        codes = np.frombuffer("".join(words[first:end]).encode("ascii"), np.uint8).astype(np.uint64) & 31
        sizes = lengths[first:end]
        begins = np.cumsum(sizes) - sizes
        letters[first:end] = np.bitwise_or.reduceat(np.uint64(1) << codes, begins)
        joined = (codes[:-1] * 37 + codes[1:]) & 63
        joined = np.append(np.uint64(1) << joined, np.uint64(0))
        joined[begins + sizes - 1] = 0  # the last letter of a word and the first of the next are no neighbours
        pairs[first:end] = np.bitwise_or.reduceat(joined, begins)
    return letters, pairs


def _batches(lengths: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Runs of words of about a megabyte of letters together, so that signing takes little memory."""
    first = 0
    total = np.cumsum(lengths)
    while first < len(lengths):
        done = int(total[first - 1]) if first else 0
        end = max(int(np.searchsorted(total, done + _LETTERS_AT_ONCE)), first + 1)
        yield first, end
        first = end
