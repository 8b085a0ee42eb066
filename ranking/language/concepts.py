"""What is called the same thing in Chinese and English: the shop's own bilingual names and a dictionary that ships.

A word of several meanings ("notebook", 小米) keeps those that fit the other words of the query: a concept belongs to a
department, and where another word names one department the meanings of other departments are dropped. What stays
uncertain counts less.
"""

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, zip_longest
from typing import Literal

from ranking.contracts import Expansion
from ranking.language.concept_source import GENERAL, Concept, Form, read_dictionary, read_names
from ranking.language.phrase_table import Match, PhraseTable, Terms, build_table
from ranking.retrieval.vocabulary import Vocabulary

MAX_ALTERNATIVES = 6  # of one phrase
MAX_EXPANSIONS = 24  # of one query
# A word of several departments, none of which the query names.
UNCERTAIN = 0.6
# The dictionary's first word is the closest: "display" for 显示器 brings more that is not meant than "monitor" does.
# Of 0.95, 0.9, 0.8 and 0.7 the last two are alike, and best, on the judged queries put into Chinese (docs/log.md).
LATER_FORM = 0.8
# Another word of the same language and concept ("laptop" for "notebook computer"), beside a translation.
SAME_LANGUAGE = 0.7
Language = Literal["en", "zh"]
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Sense:
    """A phrase said in this language means this concept."""

    concept: Concept
    language: Language


@dataclass(frozen=True, slots=True)
class FoundConcept:
    """`terms[start:end]` of a query name the concept of this stable id ("kitchen/knife", "brand:sony")."""

    id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ConceptBook:
    """Phrases of both languages with their senses, those of the dictionary first."""

    version: int = -1
    table: PhraseTable[Sense] = field(default_factory=PhraseTable)
    names: Mapping[str, Concept] = field(default_factory=dict)


class _Shelf:
    book = ConceptBook()


def current_concepts(vocabulary: Vocabulary) -> ConceptBook:
    """The book of this vocabulary's version, or of a later one that another thread loaded."""
    book = _Shelf.book
    if book.version >= vocabulary.version:
        return book
    with _lock:
        if _Shelf.book.version < vocabulary.version:
            _Shelf.book = load_concepts(vocabulary, previous=_Shelf.book)
        return _Shelf.book


def forget_concepts() -> None:
    """For tests, whose database goes back in time, and after a fork."""
    with _lock:
        _Shelf.book = ConceptBook()


def load_concepts(vocabulary: Vocabulary, *, previous: ConceptBook | None = None) -> ConceptBook:
    """Names that did not change are not analysed again."""
    named = read_names(vocabulary, known=previous.names if previous else {})
    return build_concepts(chain(read_dictionary(), named), version=vocabulary.version)


def build_concepts(concepts: Iterable[Concept], *, version: int = 0) -> ConceptBook:
    listed = list(concepts)
    return ConceptBook(version, build_table(_list_senses(listed)), {concept.id: concept for concept in listed})


def _list_senses(concepts: Sequence[Concept]) -> Iterator[tuple[Terms, Sense]]:
    """A name of the catalog that only repeats a pair of the dictionary adds no second meaning."""
    pairs: set[tuple[Terms, Terms]] = set()
    for concept in concepts:
        own = {(en.terms, zh.terms) for en in concept.en for zh in concept.zh}
        if own <= pairs:
            continue
        pairs |= own
        for language, forms in (("en", concept.en), ("zh", concept.zh)):
            for form in forms:
                yield form.terms, Sense(concept, "en" if language == "en" else "zh")


def expand_concepts(terms: Sequence[str], book: ConceptBook, *, same_language: bool = False) -> tuple[Expansion, ...]:
    """What the longest phrases of `terms` are called in the other language, as Expansions of source "concept".

    `same_language` adds the other words of the phrase's own language. At most MAX_ALTERNATIVES a phrase and
    MAX_EXPANSIONS a query; the first word of each meaning comes before the second of any.
    """
    matches = list(book.table.find(terms))
    departments = _name_departments(matches)
    found: dict[Terms, list[Expansion]] = {}
    for match in matches:
        replaced = tuple(terms[match.start : match.end])
        if replaced in found:
            continue
        senses, share = choose_senses(match.entries, departments)
        best: dict[Terms, Expansion] = {}
        for concept, form, factor in _list_forms(senses, same_language=same_language):
            if form.terms != replaced and form.terms not in best:
                closest = not best or not concept.department
                weight = round(concept.weight * share * factor * (1.0 if closest else LATER_FORM), 4)
                best[form.terms] = Expansion(replaced, form.terms, weight, form.text, "concept")
        found[replaced] = list(best.values())[:MAX_ALTERNATIVES]
    return tuple(chain.from_iterable(found.values()))[:MAX_EXPANSIONS]


