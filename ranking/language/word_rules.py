"""Synonyms and separations that hold for one search only, because rules of a merchandiser say so."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from catalog.text import analyse
from ranking.contracts import Expansion
from ranking.language.phrase_table import Terms, build_table
from ranking.language.synonyms import Alternative, SynonymBook


@dataclass(frozen=True, slots=True)
class WordRules:
    """`synonyms` are looked for besides the stored ones and stand above them; of the pairs in `apart` the second is not
    looked for where the first is typed; for the phrases in `alone` nothing else is.
    """

    synonyms: SynonymBook = field(default_factory=SynonymBook)
    apart: frozenset[tuple[Terms, Terms]] = frozenset()
    alone: frozenset[Terms] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.synonyms.words or self.apart or self.alone)

    def forbids(self, expansion: Expansion) -> bool:
        return expansion.replaced in self.alone or (expansion.replaced, expansion.alternative) in self.apart

    def forbids_correction(self, typed: str, meant: str) -> bool:
        """Whether a slip must not be read so: the words stand in what was typed, the others in what would be meant."""
        if not (self.apart or self.alone):
            return False
        before, after = tuple(analyse(typed)), tuple(analyse(meant))
        kept = any(_holds(before, phrase) for phrase in self.alone)
        return kept or any(_holds(before, word) and _holds(after, other) for word, other in self.apart)


NO_WORD_RULES = WordRules()


def build_word_rules(
    pairs: Mapping[tuple[Terms, Terms], tuple[str, float]],
    *,
    apart: Iterable[tuple[Terms, Terms]] = (),
    alone: Iterable[Terms] = (),
) -> WordRules:
    """`pairs` maps (typed phrase, other phrase) to the other as people write it and its weight."""
    table = build_table(
        (phrase, Alternative(other, text, weight, "")) for (phrase, other), (text, weight) in pairs.items()
    )
    words = frozenset(term for phrases in pairs for phrase in phrases for term in phrase)
    return WordRules(SynonymBook(table=table, words=words), frozenset(apart), frozenset(alone))


def _holds(terms: Sequence[str], phrase: Terms) -> bool:
    return any(run == phrase for run in _runs(tuple(terms), len(phrase)))


def _runs(terms: Terms, size: int) -> Iterator[Terms]:
    return (terms[start : start + size] for start in range(len(terms) - size + 1))
