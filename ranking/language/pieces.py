"""The written pieces of a query with their positions: which characters gave which index terms.

The terms are `catalog.text.analyse`'s own; only where each stands is found here. Chinese words come without positions
from the segmenter, so they are laid back onto the run they were cut from.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from catalog.text import HAN, MAX_TOKEN, analyse
from catalog.units import NUMBER, QUANTITY_IN_TEXT

# Longer texts are pasted, not asked; the first pieces say what they are about. Keeps hostile queries under 3 ms.
MAX_PIECES = 120
MAX_CHARACTERS = 500

Kind = Literal["quantity", "number", "han", "word", "other"]
# The same kinds of writing as catalog.text tells apart; tests hold the two together over every golden query.
_PIECE = re.compile(
    rf"(?P<quantity>{QUANTITY_IN_TEXT})"
    rf"|(?P<number>(?:{NUMBER})(?![a-z0-9.+/_&'-]))"
    rf"|(?P<han>[a-z]?[{HAN}]+)"
    r"|(?P<word>[a-z0-9]+(?:[-._/&+'][a-z0-9]+)*\+{0,3})"
    rf"|(?P<other>[^\W_a-z0-9{HAN}]+)"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One word, number or quantity; `start` and `end` are character positions in the normalised text.

    `inner` are positions inside a Chinese word where a shorter word of the dictionary begins or ends (智能|手机).
    """

    text: str
    start: int
    end: int
    terms: tuple[str, ...]
    kind: Kind
    inner: tuple[int, ...] = ()


@lru_cache(maxsize=512)
def split_pieces(text: str) -> tuple[Piece, ...]:
    """The pieces of a normalised text in order, at most MAX_PIECES."""
    pieces: list[Piece] = []
    for match in _PIECE.finditer(text[:MAX_CHARACTERS]):
        kind: Kind = match.lastgroup or "other"  # type: ignore[assignment]
        terms = terms_of(match[0])
        if kind == "han" and len(match[0]) <= MAX_TOKEN:
            pieces.extend(_lay_words(match[0], match.start(), terms))
        else:
            pieces.append(Piece(match[0], match.start(), match.end(), terms, kind))
        if len(pieces) >= MAX_PIECES:
            break
    return tuple(pieces[:MAX_PIECES])


@lru_cache(maxsize=32_768)
def terms_of(chunk: str) -> tuple[str, ...]:
    """The index terms of one piece; words come back, so they are remembered."""
    return tuple(analyse(chunk))


def _lay_words(run: str, offset: int, terms: tuple[str, ...]) -> Iterable[Piece]:
    """The segmenter gives a long word's shorter words first, then the word; the words alone join up to the run."""
    at = first = 0
    while at < len(run) and first < len(terms):
        last = _last_term_of_word(run, at, terms, first)
        word = terms[last]
        if not run.startswith(word, at):
            break
        own = terms[first : last + 1]
        inner = {place for short in own[:-1] for place in _places(word, short)}
        start, end = offset + at, offset + at + len(word)
        yield Piece(word, start, end, own, "han", tuple(sorted(start + place for place in inner)))
        at, first = at + len(word), last + 1
    if at < len(run):
        yield Piece(run[at:], offset + at, offset + len(run), tuple(terms[first:]) or (run[at:],), "han")


def _last_term_of_word(run: str, at: int, terms: Sequence[str], first: int) -> int:
    """Where the word that starts at `at` is listed: the longest term there with only its own parts before it."""
    best = first
    for place in range(first, min(first + 12, len(terms))):
        word = terms[place]
        if run.startswith(word, at) and all(part in word for part in terms[first:place]):
            best = place
    return best


def _places(word: str, short: str) -> tuple[int, ...]:
    at = word.find(short)
    return tuple(place for place in (at, at + len(short)) if at >= 0 and 0 < place < len(word))


def blank_spans(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with these spans as blanks, so that every other position stays what it was."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text
