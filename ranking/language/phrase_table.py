"""Finds known phrases among a query's index terms: the longest at each place, whatever the table's size."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

# "全自动滚筒洗衣机" is ten terms, for Chinese words bring their parts along; what is longer is a sentence.
MAX_PHRASE_TERMS = 16
# A query of 500 characters has no more than about 400 terms; what follows the first 128 is not looked up.
MAX_QUERY_TERMS = 128
T = TypeVar("T")
Terms = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    """`terms[start:end]` of the query is a phrase of the table, and what stands behind it."""

    start: int
    end: int
    entries: tuple[T, ...]


@dataclass(frozen=True, slots=True)
class PhraseTable(Generic[T]):
    """`entries` by phrase; `lengths` maps a first term to the lengths of its phrases, longest first."""

    entries: Mapping[Terms, tuple[T, ...]] = field(default_factory=dict)
    lengths: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def find(self, terms: Sequence[str], *, accept: Callable[[T], bool] | None = None) -> Iterator[Match[T]]:
        """Matches from left to right that do not overlap; a phrase counts when an entry of it is accepted."""
        known = tuple(terms[:MAX_QUERY_TERMS])
        start = 0
        while start < len(known):
            match = self._longest(known, start, accept)
            if match:
                yield match
            start = match.end if match else start + 1

    def _longest(self, terms: Terms, start: int, accept: Callable[[T], bool] | None) -> Match[T] | None:
        for length in self.lengths.get(terms[start], ()):
            end = start + length
            found = self.entries.get(terms[start:end], ()) if end <= len(terms) else ()
            kept = tuple(filter(accept, found)) if accept else found
            if kept:
                return Match(start, end, kept)
        return None


def build_table(pairs: Iterable[tuple[Terms, T]]) -> PhraseTable[T]:
    """Entries of a phrase keep the order they come in; empty and overlong phrases are left out."""
    entries: dict[Terms, list[T]] = {}
    for phrase, entry in pairs:
        if 0 < len(phrase) <= MAX_PHRASE_TERMS:
            entries.setdefault(phrase, []).append(entry)
    lengths: dict[str, set[int]] = {}
    for phrase in entries:
        lengths.setdefault(phrase[0], set()).add(len(phrase))
    return PhraseTable(
        {phrase: tuple(found) for phrase, found in entries.items()},
        {first: tuple(sorted(sizes, reverse=True)) for first, sizes in lengths.items()},
    )
