"""The health check, stage by stage: each stores what it found, so the board fills while the check runs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from ranking.health.catalog_names import find_dead_pins, find_unknown_names
from ranking.health.clashes import sweep_conflicts
from ranking.health.dates import KINDS as DATED_KINDS
from ranking.health.dates import find_dated, is_over
from ranking.health.finding import Finding, replace_findings
from ranking.health.usage import Usage, find_beaten, find_unused, read_usage
from ranking.health.zero_queries import find_zero_queries
from ranking.merchandising.compile import CompiledRule
from ranking.models import HealthCheck, HealthFinding
from ranking.registry import LiveState, live_state
from ranking.rule_rivals import ConflictFinder

# A check that runs longer than this has lost its worker.
LOST_AFTER = timedelta(hours=1)
CHECKS_KEPT = 30
_LOCK = 550_901
Kind = HealthFinding.Kind


@dataclass(frozen=True, slots=True)
class _Work:
    live: LiveState
    usage: dict[str, Usage]
    current: list[CompiledRule]  # live rules that are not over
    check: HealthCheck
    now: datetime


def begin_check() -> HealthCheck | None:
    """A new check to run, or None while one is running."""
    now = timezone.now()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        if find_running(now):
            return None
        before = HealthCheck.objects.filter(finished_at__isnull=False).order_by("-id").first()
        return HealthCheck.objects.create(
            started_at=now,
            stages=len(STAGES),
            counts=before.counts if before else {},
            sweep=before.sweep if before else {},
        )


def find_running(now: datetime) -> HealthCheck | None:
    started = HealthCheck.objects.filter(finished_at__isnull=True, started_at__gt=now - LOST_AFTER)
    return started.order_by("-id").first()


def run_check(check_id: int | None = None) -> dict[str, int]:
    """Runs the check that was begun, or a new one; counts by kind, nothing when there is none to run."""
    check = HealthCheck.objects.filter(pk=check_id).first() if check_id else begin_check()
    if check is None or check.finished_at:
        return {}
    live, now = live_state(), timezone.now()
    usage = read_usage((now - timedelta(days=settings.HEALTH_UNUSED_DAYS)).date())
    current = [rule for rule in live.book.rules if not is_over(rule, now.timestamp())]
    work = _Work(live, usage, current, check, now)
    for number, (name, stage) in enumerate(STAGES.items()):
        HealthCheck.objects.filter(pk=check.pk).update(stage=name, stages_done=number)
        check.counts = {**check.counts, **stage(work)}
        HealthCheck.objects.filter(pk=check.pk).update(counts=check.counts, sweep=check.sweep)
    HealthCheck.objects.filter(pk=check.pk).update(stage="", stages_done=len(STAGES), finished_at=timezone.now())
    _forget_old_checks()
    return dict(check.counts)


def _check_dates(work: _Work) -> dict[str, int]:
    return replace_findings(DATED_KINDS, list(find_dated(work.live.book, now=work.now)), now=work.now)


def _check_names(work: _Work) -> dict[str, int]:
    found = [
        *find_dead_pins(work.current, work.live.snapshot, work.usage),
        *find_unknown_names(work.current, work.usage),
    ]
    return replace_findings((Kind.DEAD_PIN, Kind.UNKNOWN_NAME), found, now=work.now)


def _check_usage(work: _Work) -> dict[str, int]:
    finder = ConflictFinder(work.live)

    def find_winners(rule: CompiledRule) -> list[str]:
        conflicts = islice(finder.find(rule), 5)
        return list(dict.fromkeys(item.winner.id for item in conflicts if item.winner.id != rule.id))

    found: list[Finding] = [
        *find_unused(work.current, work.usage, now=work.now, days=settings.HEALTH_UNUSED_DAYS),
        *find_beaten(work.current, work.usage, find_winners=find_winners),
    ]
    return replace_findings((Kind.NEVER_FIRED, Kind.ALWAYS_BEATEN), found, now=work.now)


def _check_conflicts(work: _Work) -> dict[str, int]:
    work.check.sweep = sweep_conflicts(work.live, work.usage, work.check.sweep, now=work.now)
    return {Kind.CONFLICT.value: HealthFinding.objects.filter(kind=Kind.CONFLICT).count()}


def _check_searches(work: _Work) -> dict[str, int]:
    return replace_findings((Kind.ZERO_RESULTS,), list(find_zero_queries(work.live, now=work.now)), now=work.now)


STAGES: dict[str, Callable[[_Work], dict[str, int]]] = {
    "dates": _check_dates,
    "names": _check_names,
    "usage": _check_usage,
    "conflicts": _check_conflicts,
    "searches": _check_searches,
}


def _forget_old_checks() -> None:
    kept = HealthCheck.objects.order_by("-id").values_list("id", flat=True)[:CHECKS_KEPT]
    HealthCheck.objects.exclude(pk__in=list(kept)).delete()
