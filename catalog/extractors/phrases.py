"""Finds thousands of known phrases in a text at once, as whole words, the longest first."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from catalog.extractors.masking import Atom, ReadText, cut_phrase

# Longer phrases are sentences, which no text repeats word for word.
MAX_ATOMS = 12
MAX_GAP = 3
_BREAKS = frozenset(".;!?。；！？\n")
Meaning = TypeVar("Meaning")


@dataclass(frozen=True, slots=True)
class FoundPhrase(Generic[Meaning]):
    """A phrase in a text: characters [start, end), what it was added for, and how many words it has."""

    start: int
    end: int
    meanings: tuple[Meaning, ...]
    atoms: int


def phrase_key(words: str) -> str:
    """Equal for what differs in case, width, script and punctuation only: "Dark-Blue" and "dark blue"."""
    return _join(cut_phrase(words))


class PhraseTable(Generic[Meaning]):
    """Phrases by their joined words. Reading tries, at each word of a text, the most words first that any phrase
    beginning so has: as a trie would, without its nodes.
    """

    def __init__(self, phrases: Iterable[tuple[str, Meaning]]) -> None:
        self._meanings: dict[str, list[Meaning]] = {}
        self._longest: dict[str, int] = {}
        self._longest_han: dict[str, int] = {}
        for words, meaning in phrases:
            self._add(words, meaning)

    def __len__(self) -> int:
        return len(self._meanings)

    def get(self, words: str) -> tuple[Meaning, ...]:
        return tuple(self._meanings.get(phrase_key(words), ()))

    def _add(self, words: str, meaning: Meaning) -> None:
        atoms = cut_phrase(words)
        if not 0 < len(atoms) <= MAX_ATOMS:
            return
        key = _join(atoms)
        known = self._meanings.setdefault(key, [])
        if meaning not in known:
            known.append(meaning)
        if atoms[0].is_han:
            # The same characters may be cut otherwise beside others, so Chinese is met by its first character.
            self._longest_han[key[0]] = max(self._longest_han.get(key[0], 0), len(key))
        else:
            self._longest[atoms[0].text] = max(self._longest.get(atoms[0].text, 0), len(key))

    def find(self, text: ReadText) -> Iterator[FoundPhrase[Meaning]]:
        """Phrases in order; none overlaps another."""
        atoms, place = text.atoms, 0
        while place < len(atoms):
            found = self._match(text, atoms, place)
            if found is None:
                place += 1
                continue
            yield found
            place += found.atoms

    def _match(self, text: ReadText, atoms: Sequence[Atom], place: int) -> FoundPhrase[Meaning] | None:
        first = atoms[place]
        longest = self._longest_han.get(first.text[0], 0) if first.is_han else self._longest.get(first.text, 0)
        if len(first.text) > longest:
            return None
        joined, best = first.text, None
        for last in range(place, min(place + MAX_ATOMS, len(atoms))):
            if last > place:
                before, atom = atoms[last - 1], atoms[last]
                gap = text.lower[before.end : atom.start]
                if len(gap) > MAX_GAP or (gap and not _BREAKS.isdisjoint(gap)):
                    break
                joined += atom.text if before.is_han or atom.is_han else f" {atom.text}"
                if len(joined) > longest:
                    break
            meanings = self._meanings.get(joined)
            if meanings is not None:
                best = FoundPhrase(first.start, atoms[last].end, tuple(meanings), last - place + 1)
        return best


def _join(atoms: Sequence[Atom]) -> str:
    joined = ""
    for place, atom in enumerate(atoms):
        spaced = place > 0 and not atom.is_han and not atoms[place - 1].is_han
        joined += f" {atom.text}" if spaced else atom.text
    return joined
