"""Live rules that no search met, and those of which other rules never leave anything."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from ranking.health.dates import is_over
from ranking.health.finding import Finding
from ranking.merchandising.compile import CompiledRule
from ranking.models import HealthFinding, RuleDay

# A rule met less often may have been beaten by chance.
LEAST_MATCHED = 5
# Looking for who beats a rule compares it with all others.
MOST_EXPLAINED = 50
_SUM = """
SELECT rule_id::text, max(last_at), coalesce(sum(matched) FILTER (WHERE day >= %(since)s), 0),
       coalesce(sum(beaten) FILTER (WHERE day >= %(since)s), 0),
       coalesce(sum(held_out) FILTER (WHERE day >= %(since)s), 0)
FROM ranking_ruleday GROUP BY rule_id
"""
# Since when a rule is live without a break; what was saved past the history counts from its making.
_LIVE_SINCE = """
SELECT r.id::text, coalesce((
    SELECT min(h.history_date) FROM ranking_historicalrule h
    WHERE h.id = r.id AND h.status = 'live' AND h.history_date > coalesce((
        SELECT max(x.history_date) FROM ranking_historicalrule x WHERE x.id = r.id AND x.status <> 'live'
    ), '-infinity')
), r.created_at)
FROM ranking_rule r WHERE r.id = ANY(%s::uuid[])
"""


@dataclass(frozen=True, slots=True)
class Usage:
    """How often a rule held since a day, and when it did last."""

    last_at: datetime | None = None
    matched: int = 0
    beaten: int = 0
    held_out: int = 0


UNUSED = Usage()
FindWinners = Callable[[CompiledRule], list[str]]


def read_usage(since: date) -> dict[str, Usage]:
    with connection.cursor() as cursor:
        cursor.execute(_SUM, {"since": since})
        return {row[0]: Usage(row[1], int(row[2]), int(row[3]), int(row[4])) for row in cursor.fetchall()}


def find_unused(
    rules: Iterable[CompiledRule], usage: Mapping[str, Usage], *, now: datetime, days: int
) -> Iterator[Finding]:
    """Live and in force all this time, and never met. Nothing is said before the log is as old as that."""
    first = RuleDay.objects.order_by("day").values_list("day", flat=True).first()
    since = now - timedelta(days=days)
    if first is None or first > since.date():
        return
    moment = now.timestamp()
    quiet = [
        rule
        for rule in rules
        if not _was_met(usage.get(rule.id, UNUSED))
        and rule.order[1] < since.timestamp()
        and _was_open(rule, since, now)
    ]
    live_since = read_live_since([rule.id for rule in quiet if not is_over(rule, moment)])
    for rule_id, started in live_since.items():
        if started <= since:
            last = usage.get(rule_id, UNUSED).last_at
            detail = {"live_since": started.isoformat(), "last_at": last.isoformat() if last else None}
            yield Finding(HealthFinding.Kind.NEVER_FIRED, (now - started).days, rule_id, detail=detail)


def _was_met(usage: Usage) -> bool:
    return bool(usage.matched or usage.held_out)


def _was_open(rule: CompiledRule, since: datetime, now: datetime) -> bool:
    """Whether shoppers could have met it on every one of these days: a campaign that is yet to come waits."""
    if not rule.windows:
        return True
    return any(start <= since.timestamp() and end >= now.timestamp() for start, end in rule.windows)


def read_live_since(rule_ids: list[str]) -> dict[str, datetime]:
    with connection.cursor() as cursor:
        cursor.execute(_LIVE_SINCE, [rule_ids])
        return dict(cursor.fetchall())


def find_beaten(
    rules: Iterable[CompiledRule], usage: Mapping[str, Usage], *, find_winners: FindWinners
) -> Iterator[Finding]:
    """Rules that held often and had no effect once; `find_winners` names the rules that win over one."""
    lost = []
    for rule in rules:
        used = usage.get(rule.id, UNUSED)
        if used.matched >= LEAST_MATCHED and used.beaten == used.matched:
            lost.append((used.matched, rule))
    lost.sort(key=lambda item: -item[0])
    for place, (matched, rule) in enumerate(lost):
        winners = find_winners(rule) if place < MOST_EXPLAINED else []
        yield Finding(
            HealthFinding.Kind.ALWAYS_BEATEN,
            matched,
            rule.id,
            winners[0] if winners else None,
            detail={"matched": matched, "winners": winners},
        )
