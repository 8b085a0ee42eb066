"""Concepts that training may say in other words: phrases of both languages with one meaning, found in any text."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from catalog.text import HAN, normalise

CONCEPTS = Path(__file__).resolve().parents[2] / "ranking" / "language" / "data" / "concepts.tsv"
_WORD = re.compile(rf"[{HAN}]|[a-z0-9]+(?:[.'&+-][a-z0-9]+)*")
_LONGEST = 8  # words or characters of a phrase
# Qualities, colours and materials: never the kind of thing a product is.
_QUALITIES = "general"


@dataclass(frozen=True, slots=True)
class Concept:
    """One meaning: how each language writes it, the usual way first."""

    key: str
    en: tuple[str, ...]
    zh: tuple[str, ...]
    is_kind: bool

    def wordings(self, language: str) -> tuple[str, ...]:
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Found:
    """A concept in a text, with where its words begin and end (positions in `split_words`)."""

    concept: Concept
    start: int
    end: int


def split_words(text: str) -> list[str]:
    """Normalised Latin words and single Han characters, in order."""
    return _WORD.findall(normalise(text))


@dataclass(frozen=True)
class Lexicon:
    concepts: Sequence[Concept]

    @cached_property
    def _phrases(self) -> Mapping[tuple[str, ...], Concept]:
        """The first concept that claims a phrase keeps it; English plurals count as their singular."""
        phrases: dict[tuple[str, ...], Concept] = {}
        for concept in self.concepts:
            for wording in (*concept.en, *concept.zh):
                words = tuple(split_words(wording))
                phrases.setdefault(words, concept)
                if words and words[-1].isalpha() and words[-1].isascii():
                    phrases.setdefault((*words[:-1], f"{words[-1]}s"), concept)
        phrases.pop((), None)
        return phrases

    def find(self, words: Sequence[str]) -> list[Found]:
        """Longest phrases first come, from left to right, without overlap."""
        found, at = [], 0
        while at < len(words):
            for end in range(min(len(words), at + _LONGEST), at, -1):
                concept = self._phrases.get(tuple(words[at:end]))
                if concept:
                    found.append(Found(concept, at, end))
                    at = end
                    break
            else:
                at += 1
        return found

    def get(self, phrase: str) -> Concept | None:
        return self._phrases.get(tuple(split_words(phrase)))


def read_lexicon(path: Path = CONCEPTS, more: Iterable[Concept] = ()) -> Lexicon:
    """`more` (a catalog's own bilingual names) comes first; without the file only those are known."""
    concepts = list(more)
    section = ""
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        if line.startswith("["):
            section = line.strip("[]")
        elif line.count("\t") >= 1 and not line.startswith("#"):
            english, chinese = ([part.strip() for part in side.split("|")] for side in line.split("\t")[:2])
            key = f"{section}/{english[0]}"
            concepts.append(Concept(key, tuple(english), tuple(chinese), section != _QUALITIES))
    return Lexicon(concepts)
