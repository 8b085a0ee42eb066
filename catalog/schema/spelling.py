"""Reads a value or a name for comparison: its words made plain, and what must be equal before two may mean the same."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from catalog.schema.words import (
    AMERICAN,
    DIRECTIONS,
    DIRECTIONS_ZH,
    EMPTY_WORDS,
    NEGATIONS,
    NEGATIONS_ZH,
    NO_PLURALS,
    SHORT_WORDS,
)
from catalog.text import HAN, normalise

_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)*")
# Numbers apart from letters, so that "USB3.0" is "USB 3.0"; signs that change what a number or grade means stay.
_PART = re.compile(rf"w/o\b|\d+(?:\.\d+)*|[a-z]+(?:'[a-z]+)?|[{HAN}]+|[+%<>±#~\"°=≤≥]|[^\W\d_a-z]+|(?<![\w])-(?=\d)")
_SIGNS = frozenset('+%<>±#~"°=≤≥-')
_HAN = re.compile(f"[{HAN}]")


@dataclass(frozen=True, slots=True)
class ReadText:
    """A text in parts. `numbers` in order (thousands and ".0" dropped), `signs` and `negations` counted, `codes` the
    single letters ("Class A"). `parts` are as written, `words` in one spelling, `folded` without plurals and empty
    words, `expanded` with short words written out besides.
    """

    text: str
    plain: str
    parts: tuple[str, ...]
    words: tuple[str, ...]
    folded: tuple[str, ...]
    expanded: tuple[str, ...]
    numbers: tuple[str, ...]
    signs: tuple[str, ...]
    codes: tuple[str, ...]
    negations: int
    is_directed: bool
    is_han: bool


@lru_cache(maxsize=8_192)
def read_text(text: str, *, whole: bool = False) -> ReadText:
    """`whole` keeps empty words: in names of attributes "type" says something."""
    plain = normalise(text)
    parts = tuple(_PART.findall(_NUMBER.sub(lambda match: plain_number(match[0]), plain)))
    spelled = tuple(spell_american(part) for part in parts)
    telling = tuple(part for part in spelled if whole or part not in EMPTY_WORDS) or spelled
    return ReadText(
        text=text,
        plain=plain,
        parts=parts,
        words=spelled,
        folded=tuple(map(fold_word, telling)),
        expanded=tuple(fold_word(SHORT_WORDS.get(part, part)) for part in telling),
        numbers=tuple(part for part in parts if part[0].isdigit()),
        signs=tuple(sorted(part for part in parts if part in _SIGNS)),
        codes=tuple(sorted(part for part in parts if len(part) == 1 and part.isascii() and part.isalpha())),
        negations=_count_negations(parts),
        is_directed=any(part in DIRECTIONS for part in parts) or any(sign in plain for sign in DIRECTIONS_ZH),
        is_han=bool(_HAN.search(plain)),
    )


def may_be_same(one: ReadText, other: ReadText) -> bool:
    """Whether nothing forbids it: numbers in their order, signs, single letters and negations must be equal."""
    return (
        one.numbers == other.numbers
        and one.signs == other.signs
        and one.codes == other.codes
        and one.negations == other.negations
    )


def plain_number(number: str) -> str:
    """1,000 is 1000 and 3.0 is 3; 2.10 stays, since version 2.1 is another one."""
    return number.replace(",", "").removesuffix(".0")


def spell_american(word: str) -> str:
    if word in AMERICAN:
        return AMERICAN[word]
    return AMERICAN.get(word[:-1], word[:-1]) + "s" if word[:-1] in AMERICAN and word.endswith("s") else word


def fold_word(word: str) -> str:
    """The singular in American spelling."""
    return spell_american(fold_plural(spell_american(word.removesuffix("'s"))))


def fold_plural(word: str) -> str:
    """Only regular plurals; a stemmer would also make "operating" and "operator" one."""
    if (
        len(word) < 4
        or not word.endswith("s")
        or not word.isascii()
        or word in NO_PLURALS
        or word.endswith(("ss", "us", "is"))
    ):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-2] if word.endswith(("sses", "xes", "ches", "shes", "zes")) else word[:-1]


def join_parts(parts: Sequence[str]) -> str:
    """Parts without what separates them; a border between two numbers stays, or 1 and 0 would be 10."""
    joined = ""
    for part in parts:
        joined += f" {part}" if part[0].isdigit() and joined[-1:].isdigit() else part
    return joined


def _count_negations(parts: Sequence[str]) -> int:
    """ "Nonslip" denies as "non-slip" does."""
    denied = sum(part in NEGATIONS or (part.startswith("non") and len(part) > 5) for part in parts)
    return denied + sum(part.count(sign) for part in parts for sign in NEGATIONS_ZH)
