"""The judged queries as people also type them: with a slip in a word, or as a sentence; the same in every run."""

import random
from collections.abc import Sequence
from dataclasses import replace

from benchmarks.chorus import JudgedQuery

SEED = 17
# A slip in a shorter word often makes another word of it.
LEAST_LETTERS = 5
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
ENGLISH = (
    "i am looking for a cheap {}",
    "can you recommend me the best {} for my brother please",
    "do you have any {} in your shop",
    "hello, i need a new {} as soon as possible, what would you buy",
)
CHINESE = ("我想买一个{},有什么推荐吗", "请问你们店里有没有{}", "帮我找一款好用的{}送给朋友")


def make_variants(queries: Sequence[JudgedQuery]) -> dict[str, list[JudgedQuery]]:
    return {
        "typos": misspell_queries(queries),
        "verbose": wrap_queries(queries, ENGLISH),
        "verbose_zh": wrap_queries(queries, CHINESE),
    }


def misspell_queries(queries: Sequence[JudgedQuery], *, seed: int = SEED) -> list[JudgedQuery]:
    """One slip in the longest word of letters alone; a query without a long word stays as it is."""
    chooser = random.Random(seed)
    return [replace(query, text=misspell(query.text, chooser)) for query in queries]


def misspell(text: str, chooser: random.Random) -> str:
    words = text.split(" ")
    able = [at for at, word in enumerate(words) if len(word) >= LEAST_LETTERS and word.isascii() and word.isalpha()]
    if not able:
        return text
    at = max(able, key=lambda place: len(words[place]))
    words[at] = slip(words[at], chooser)
    return " ".join(words)


def slip(word: str, chooser: random.Random) -> str:
    """Two letters swapped, or one lost, doubled or replaced; the first stays, as it mostly does (Pollock 1984)."""
    at = chooser.randrange(1, len(word) - 1)
    kind = chooser.choice(("swap", "lose", "double", "replace"))
    if kind == "swap" and word[at] != word[at + 1]:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == "lose":
        return word[:at] + word[at + 1 :]
    if kind == "double":
        return word[:at] + word[at] + word[at:]
    other = chooser.choice([letter for letter in _LETTERS if letter != word[at].lower()])
    return word[:at] + other + word[at + 1 :]


def wrap_queries(queries: Sequence[JudgedQuery], templates: Sequence[str]) -> list[JudgedQuery]:
    """Templates in turn, so that each is said about as often."""
    return [replace(query, text=templates[at % len(templates)].format(query.text)) for at, query in enumerate(queries)]
