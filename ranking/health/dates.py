"""Live rules whose time is over or nearly so, and live rules that are skipped."""

from collections.abc import Iterator
from datetime import UTC, datetime
from math import inf

from ranking.health.finding import Finding
from ranking.merchandising.book import RuleBook
from ranking.merchandising.compile import CompiledRule
from ranking.models import HealthFinding

SOON_DAYS = 7
_DAY = 86_400
Kind = HealthFinding.Kind
KINDS = (Kind.EXPIRED, Kind.EXPIRING, Kind.PAST_WINDOW, Kind.BROKEN)


def find_dated(book: RuleBook, *, now: datetime) -> Iterator[Finding]:
    moment = now.timestamp()
    for rule in book.rules:
        kind = _name_kind(rule, moment)
        if kind:
            ends = rule.expires if kind == Kind.EXPIRED else find_end(rule)
            days = round((ends - moment) / _DAY)
            # What ended long ago waits longest; what ends first is most urgent.
            detail = {"until": datetime.fromtimestamp(ends, UTC).isoformat(), "days": abs(days)}
            yield Finding(kind, abs(days) if days < 0 else SOON_DAYS - days, rule.id, detail=detail)
    for outcome in book.broken:
        yield Finding(Kind.BROKEN, rule_id=outcome.rule_id)


def find_end(rule: CompiledRule) -> float:
    """When the rule is over for good."""
    last = max((end for _start, end in rule.windows), default=inf)
    return min(last, rule.expires)


def is_over(rule: CompiledRule, moment: float) -> bool:
    return find_end(rule) <= moment


def _name_kind(rule: CompiledRule, moment: float) -> str:
    if rule.expires <= moment:
        return Kind.EXPIRED
    if is_over(rule, moment):
        return Kind.PAST_WINDOW
    return Kind.EXPIRING if find_end(rule) <= moment + SOON_DAYS * _DAY else ""
