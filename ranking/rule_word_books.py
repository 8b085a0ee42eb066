"""How words are also read just now, for whoever compares rules without a search: the other language, and synonyms."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from catalog.text import analyse
from ranking.language.concepts import ConceptBook, current_concepts, translate_terms
from ranking.language.synonyms import SynonymBook, current_synonyms
from ranking.merchandising.facts import Reading, Wording
from ranking.merchandising.meeting_words import split_same
from ranking.merchandising.readings import read_same_terms
from ranking.registry import LiveState


@dataclass(frozen=True, slots=True)
class WordBooks:
    """The live translations and the live synonym list."""

    concepts: ConceptBook
    synonyms: SynonymBook

    def are_same(self, other: "WordBooks") -> bool:
        return self.concepts is other.concepts and self.synonyms is other.synonyms

    def read(self, words: str) -> tuple[Reading, ...]:
        """Beside the words themselves: their translations, and what the synonym list says is the same."""
        terms = tuple(analyse(words))
        translated = (
            Reading("translated", Wording(text, said)) for text, said in translate_terms(terms, self.concepts)
        )
        return (*translated, *read_same_terms(terms, self.synonyms, ""))

    def find_same(self) -> Callable[[str], Sequence[str]]:
        """Which words the synonym list also takes for a phrase."""
        entries = self.synonyms.table.entries
        pairs = ((typed, meant.terms) for typed, alternatives in entries.items() for meant in alternatives)
        by_meaning = cache(lambda: split_same(pairs))
        return lambda phrase: by_meaning().get(tuple(analyse(phrase)), ())


def open_books(live: LiveState) -> WordBooks:
    return WordBooks(current_concepts(live.snapshot.vocabulary), current_synonyms(live.versions.get("synonyms", 0)))