def _name_departments(matches: Iterable[Match[Sense]]) -> frozenset[str]:
    """Departments that a phrase of one department alone names; those named most often."""
    votes: Counter[str] = Counter()
    for match in matches:
        named = {sense.concept.department for sense in match.entries} - {GENERAL}
        if len(named) == 1:
            votes.update(named)
    most = max(votes.values(), default=0)
    return frozenset(name for name, count in votes.items() if count == most)


def choose_senses(senses: Sequence[Sense], departments: frozenset[str]) -> tuple[Sequence[Sense], float]:
    """Senses that fit the query's departments, with 1; or all of them, with what an uncertain sense counts.

    Senses of one department are near to each other (墨盒 and 硒鼓 are both cartridges) and all count; so do the
    catalog's own names, which say what the shop means.
    """
    if len({sense.concept.department for sense in senses if sense.concept.department}) <= 1:
        return senses, 1.0
    fitting = [sense for sense in senses if not sense.concept.department or sense.concept.department in departments]
    if any(sense.concept.department for sense in fitting):
        return fitting, 1.0
    return senses, UNCERTAIN


def _list_forms(senses: Sequence[Sense], *, same_language: bool) -> Iterator[tuple[Concept, Form, float]]:
    """Translations first, round by round over the senses; then words of the same language."""
    translated = [[(s.concept, form, 1.0) for form in _forms(s, other=True)] for s in senses]
    yield from (item for layer in zip_longest(*translated) for item in layer if item)
    if same_language:
        own = [[(s.concept, form, SAME_LANGUAGE) for form in _forms(s, other=False)] for s in senses]
        yield from (item for layer in zip_longest(*own) for item in layer if item)


def _forms(sense: Sense, *, other: bool) -> tuple[Form, ...]:
    return sense.concept.zh if (sense.language == "en") == other else sense.concept.en


def find_concepts(terms: Sequence[str], book: ConceptBook) -> tuple[FoundConcept, ...]:
    """The concepts a query names; a word of several departments that no other word settles names none."""
    matches = list(book.table.find(terms))
    departments = _name_departments(matches)
    found = []
    for match in matches:
        senses, share = choose_senses(match.entries, departments)
        if share == 1.0:
            found.append(FoundConcept(senses[0].concept.id, match.start, match.end))
    return tuple(found)


def canonical_terms(terms: Sequence[str], book: ConceptBook) -> Terms:
    """`terms` with each phrase of one certain meaning as its concept: equal for "printer ink" and 打印机墨水.

    Made for rules: a rule's words and a query's words meet when their canonical terms do. Words of several
    departments stay as they are, whatever stands beside them, so that a rule means the same in every query.
    """
    made: list[str] = []
    position = 0
    for match in book.table.find(terms):
        made.extend(terms[position : match.start])
        senses, share = choose_senses(match.entries, frozenset())
        made.extend([f"concept:{senses[0].concept.id}"] if share == 1.0 else terms[match.start : match.end])
        position = match.end
    return (*made, *terms[position:])


def translate_terms(terms: Sequence[str], book: ConceptBook) -> tuple[tuple[str, Terms], ...]:
    """The query said in the other language, as (text, index terms): each phrase of one certain meaning by its first
    form, then once for every other form of each; none where no phrase has a certain meaning. At most MAX_EXPANSIONS.
    """
    parts: list[tuple[Form, ...]] = []
    position = 0
    for match in book.table.find(terms):
        senses, share = choose_senses(match.entries, frozenset())
        forms = _forms(senses[0], other=True) if share == 1.0 else ()
        if forms:
            parts += [(Form(term, (term,)),) for term in terms[position : match.start]]
            parts.append(forms[:MAX_ALTERNATIVES])
            position = match.end
    if not parts:
        return ()
    parts += [(Form(term, (term,)),) for term in terms[position:]]
    first = [forms[0] for forms in parts]
    ways = [first]
    for place, forms in enumerate(parts):
        ways += [[*first[:place], form, *first[place + 1 :]] for form in forms[1:]]
    return tuple(
        (" ".join(form.text.lower() for form in way), tuple(term for form in way for term in form.terms))
        for way in ways[:MAX_EXPANSIONS]
    )
