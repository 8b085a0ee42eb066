"""Which other words a merchandiser says mean the same: the accepted rows, compiled once per process and change."""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, permutations
from typing import Any

import structlog

from catalog.text import analyse
from ranking.contracts import Expansion
from ranking.language.phrase_table import Match, PhraseTable, Terms, build_table
from ranking.models import Synonym
from ranking.models.synonym import find_errors

log = structlog.get_logger(__name__)
# Each alternative is one more posting list to read; the strongest go first.
MAX_ALTERNATIVES = 8  # of one phrase
MAX_EXPANSIONS = 16  # of one query
_COLUMNS = ("id", "kind", "words", "alternatives", "weight", "locale")
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Alternative:
    """What a phrase may also be called. `locale` "" holds in every shop language; `weight` 0 forbids the pair."""

    terms: Terms
    text: str
    weight: float
    locale: str


_Pair = tuple[Terms, Alternative]


@dataclass(frozen=True, slots=True)
class SynonymBook:
    """`pairs` maps a row id to (the row as read, what it compiled to); `broken` are ids of rows that were skipped;
    `words` are all index terms of the rows, which somebody wrote and so are no slips.
    """

    version: int = -1
    table: PhraseTable[Alternative] = field(default_factory=PhraseTable)
    forbidden: Mapping[tuple[Terms, Terms], frozenset[str]] = field(default_factory=dict)
    pairs: Mapping[int, tuple[Sequence[Any], tuple[_Pair, ...]]] = field(default_factory=dict)
    broken: tuple[int, ...] = ()
    words: frozenset[str] = frozenset()

    def forbids(self, expansion: Expansion, locale: str) -> bool:
        """Whether a row of weight 0 keeps the two apart, whoever joined them."""
        locales = self.forbidden.get((expansion.replaced, expansion.alternative), frozenset())
        return "" in locales or locale in locales


class _Shelf:
    book = SynonymBook()


def current_synonyms(version: int) -> SynonymBook:
    """The book of this "synonyms" version or a later one. Threads that meet a new version wait for one load."""
    book = _Shelf.book
    if book.version >= version:
        return book
    with _lock:
        if _Shelf.book.version < version:
            _Shelf.book = load_synonyms(version, previous=_Shelf.book)
        return _Shelf.book


def forget_synonyms() -> None:
    """For tests, whose database goes back in time, and after a fork."""
    with _lock:
        _Shelf.book = SynonymBook()


def load_synonyms(version: int, *, previous: SynonymBook | None = None) -> SynonymBook:
    """Reads the accepted rows; those that did not change are not analysed again."""
    rows = Synonym.objects.filter(status=Synonym.Status.ACCEPTED, enabled=True).order_by("id").values_list(*_COLUMNS)
    return build_synonyms(rows.iterator(chunk_size=5000), version=version, previous=previous)


def build_synonyms(
    rows: Iterable[Sequence[Any]], *, version: int = 0, previous: SynonymBook | None = None
) -> SynonymBook:
    """`rows` are (id, kind, words, alternatives, weight, locale); one that is not valid is skipped and logged."""
    known = previous.pairs if previous else {}
    pairs: dict[int, tuple[Sequence[Any], tuple[_Pair, ...]]] = {}
    broken: list[int] = []
    for row in rows:
        held = known.get(row[0])
        if held and held[0] == row:
            pairs[row[0]] = held
        elif errors := find_errors(row[1], row[2], row[3]):
            log.warning("synonym_skipped", synonym=row[0], errors={name: str(text) for name, text in errors.items()})
            broken.append(row[0])
        else:
            pairs[row[0]] = (row, tuple(_compile_row(*row[1:])))
    forbidden: dict[tuple[Terms, Terms], frozenset[str]] = {}
    allowed: list[_Pair] = []
    for phrase, alternative in (pair for _, of_row in pairs.values() for pair in of_row):
        if alternative.weight > 0:
            allowed.append((phrase, alternative))
        else:
            key = (phrase, alternative.terms)
            forbidden[key] = forbidden.get(key, frozenset()) | {alternative.locale}
    compiled = (pair for _, of_row in pairs.values() for pair in of_row)
    words = frozenset(term for phrase, alternative in compiled for term in (*phrase, *alternative.terms))
    return SynonymBook(version, build_table(allowed), forbidden, pairs, tuple(broken), words)


def _compile_row(
    kind: str, words: Sequence[str], alternatives: Sequence[str], weight: float, locale: str
) -> Iterator[_Pair]:
    analysed = {text: tuple(analyse(text)) for text in (*words, *alternatives)}
    both = kind == Synonym.Kind.TWO_WAY
    named = permutations(words, 2) if both else ((word, other) for word in words for other in alternatives)
    for word, other in named:
        if analysed[word] != analysed[other]:
            yield analysed[word], Alternative(analysed[other], other, weight, locale)


def expand(terms: Sequence[str], book: SynonymBook, locale: str) -> tuple[Expansion, ...]:
    """Other ways to say the longest phrases of `terms` (of catalog.text.analyse) with a synonym in this shop language.

    An alternative is never expanded again. At most MAX_ALTERNATIVES a phrase and MAX_EXPANSIONS a query, the strongest
    of a phrase first, then as the rows are numbered; equal input gives equal output.
    """
    found: dict[Terms, list[Expansion]] = {}
    for match in book.table.find(terms, accept=lambda item: item.locale in ("", locale)):
        replaced = tuple(terms[match.start : match.end])
        if replaced not in found:
            chosen = choose_alternatives(match, book, replaced, locale)
            found[replaced] = [Expansion(replaced, item.terms, item.weight, item.text, "synonym") for item in chosen]
    return tuple(chain.from_iterable(found.values()))[:MAX_EXPANSIONS]


def choose_alternatives(
    match: Match[Alternative], book: SynonymBook, replaced: Terms, locale: str
) -> list[Alternative]:
    best: dict[Terms, Alternative] = {}
    for item in match.entries:
        if item.terms not in best or item.weight > best[item.terms].weight:
            best[item.terms] = item
    kept = [item for item in best.values() if not book.forbids(Expansion(replaced, item.terms, item.weight), locale)]
    return sorted(kept, key=lambda item: -item.weight)[:MAX_ALTERNATIVES]
