"""How many products hold an index term: what makes a name sure and a word rare; the index is asked once a term."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import connection

from ranking.retrieval.snapshot import IndexSnapshot

# The length of a list is read without the list: about 0.3 ms a query whose terms are new, however long the lists are.
_COUNTS_SQL = (
    "SELECT term, sum(length(ordinals) / 4) FROM catalog_posting "
    "WHERE segment_id = ANY(%s) AND term = ANY(%s) GROUP BY term"
)
MOST_REMEMBERED = 50_000
_Segments = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TermCounts:
    """`count` fits `document_frequency` of find_entities, `idf` (natural logarithm, BM25's) that of weigh_keywords.

    A product counts until its segment is merged, living or not: shares of the catalog hardly change by that.
    """

    counts: Mapping[str, int]
    document_count: int

    def count(self, term: str) -> int:
        return self.counts.get(term, 0)

    def idf(self, term: str) -> float:
        holding = self.counts.get(term, 0)
        count = max(self.document_count, holding)
        return math.log1p((count - holding + 0.5) / (holding + 0.5))


_remembered: tuple[_Segments, dict[str, int]] = ((), {})


def count_terms(terms: Collection[str], snapshot: IndexSnapshot) -> TermCounts:
    """The counts of these terms in the snapshot's segments; segments do not change, so only new terms are looked up."""
    global _remembered  # noqa: PLW0603 - one memory a process, replaced whole when the segments change
    segments = tuple(segment_id for segment_id, _, _ in snapshot.segments)
    known_segments, known = _remembered
    if known_segments != segments or len(known) > MOST_REMEMBERED:
        known = {}
        _remembered = (segments, known)
    missing = [term for term in set(terms) if term not in known]
    if missing:
        with connection.cursor() as cursor:
            cursor.execute(_COUNTS_SQL, [list(segments), missing])
            found = {term: int(count) for term, count in cursor.fetchall()}
        known.update({term: found.get(term, 0) for term in missing})
    return TermCounts({term: known[term] for term in terms}, snapshot.document_count)


def forget_term_counts() -> None:
    """Drop what this process holds (after a fork, and between tests)."""
    global _remembered  # noqa: PLW0603
    _remembered = ((), {})
