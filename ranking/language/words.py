"""The catalog's dictionary: surface words as people write them, how many products have each, and which stand together.

Small on purpose, for every web process holds it: 200,000 Latin and 100,000 Chinese words with 500,000 pairs take 76 MB
and load in 0.7 s, those of 20,000 products a tenth of it. Words beyond these are asked of the index when a
query seems to misspell one (ranking/language/live_words.py).
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ranking.language.near_words import NearWords
from ranking.language.pinyin import blur_reading

MOST_LATIN = 200_000
MOST_HAN = 100_000
MOST_PAIRS = 500_000
# Each costs three or four entries.
MOST_GAPPED = 20_000
# Shorter ones are acronyms and units as often as words, longer ones glued or no words at all.
SHORTEST, LONGEST = 2, 30


@dataclass(frozen=True)
class Dictionary:
    """`latin` words (a-z, by length) come first in all positions, then `han`; `counts` int32, products a word.

    A count of 0 marks a word of everyday English that the catalog does not have: it is right, and never a correction.
    `pair_keys` uint64 (sorted; position of the first word << 32 | of the second) and `pair_counts` uint16 say in how
    many products two words stand side by side. `han_pinyin` is the reading of each Chinese word without tones.
    """

    version: int
    latin: tuple[str, ...]
    han: tuple[str, ...]
    han_pinyin: tuple[str, ...]
    counts: NDArray[np.int32]
    pair_keys: NDArray[np.uint64]
    pair_counts: NDArray[np.uint16]

    @cached_property
    def places(self) -> Mapping[str, int]:
        return {word: place for place, word in enumerate((*self.latin, *self.han))}

    @cached_property
    def near(self) -> NearWords:
        return NearWords.build(self.latin)

    @cached_property
    def by_pinyin(self) -> Mapping[str, tuple[str, ...]]:
        """Chinese words by their reading, the most frequent first: "lianyiqun" → (连衣裙,)."""
        found: dict[str, list[str]] = {}
        order = np.argsort(-self.counts[len(self.latin) :], kind="stable")
        for place in order.tolist():
            found.setdefault(self.han_pinyin[place], []).append(self.han[place])
        return {reading: tuple(words) for reading, words in found.items()}

    @cached_property
    def by_blurred_pinyin(self) -> Mapping[str, tuple[str, ...]]:
        """The same by readings as they are mixed up (ranking.language.pinyin.blur_reading)."""
        found: dict[str, list[str]] = {}
        for reading, words in self.by_pinyin.items():
            found.setdefault(blur_reading(reading), []).extend(words)
        return {reading: tuple(words) for reading, words in found.items()}

    @cached_property
    def by_gap(self) -> Mapping[str, str]:
        """Frequent Chinese words of three and more characters by themselves with one left open: 洗_机 → 洗衣机, but not
        the last one, which says what the thing is.
        """
        long = [place for place, word in enumerate(self.han) if len(word) >= 3]
        long.sort(key=lambda place: int(self.counts[len(self.latin) + place]))
        words = [self.han[place] for place in long[-MOST_GAPPED:]]
        return {f"{word[:at]}_{word[at + 1 :]}": word for word in words for at in range(len(word) - 1)}

    @cached_property
    def near_pinyin(self) -> NearWords:
        return NearWords.build(sorted(self.by_pinyin, key=len))

    @cached_property
    def longest_han(self) -> int:
        return max(map(len, self.han), default=0)

    def warm_up(self) -> "Dictionary":
        """Builds what lookups need, so that the first shopper does not wait for it."""
        _ = (self.places, self.near, self.by_pinyin, self.by_blurred_pinyin, self.by_gap, self.near_pinyin)
        return self

    def __contains__(self, word: str) -> bool:
        return word in self.places

    def count(self, word: str) -> int:
        """Products that have the word; 0 for everyday English and for unknown words."""
        place = self.places.get(word)
        return 0 if place is None else int(self.counts[place])

    def log_frequency(self, word: str) -> float:
        """Natural logarithm of the word's share of all words of the catalog; a word it lacks is a tenth of one."""
        return math.log((self.count(word) + 0.1) / self.total)

    @cached_property
    def total(self) -> float:
        return max(float(self.counts.sum(dtype=np.int64)), 1.0)

    def sells(self, word: str) -> bool:
        """Whether the word is one to correct to: something of the catalog has it."""
        return self.count(word) > 0

    def pair_count(self, first: str, second: str) -> int:
        """Products in which the two words stand side by side in this order."""
        left, right = self.places.get(first), self.places.get(second)
        if left is None or right is None or not len(self.pair_keys):
            return 0
        key = np.uint64(left << 32 | right)
        at = int(np.searchsorted(self.pair_keys, key))
        return int(self.pair_counts[at]) if at < len(self.pair_keys) and self.pair_keys[at] == key else 0


def build_dictionary(
    counts: Mapping[str, int],
    pairs: Mapping[tuple[str, str], int],
    *,
    readings: Mapping[str, str] | None = None,
    everyday: Iterable[str] = (),
    version: int = 0,
) -> Dictionary:
    """From products a word and products a pair of neighbours; `readings` gives the pinyin of the Chinese words."""
    readings = readings or {}
    latin = _keep_most(((word, n) for word, n in counts.items() if is_latin_word(word)), MOST_LATIN)
    han = _keep_most(((word, n) for word, n in counts.items() if word in readings), MOST_HAN)
    known = {**dict.fromkeys((word for word in everyday if is_latin_word(word)), 0), **latin}
    ordered = (*sorted(known, key=lambda word: (len(word), word)), *sorted(han))
    places = {word: place for place, word in enumerate(ordered)}
    keys, numbers = _pack_pairs(pairs, places)
    return Dictionary(
        version=version,
        latin=ordered[: len(known)],
        han=ordered[len(known) :],
        han_pinyin=tuple(readings[word] for word in ordered[len(known) :]),
        counts=np.array([known.get(word) or han.get(word, 0) for word in ordered], np.int32),
        pair_keys=keys,
        pair_counts=numbers,
    )


def is_latin_word(word: str) -> bool:
    """Letters a-z alone: what has digits, dots or dashes is a code, and codes are never corrected."""
    return SHORTEST <= len(word) <= LONGEST and word.isascii() and word.isalpha() and word.islower()


def _keep_most(counted: Iterable[tuple[str, int]], most: int) -> dict[str, int]:
    items = list(counted)
    return dict(items if len(items) <= most else sorted(items, key=lambda item: (-item[1], item[0]))[:most])


def _pack_pairs(
    pairs: Mapping[tuple[str, str], int], places: Mapping[str, int]
) -> tuple[NDArray[np.uint64], NDArray[np.uint16]]:
    known = [(places[a] << 32 | places[b], n) for (a, b), n in pairs.items() if a in places and b in places]
    if len(known) > MOST_PAIRS:
        known = sorted(known, key=lambda pair: -pair[1])[:MOST_PAIRS]
    known.sort()
    keys = np.array([key for key, _ in known], np.uint64)
    return keys, np.minimum([n for _, n in known], 65_535).astype(np.uint16)
