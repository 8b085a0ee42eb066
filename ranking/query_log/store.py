"""Adding to the log and reading its top queries; each write is one statement, whatever other processes write."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction

from ranking.models import QueryDay, RuleDay

BATCH = 10_000
# Rows are written in one order by every process, so that two of them never wait for each other in a circle.
_INSERT_QUERIES = """
INSERT INTO ranking_queryday AS known
       (day, query, locale, market, category, searches, zero_results, relaxed, last_total)
SELECT * FROM unnest(%s::date[], %s::text[], %s::text[], %s::text[], %s::text[],
                     %s::int[], %s::int[], %s::int[], %s::int[])
ON CONFLICT (day, query, locale, market, category) DO UPDATE
"""
_ADD_QUERIES = f"""{_INSERT_QUERIES}
SET searches = known.searches + excluded.searches,
    zero_results = known.zero_results + excluded.zero_results,
    relaxed = known.relaxed + excluded.relaxed,
    last_total = excluded.last_total
"""
# What another log does not say stays as it was.
_REPLACE_QUERIES = f"""{_INSERT_QUERIES}
SET searches = excluded.searches, zero_results = excluded.zero_results
"""
_ADD_RULES = """
INSERT INTO ranking_ruleday AS known (day, rule_id, matched, beaten, held_out, last_at)
SELECT * FROM unnest(%s::date[], %s::uuid[], %s::int[], %s::int[], %s::int[], %s::timestamptz[])
ON CONFLICT (rule_id, day) DO UPDATE
SET matched = known.matched + excluded.matched,
    beaten = known.beaten + excluded.beaten,
    held_out = known.held_out + excluded.held_out,
    last_at = greatest(known.last_at, excluded.last_at)
"""
_TOP = """
SELECT query, locale, market, category, sum(searches), sum(zero_results), sum(relaxed),
       (array_agg(last_total ORDER BY day DESC))[1]
FROM ranking_queryday WHERE day >= %s {only}
GROUP BY query, locale, market, category ORDER BY sum({by}) DESC, query, locale, market, category LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class QueryCount:
    """Searches for the same words at the same place over some days; `day` is None when several are summed."""

    query: str
    locale: str
    market: str
    category: str
    searches: int
    zero_results: int = 0
    relaxed: int = 0
    last_total: int = 0
    day: date | None = None


@dataclass(frozen=True, slots=True)
class RuleCount:
    day: date
    rule_id: UUID
    matched: int
    beaten: int
    held_out: int
    last_at: datetime


def add_queries(counts: Iterable[QueryCount]) -> None:
    """`counts` name each day and place once."""
    _write(_ADD_QUERIES, _list_rows(counts))


def replace_queries(counts: Iterable[QueryCount]) -> None:
    """The same counts twice are the same log as once."""
    rows = _list_rows(counts)
    with transaction.atomic():
        for first in range(0, len(rows), BATCH):
            _write(_REPLACE_QUERIES, rows[first : first + BATCH])


def _list_rows(counts: Iterable[QueryCount]) -> list[tuple[object, ...]]:
    return sorted(
        (c.day, c.query, c.locale, c.market, c.category, c.searches, c.zero_results, c.relaxed, c.last_total)
        for c in counts
    )


def add_rules(counts: Iterable[RuleCount]) -> None:
    rows = [(c.day, c.rule_id, c.matched, c.beaten, c.held_out, c.last_at) for c in counts]
    _write(_ADD_RULES, sorted(rows, key=lambda row: (row[1], row[0])))


def _write(statement: str, rows: Sequence[Sequence[object]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])


def list_top_queries(since: date, *, limit: int) -> list[QueryCount]:
    """What was searched for most since a day, browsing included."""
    return _list_top("searches", "", since, limit)


def list_top_zero_queries(since: date, *, limit: int) -> list[QueryCount]:
    """What was most often searched for in vain since a day."""
    return _list_top("zero_results", "AND zero_results > 0 AND query <> ''", since, limit)


def _list_top(by: str, only: str, since: date, limit: int) -> list[QueryCount]:
    with connection.cursor() as cursor:
        cursor.execute(_TOP.format(by=by, only=only), [since, limit])
        return [QueryCount(*row) for row in cursor.fetchall()]


def prune(before: date) -> int:
    """Forgets what is older than a day; how many rows went."""
    queries, _ = QueryDay.objects.filter(day__lt=before).delete()
    rules, _ = RuleDay.objects.filter(day__lt=before).delete()
    return queries + rules
