"""The other ways a query is read for rules: as corrected, and in the other language, so that one rule serves both."""

from collections.abc import Iterator

from catalog.text import analyse
from ranking.contracts import Understanding
from ranking.language.concepts import ConceptBook, translate_terms
from ranking.merchandising.facts import Reading, Wording


def read_otherwise(understanding: Understanding, concepts: ConceptBook) -> tuple[Reading, ...]:
    """Readings beside the typed words: an applied correction, then translations of words of one certain meaning.

    A word of several meanings ("notebook") is not translated: a rule must mean the same in every query.
    """
    return tuple(_list_readings(understanding, concepts))


def _list_readings(understanding: Understanding, concepts: ConceptBook) -> Iterator[Reading]:
    terms = tuple(analyse(understanding.text))
    if understanding.correction and understanding.correction.applied:
        yield Reading("corrected", Wording(understanding.text, terms))
    for text, translated in translate_terms(terms, concepts):
        yield Reading("translated", Wording(text, translated))
