"""What a run of Chinese was meant to be: words of the catalog that sound or look like what was typed.

The cheapest way through the run (in nats of surprise), where a piece is a word as typed or a catalog word that it may
be a slip for. Pinyin input makes most slips of Chinese shoppers homophones (洗衣鸡 for 洗衣机), so they cost least.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import rjieba  # its lexicon only: words are cut by catalog.text

from ranking.language.guess import Guess
from ranking.language.pinyin import blur_reading, spell_characters
from ranking.language.words import Dictionary

HOMOPHONE, BLURRED, LOOKS_ALIKE, ONE_OFF = 4.0, 5.5, 5.0, 7.0
# A word of the language that the catalog lacks is mostly right all the same, so its corrections are only offered; the
# lexicon holds frequent slips too (高根鞋, 帐蓬). A lone character is seldom what was meant.
FOREIGN_WORD, LONE_CHARACTER = 15.0, 11.0
LONGEST_PIECE = 6
LONGEST_RUN = 40
# Confidence is a logistic curve over the surprise saved.
MARGIN_EVEN, MARGIN_SLOPE = 2.0, 0.8
_SHAPES = Path(__file__).with_name("data") / "shapes.txt"


@dataclass(frozen=True, slots=True)
class _Piece:
    typed: str
    meant: str
    cost: float
    may_apply: bool = True


def guess_run(run: str, dictionary: Dictionary, *, start: int = 0) -> list[Guess]:
    """The slips in a run of Chinese characters that begins at `start` of the query; beyond 40 characters none."""
    if len(run) < 2 or len(run) > LONGEST_RUN or not dictionary.han:
        return []
    plain = _cheapest(run, dictionary, slips=False)
    if _is_plainly_right(plain, dictionary):
        return []
    guesses = []
    at = start
    for piece in _cheapest(run, dictionary, slips=True):
        end = at + len(piece.typed)
        if piece.meant != piece.typed:
            saved = sum(each.cost for each in _cheapest(piece.typed, dictionary, slips=False)) - piece.cost
            confidence = 1 / (1 + math.exp(-MARGIN_SLOPE * (saved - MARGIN_EVEN)))
            may_apply = piece.may_apply and not rjieba.has_word(piece.typed)
            guesses.append(Guess(at, end, piece.typed, piece.meant, confidence, may_apply=may_apply))
        at = end
    return guesses


def _is_plainly_right(pieces: list[_Piece], dictionary: Dictionary) -> bool:
    """Words of two characters and more that the catalog has; single ones where titles have them so."""
    words = [piece.typed for piece in pieces]
    for at, word in enumerate(words):
        beside = [(words[at - 1], word)] if at else []
        beside += [(word, words[at + 1])] if at + 1 < len(words) else []
        if not dictionary.sells(word) or (len(word) == 1 and not any(dictionary.pair_count(*pair) for pair in beside)):
            return False
    return True


def _cheapest(run: str, dictionary: Dictionary, *, slips: bool) -> list[_Piece]:
    best: list[tuple[float, list[_Piece]]] = [(0.0, [])]
    for end in range(1, len(run) + 1):
        found: tuple[float, list[_Piece]] = (math.inf, [])
        for first in range(max(end - LONGEST_PIECE, 0), end):
            cost, pieces = best[first]
            for piece in _read_piece(run[first:end], dictionary, slips=slips):
                total = cost + piece.cost
                if total < found[0]:
                    found = (total, [*pieces, piece])
        best.append(found)
    return best[-1][1]


def _read_piece(typed: str, dictionary: Dictionary, *, slips: bool) -> Iterator[_Piece]:
    if dictionary.sells(typed):
        yield _Piece(typed, typed, -dictionary.log_frequency(typed))
        return
    if len(typed) == 1:
        yield _Piece(typed, typed, LONE_CHARACTER)
        return
    if rjieba.has_word(typed):
        yield _Piece(typed, typed, FOREIGN_WORD)
    if slips:
        for meant, cost in _find_slips(typed, dictionary):
            # Any character for any other: too little in common to search for it unasked.
            yield _Piece(typed, meant, cost - dictionary.log_frequency(meant), may_apply=cost < ONE_OFF)


def _find_slips(typed: str, dictionary: Dictionary) -> Iterator[tuple[str, float]]:
    """Catalog words of as many characters that sound alike, nearly alike, look alike, or differ in one of several."""
    for reading in spell_characters(typed):
        for kind, words in (
            (HOMOPHONE, dictionary.by_pinyin.get(reading, ())),
            (BLURRED, dictionary.by_blurred_pinyin.get(blur_reading(reading), ())),
        ):
            yield from ((word, kind) for word in words[:4] if len(word) == len(typed))
    for at, character in enumerate(typed):
        for other in similar_shapes().get(character, ""):
            word = f"{typed[:at]}{other}{typed[at + 1 :]}"
            if dictionary.sells(word):
                yield word, LOOKS_ALIKE
        # The last character is the thing itself: 洗衣液 is no slip for 洗衣机.
        gapped = dictionary.by_gap.get(f"{typed[:at]}_{typed[at + 1 :]}") if at < len(typed) - 1 else None
        if gapped:
            yield gapped, ONE_OFF


@cache
def similar_shapes() -> dict[str, str]:
    """Character → those it is easily taken for (未 and 末)."""
    groups = [line for line in _SHAPES.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    found: dict[str, str] = {}
    for group in groups:
        for character in group:
            found[character] = found.get(character, "") + group.replace(character, "")
    return found
