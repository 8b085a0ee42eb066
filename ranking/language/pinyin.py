"""Pinyin: how characters are read, what letters can be syllables, and the catalog's Chinese words behind letters.

Web processes read characters from a table of 6,700 (a further reading is as good as the first); only the background job
that reads whole words, where the neighbours decide (银行 yinhang, 行李 xingli), loads pypinyin, which takes 55 MB.
"""

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from itertools import product
from pathlib import Path

_TABLE = Path(__file__).with_name("data") / "readings.tsv"
# Of a run of characters with several readings each, the combinations looked at.
MOST_SPELLINGS = 8
_LONGEST_SYLLABLE = 6
# Pairs that many speakers do not tell apart, or type one for the other.
_BLURRED = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ang", "an"), ("eng", "en"), ("ing", "in"))


@cache
def readings() -> Mapping[str, tuple[str, ...]]:
    """Character → its readings, the usual one first."""
    found: dict[str, list[str]] = {}
    others: dict[str, list[str]] = {}
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        reading, first, further = [*line.split("\t"), ""][:3]
        for character in first:
            found.setdefault(character, []).append(reading)
        for character in further:
            others.setdefault(character, []).append(reading)
    return {character: (*found.get(character, ()), *others.get(character, ())) for character in {**found, **others}}


@cache
def syllables() -> frozenset[str]:
    return frozenset(reading for known in readings().values() for reading in known)


@cache
def syllable_starts() -> frozenset[str]:
    """Everything that a syllable may begin with, whole syllables too."""
    return frozenset(syllable[:size] for syllable in syllables() for size in range(1, len(syllable) + 1))


def spell_characters(run: str) -> list[str]:
    """The ways a short run of characters may be read, letters only, the usual one first; none if one is unknown."""
    known = [readings().get(character, ()) for character in run]
    if not all(known):
        return []
    if len(run) > 4:  # beyond, combinations multiply and the usual reading is nearly always right
        known = [each[:1] for each in known]
    spellings = ["".join(parts) for parts, _ in zip(product(*known), range(MOST_SPELLINGS), strict=False)]
    return list(dict.fromkeys(spellings))


@lru_cache(maxsize=8192)
def split_syllables(letters: str) -> tuple[str, ...]:
    """The letters as whole syllables, as few as possible; empty when they are no pinyin ("lianyiqun" → lian yi qun)."""
    best: list[tuple[str, ...] | None] = [(), *[None] * len(letters)]
    for end in range(1, len(letters) + 1):
        for start in range(max(end - _LONGEST_SYLLABLE, 0), end):
            before = best[start]
            if before is None or letters[start:end] not in syllables():
                continue
            known = best[end]
            if known is None or len(before) + 1 < len(known):
                best[end] = (*before, letters[start:end])
    return best[-1] or ()


def blur_reading(reading: str) -> str:
    """One spelling for readings that are easily mixed up: shang and san, lan and lang."""
    for said, kept in _BLURRED:
        reading = reading.replace(said, kept)
    return reading


def read_words(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Each Chinese word with its syllables, as the whole word is read; words with other characters are left out."""
    known = readings()
    return {word: read_run(word) for word in words if word and all(character in known for character in word)}


@lru_cache(maxsize=65_536)
def read_run(run: str) -> tuple[str, ...]:
    """The syllables of a run of Chinese characters, one each, its words read as wholes."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - 55 MB and a second that only the background job pays

    spelled = lazy_pinyin(run, v_to_u=False)
    return tuple(spelled) if len(spelled) == len(run) else tuple(readings().get(c, (c,))[0] for c in run)
