"""The hand-written words of opinions (data/*.toml), and finding them in a text with the places where they stand."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import opencc

from catalog.text import HAN

DATA = Path(__file__).parent / "data"
# What follows in a longer text repeats itself; bounds a hostile review (4,000 characters take about 10 ms).
READ_CHARACTERS = 4000
# How far a negation reaches, in words and in Chinese characters.
REACH = {"en": 4, "zh": 6}
_ENTRY = re.compile(r'"([^"]+)"|(\S+)')
_TOKEN = re.compile(
    rf"(?P<zh>[{HAN}])|(?P<en>[a-z]+(?:['-][a-z]+)*)|(?P<number>\d+(?:[.,]\d+)*)"
    r"|(?P<smiley>[:;]-?[()dp]|>:\(|\^_?\^|<3|t_t)|(?P<mark>[^\s\w])"
)
_STOP = frozenset(".。!！?？;；,，、…\n:：")
_QUOTES = str.maketrans({"‘": "'", "’": "'", "ʼ": "'", "`": "'", "´": "'", "“": '"', "”": '"'})


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is "zh" (one character), "en", "number", "smiley" or "mark"; [start, end) in the text as written."""

    text: str
    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Opinion:
    """A word that judges: `value` is +1 or -1, after a negation that `turned` it; tokens [first, last)."""

    value: int
    first: int
    last: int
    turned: bool = False


def fold(text: str) -> str:
    """Lower case, half width, simplified characters and plain quotes; as many characters as before, so places stay."""
    if text.isascii():
        return text.lower()
    folded = "".join(_fold_character(character) for character in text.translate(_QUOTES))
    simplified = _simplifier().convert(folded)
    return simplified if len(simplified) == len(folded) else folded


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@cache
def _fold_character(character: str) -> str:
    """Marks stay as they are written: clauses are cut at them."""
    if "\ud800" <= character <= "\udfff":
        return " "
    if "\uff10" <= character <= "\uff5a" and character.isalnum():
        character = unicodedata.normalize("NFKC", character)
    lower = character.lower()
    return lower if len(lower) == 1 else character


def tokenise(text: str) -> list[Token]:
    """Words, Chinese characters, numbers, smileys and marks of the first READ_CHARACTERS characters."""
    folded = fold(text[:READ_CHARACTERS])
    return [Token(match[0], match.lastgroup or "mark", match.start(), match.end()) for match in _TOKEN.finditer(folded)]


class PhraseBook:
    """Phrases of tokens and what each means; the longest that begins at a place is the one that stands there."""

    def __init__(self, meanings: Iterable[tuple[str, str]]) -> None:
        self._by_first: dict[str, dict[tuple[str, ...], str]] = {}
        self._longest: dict[str, int] = {}
        for phrase, meaning in meanings:
            words = tuple(token.text for token in tokenise(phrase))
            if words:
                # The first meaning counts: word lists are given in order of precedence.
                self._by_first.setdefault(words[0], {}).setdefault(words, meaning)
                self._longest[words[0]] = max(self._longest.get(words[0], 0), len(words))

    def find(self, words: Sequence[str], at: int) -> tuple[str, int] | None:
        """Meaning and length in tokens of the longest phrase that begins at this token."""
        phrases = self._by_first.get(words[at])
        if phrases is None:
            return None
        for length in range(self._longest[words[at]], 0, -1):
            meaning = phrases.get(tuple(words[at : at + length]))
            if meaning is not None and at + length <= len(words):
                return meaning, length
        return None

    def scan(self, words: Sequence[str]) -> Iterator[tuple[str, int, int]]:
        """(meaning, first, last) of what stands in these tokens, none inside another."""
        at = 0
        while at < len(words):
            found = self.find(words, at)
            if found:
                yield found[0], at, at + found[1]
            at += found[1] if found else 1


def read_entries(text: str) -> list[str]:
    """The entries of one list of words: parted by white space, several words in quotes."""
    return [quoted or plain for quoted, plain in _ENTRY.findall(text)]


@cache
def read_words() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads((DATA / "words.toml").read_text(encoding="utf-8"))


@cache
def list_words() -> tuple[tuple[str, str], ...]:
    """(entry, kind) of words.toml; what looks like an opinion and is none (neutral) comes first and covers it."""
    kinds = ("neutral", "positive", "negative", "contrasts", "negators")
    lists = read_words()
    return tuple(
        (entry, kind)
        for kind in kinds
        for language in ("both", "zh", "en")
        for entry in read_entries(lists[language].get(kind, ""))
    )


@cache
def word_book() -> PhraseBook:
    return PhraseBook(list_words())


def find_opinions(tokens: Sequence[Token], found: Sequence[tuple[str, int, int]] | None = None) -> list[Opinion]:
    """The judging words of a clause or text in order, turned round where a negation reaches them.

    A negation reaches a few words on, not past a mark or a contrast; "no battery problems" and 没有噪音问题 turn good.
    """
    words = [token.text for token in tokens]
    opinions: list[Opinion] = []
    since, until = 0, -1
    for meaning, first, last in found if found is not None else list(word_book().scan(words)):
        if meaning == "negators":
            since, until = last, last + REACH.get(tokens[first].kind, 4)
        elif meaning == "contrasts":
            until = -1
        elif meaning in {"positive", "negative"}:
            value = 1 if meaning == "positive" else -1
            turned = first < until and _STOP.isdisjoint(words[since:first])
            opinions.append(Opinion(-value if turned else value, first, last, turned))
    return opinions
