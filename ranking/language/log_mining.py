"""Synonyms that shoppers teach: queries that lead to the same clicks, and what they typed after finding nothing."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import sqrt

from catalog.text import normalise
from ranking.language.concepts import ConceptBook
from ranking.language.mining import (
    MAX_EXAMPLES,
    SynonymSuggestion,
    differing_words,
    finish_suggestions,
    split_words,
)

# Two queries mean the same when they share this many clicked products, this similarly (cosine of click counts).
LEAST_SHARED = 3
LEAST_SIMILARITY = 0.5
# A product clicked from more queries than this says nothing about any two of them.
MOST_QUERIES_A_PRODUCT = 50
MOST_QUERIES = 20_000
# How many times shoppers went from one query to the other, and what share of those who found nothing did.
LEAST_SESSIONS = 3
LEAST_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class LoggedSearch:
    """One search: the ids of products clicked, and how many results there were (None when that was not logged)."""

    query: str
    clicked: Sequence[int | str] = ()
    session_id: str = ""
    results: int | None = None


@dataclass
class _Clicks:
    counts: Counter[int | str] = field(default_factory=Counter)
    searches: int = 0


def mine_log(searches: Sequence[LoggedSearch], *, concepts: ConceptBook | None = None) -> list[SynonymSuggestion]:
    """Suggestions from searches in the order they happened; the caller bounds how many (a month, a million)."""
    found = [*find_shared_clicks(searches), *find_reformulations(searches)]
    return finish_suggestions(found, concepts=concepts)


def find_shared_clicks(searches: Iterable[LoggedSearch]) -> Iterator[SynonymSuggestion]:
    """Pairs of queries that differ in one word or phrase and lead to the same products."""
    by_query = _count_clicks(searches)
    norms = {query: sqrt(sum(count**2 for count in clicks.counts.values())) for query, clicks in by_query.items()}
    for (one, other), shared in _pair_queries(by_query).items():
        if shared < LEAST_SHARED:
            continue
        left, right = by_query[one].counts, by_query[other].counts
        both = left.keys() & right.keys()
        similarity = sum(left[id_] * right[id_] for id_ in both) / (norms[one] * norms[other])
        words = differing_words(split_words(one), split_words(other))
        if similarity >= LEAST_SIMILARITY and words:
            evidence = {
                "reason": "same_clicks",
                "shared_products": shared,
                "similarity": round(similarity, 2),
                "searches": [by_query[one].searches, by_query[other].searches],
                "queries": [one, other],
                "examples": [str(id_) for id_, _ in (left + right).most_common() if id_ in both][:MAX_EXAMPLES],
            }
            yield SynonymSuggestion(*words, "two_way", "query_log", "same_clicks", shared, 0.8, evidence)


def _count_clicks(searches: Iterable[LoggedSearch]) -> dict[str, _Clicks]:
    """Clicks by normalised query, of the queries with most clicks."""
    by_query: dict[str, _Clicks] = {}
    for search in searches:
        if search.clicked:
            clicks = by_query.setdefault(normalise(search.query), _Clicks())
            clicks.counts.update(search.clicked)
            clicks.searches += 1
    by_query.pop("", None)
    most = sorted(by_query.items(), key=lambda item: (-item[1].counts.total(), item[0]))[:MOST_QUERIES]
    return dict(most)


def _pair_queries(by_query: dict[str, _Clicks]) -> Counter[tuple[str, str]]:
    """How many products two queries share."""
    by_product: dict[int | str, list[str]] = {}
    for query, clicks in by_query.items():
        for id_ in clicks.counts:
            by_product.setdefault(id_, []).append(query)
    pairs: Counter[tuple[str, str]] = Counter()
    for queries in by_product.values():
        if len(queries) <= MOST_QUERIES_A_PRODUCT:
            pairs.update(combinations(sorted(queries), 2))
    return pairs


def find_reformulations(searches: Iterable[LoggedSearch]) -> Iterator[SynonymSuggestion]:
    """A query that found nothing, and the next one of the same session, which found something that was clicked."""
    last: dict[str, LoggedSearch] = {}
    moves: Counter[tuple[str, str]] = Counter()
    failures: Counter[str] = Counter()
    for search in searches:
        if not search.session_id:
            continue
        before = last.get(search.session_id)
        if before and before.results == 0 and search.clicked:
            moves[normalise(before.query), normalise(search.query)] += 1
        if search.results == 0:
            failures[normalise(search.query)] += 1
        last[search.session_id] = search
    for (failed, worked), count in moves.items():
        share = count / max(failures[failed], 1)
        words = differing_words(split_words(failed), split_words(worked))
        if count >= LEAST_SESSIONS and share >= LEAST_SHARE and words:
            evidence = {
                "reason": "reformulated",
                "sessions": count,
                "found_nothing": failures[failed],
                "share": round(share, 2),
                "queries": [failed, worked],
            }
            yield SynonymSuggestion(*words, "one_way", "query_log", "reformulated", count, 0.9, evidence)
