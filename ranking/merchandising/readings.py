"""The other ways a query is read for rules: as corrected, in the other language, and by the live synonym list."""

from collections.abc import Iterator
from itertools import islice, product

from catalog.text import analyse
from ranking.contracts import Understanding
from ranking.language.concepts import ConceptBook, translate_terms
from ranking.language.synonyms import SynonymBook, choose_alternatives
from ranking.merchandising.facts import Reading, Wording

MOST_SAME = 24
_Part = tuple[str, tuple[str, ...]]


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


def read_same(understanding: Understanding, synonyms: SynonymBook, locale: str) -> tuple[Reading, ...]:
    """The query with one phrase exchanged for each of its synonyms, then with several, at most MOST_SAME ways.

    One-way synonyms are followed as they are stored: where "trainers → sneakers" is, a rule for sneakers holds for
    trainers, and not the other way round.
    """
    return read_same_terms(tuple(analyse(understanding.text)), synonyms, locale)


def read_same_terms(terms: tuple[str, ...], synonyms: SynonymBook, locale: str) -> tuple[Reading, ...]:
    """The same for a query that is analysed already."""
    parts = _list_parts(terms, synonyms, locale)
    if not parts:
        return ()
    typed = tuple(options[0] for options in parts)
    singles = ((*typed[:at], option, *typed[at + 1 :]) for at, options in enumerate(parts) for option in options[1:])
    ways = dict.fromkeys([*singles, *islice(product(*parts), 1, MOST_SAME)])
    return tuple(
        Reading("synonym", Wording(" ".join(text for text, _terms in way), tuple(t for _text, own in way for t in own)))
        for way in islice(ways, MOST_SAME)
    )


def _list_parts(terms: tuple[str, ...], synonyms: SynonymBook, locale: str) -> list[list[_Part]]:
    """The terms in order, each phrase of the list with what it may be exchanged for behind it."""
    parts: list[list[_Part]] = []
    position = 0
    for match in synonyms.table.find(terms, accept=lambda item: item.locale in ("", locale)):
        replaced = terms[match.start : match.end]
        parts += [[(term, (term,))] for term in terms[position : match.start]]
        chosen = choose_alternatives(match, synonyms, replaced, locale)
        parts.append([(" ".join(replaced), replaced), *((item.text.lower(), item.terms) for item in chosen)])
        position = match.end
    if parts:
        parts += [[(term, (term,))] for term in terms[position:]]
    return parts
