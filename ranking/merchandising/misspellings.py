"""Whether typed words are a rule's words with small typing errors, and the index keys that bring the two together.

Latin words: one slip (a letter wrong, lost, added, or two swapped) in words of 4 to 7 letters, two from 8 on, by the
shorter of the two; none in shorter words, in numbers and in codes with digits. The first letter must be right.
Chinese: characters that are read alike (手机壳, 手机客), also typed as pinyin; zh and z, ang and an count as alike.

A rule is filed under the first words of each value with up to so many letters left out, as a query is looked up (the
deletion neighbourhoods of SymSpell, one word of a phrase at a time).
"""

import re
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, product
from typing import Literal

from rapidfuzz.distance import OSA

from catalog.text import HAN
from ranking.language.pinyin import blur_reading, readings, split_syllables

SHORTEST, LONG, LONGEST = 4, 8, 20
# What follows in a pasted text is not looked at for typing errors, so that no query costs more than a millisecond.
MOST_PIECES = 40
# Words that are looked up together; characters with more readings are read by their usual two.
WINDOW, MOST_READINGS = 3, 2
# Index keys of phrases inside a query, by how many words they are looked up by.
NEAR_KINDS = tuple(f"near{size}" for size in range(1, WINDOW + 1))
ALL_KINDS = frozenset({"nearis", *NEAR_KINDS})
_PIECE = re.compile(f"[{HAN}]+|[^\\s{HAN}]+")
_HAN = re.compile(f"[{HAN}]")
_WORD = re.compile(r"[^\W\d_]+(?:[-'][^\W\d_]+)*")
Mode = Literal["is", "starts", "ends", "contains"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A written word (`word`) that may have so many slips (`edits`), or one Chinese character or pinyin syllable as it
    may be read (`sounds`).
    """

    word: str = ""
    edits: int = 0
    sounds: frozenset[str] = frozenset()

    @property
    def marks(self) -> frozenset[str]:
        """Two pieces that are alike share one: a sound, or the first letter."""
        return self.sounds or frozenset((f"{self.word[0]}…",))


Pieces = tuple[Piece, ...]


@lru_cache(maxsize=2048)
def read_pieces(text: str) -> Pieces:
    """A normalised text as words and characters."""
    return tuple(_list_pieces(text, as_pinyin=False))[:MOST_PIECES]


@lru_cache(maxsize=2048)
def read_ways(text: str) -> tuple[Pieces, ...]:
    """A query as it is written, and, where its letters can be pinyin, as the syllables they spell."""
    written = read_pieces(text)
    spelled = tuple(_list_pieces(text, as_pinyin=True))[:MOST_PIECES]
    return (written,) if spelled == written else (written, spelled)


@lru_cache(maxsize=2048)
def read_marks(text: str) -> frozenset[str]:
    """What the pieces of a query, however read, begin with: what begins otherwise is not near to any of them."""
    return frozenset().union(*(piece.marks for way in read_ways(text) for piece in way))


def _list_pieces(text: str, *, as_pinyin: bool) -> Iterator[Piece]:
    known = readings()
    for run in _PIECE.findall(text):
        if _HAN.match(run):
            yield from (
                Piece(sounds=frozenset(map(blur_reading, known[character][:MOST_READINGS])))
                if character in known
                else _read_word(character)
                for character in run
            )
        elif as_pinyin and len(run) <= LONGEST and (syllables := split_syllables(run)):
            yield from (Piece(sounds=frozenset((blur_reading(syllable),))) for syllable in syllables)
        else:
            yield _read_word(run)


@lru_cache(maxsize=4096)
def _read_word(word: str) -> Piece:
    if not SHORTEST <= len(word) <= LONGEST or not _WORD.fullmatch(word):
        return Piece(word)
    return Piece(word, 1 if len(word) < LONG else 2)


def may_be_mistyped(text: str) -> bool:
    """Whether a rule's words leave room for typing errors: one character alone sounds like too many others."""
    runs = [run for run in _PIECE.findall(text) if _HAN.match(run)]
    if any(len(run) == 1 for run in runs):
        return False
    return bool(runs) or any(piece.edits for piece in read_pieces(text)) or len(_squeeze(text)) >= SHORTEST


def compile_near(mode: Mode, text: str) -> tuple[Callable[[str], bool], tuple[str, ...]]:
    """For a rule's normalised words: the test on a normalised query, and the keys to file the rule under."""
    if not may_be_mistyped(text):
        return (lambda query: False), ()
    value = read_pieces(text)
    squeezed = _squeeze(text)

    marks = tuple(piece.marks for piece in value)

    def test(query: str) -> bool:
        if mode == "is" and _squeeze(query) == squeezed:
            return True
        said = read_marks(query)
        for mark in marks:
            if said.isdisjoint(mark):
                return False
        return any(_is_near(mode, way, value) for way in read_ways(query))

    pieces = value[:WINDOW]
    kind = f"nearis:{len(value)}" if mode == "is" else f"{NEAR_KINDS[len(pieces) - 1]}:"
    keys = [f"{kind}{key}" for key in _spell_keys(pieces)]
    return test, (*dict.fromkeys(keys), *((f"nearis:={squeezed}",) if mode == "is" else ()))


def list_near_keys(query: str, kinds: Container[str] = ALL_KINDS) -> Iterator[str]:
    """Every key of these kinds under which a rule near these words may be filed: as the whole query (`nearis`), and as
    words inside it.
    """
    whole = "nearis" in kinds
    sizes = [size for size, kind in enumerate(NEAR_KINDS, 1) if kind in kinds]
    if whole:
        yield f"nearis:={_squeeze(query)}"
    for way in read_ways(query) if whole or sizes else ():
        if whole:
            yield from (f"nearis:{len(way)}{key}" for key in _spell_keys(way[:WINDOW]))
        for size in sizes:
            # A pasted text says the same words again and again.
            for pieces in dict.fromkeys(way[start : start + size] for start in range(len(way) - size + 1)):
                yield from (f"near{size}:{key}" for key in _spell_keys(pieces))


def _is_near(mode: Mode, query: Pieces, value: Pieces) -> bool:
    size = len(value)
    if mode == "is":
        starts: Sequence[int] = (0,) if len(query) == size else ()
    elif mode == "contains":
        starts = range(len(query) - size + 1)
    else:
        starts = (0 if mode == "starts" else len(query) - size,) if len(query) >= size else ()
    return any(all(map(_are_alike, query[start : start + size], value)) for start in starts)


def _are_alike(typed: Piece, meant: Piece) -> bool:
    if typed.sounds or meant.sounds:
        return not typed.sounds.isdisjoint(meant.sounds)
    if typed.word == meant.word:
        return True
    most = min(typed.edits, meant.edits)
    if not most or typed.word[0] != meant.word[0]:
        return False
    return OSA.distance(typed.word, meant.word, score_cutoff=most) <= most


def _spell_keys(pieces: Pieces) -> Iterator[str]:
    """The last word that may have slips in all its shortenings, the others by what is sure of them."""
    pivot = next((at for at in range(len(pieces) - 1, -1, -1) if pieces[at].edits), -1)
    sure = [
        tuple(piece.sounds) or ((piece.word[0],) if piece.edits and at != pivot else (piece.word,))
        for at, piece in enumerate(pieces)
    ]
    if pivot >= 0:
        sure[pivot] = _shorten(pieces[pivot].word, pieces[pivot].edits)
    return ("\x1f".join(parts) for parts in product(*sure))


@lru_cache(maxsize=4096)
def _shorten(word: str, edits: int) -> tuple[str, ...]:
    """The word with up to so many letters left out, never the first."""
    places = range(1, len(word))
    return tuple(
        dict.fromkeys(
            "".join(letter for at, letter in enumerate(word) if at not in left_out)
            for count in range(edits + 1)
            for left_out in combinations(places, count)
        )
    )


def _squeeze(text: str) -> str:
    return text.replace(" ", "")
