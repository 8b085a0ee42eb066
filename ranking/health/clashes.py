"""Conflicts between live rules, a little each run: rules that changed first, then on from where the last run stopped.

Ten thousand rules make fifty million pairs; a run has its seconds, and the findings of rules it did not reach stay.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.dateparse import parse_datetime

from ranking.health.finding import Finding, store_findings
from ranking.health.usage import UNUSED, Usage
from ranking.merchandising.compile import CompiledRule
from ranking.merchandising.conflicts import Conflict
from ranking.models import HealthFinding, Rule
from ranking.registry import LiveState
from ranking.rule_conflicts import describe_conflict, list_conflicts

SECONDS = 60.0
# One rule that collides with everything is told of by the first few.
MOST_A_RULE = 20
# How much each kind takes from a shopper, all else equal.
SEVERITY = {"stopped": 7, "removed": 6, "redirect": 5, "position": 4, "product": 3, "sort": 2, "opposed": 1}
_STEP = 10
_BATCH = 500
KIND = HealthFinding.Kind.CONFLICT


def sweep_conflicts(
    live: LiveState, usage: Mapping[str, Usage], sweep: Mapping[str, Any], *, now: datetime, seconds: float = SECONDS
) -> dict[str, Any]:
    """Where this run came to, for the next one to go on from; the findings are stored as it goes."""
    rules = {rule.id: rule for rule in live.book.rules}
    changed = find_changed(sweep, rules)
    forget_gone(rules)
    deadline = time.monotonic() + seconds
    after = str(sweep.get("after", ""))
    order = [*changed, *(rule_id for rule_id in _rotate(sorted(rules), after) if rule_id not in set(changed))]
    checked = 0
    for rule_id in order:
        if time.monotonic() >= deadline:
            break
        recheck_rule(rules[rule_id], live, usage, now=now)
        checked += 1
        if checked > len(changed):
            after = rule_id
    done_with_changes = checked >= len(changed)
    return {
        "after": after,
        "seen_until": now.isoformat() if done_with_changes else sweep.get("seen_until"),
        "checked": checked,
        "rules": len(rules),
    }


def find_changed(sweep: Mapping[str, Any], rules: Mapping[str, CompiledRule]) -> list[str]:
    """Live rules saved since the last run that came through its changes; none when there was no run."""
    seen_until = parse_datetime(str(sweep.get("seen_until") or ""))
    if seen_until is None:
        return []
    saved = Rule.objects.filter(updated_at__gte=seen_until).order_by("-updated_at").values_list("id", flat=True)
    return [str(id_) for id_ in saved if str(id_) in rules]


def forget_gone(rules: Mapping[str, CompiledRule]) -> None:
    """Conflicts of rules that are no longer live."""
    found = HealthFinding.objects.filter(kind=KIND).values_list("id", "rule_id", "other_id")
    gone = [id_ for id_, first, second in found if str(first) not in rules or str(second) not in rules]
    for first in range(0, len(gone), _BATCH):
        HealthFinding.objects.filter(pk__in=gone[first : first + _BATCH]).delete()


def recheck_rule(rule: CompiledRule, live: LiveState, usage: Mapping[str, Usage], *, now: datetime) -> None:
    found = list(_describe(list_conflicts(rule, live, most=MOST_A_RULE), usage))
    with transaction.atomic():
        HealthFinding.objects.filter(Q(rule_id=rule.id) | Q(other_id=rule.id), kind=KIND).delete()
        store_findings(found, now=now)


def _describe(conflicts: Iterable[Conflict], usage: Mapping[str, Usage]) -> Iterator[Finding]:
    """Filed under the rule that loses; what it loses in many searches is worse."""
    for conflict in conflicts:
        told = {}
        for language in ("en", "zh-hans"):
            with translation.override(language):
                told[language] = describe_conflict(conflict)
        detail = {
            "kind": conflict.kind,
            "about": conflict.about,
            "message": {language: answer["message"] for language, answer in told.items()},
            "example": told["en"]["example"],
        }
        weight = _STEP * usage.get(conflict.loser.id, UNUSED).matched + SEVERITY.get(conflict.kind, 1)
        yield Finding(KIND, weight, conflict.loser.id, conflict.winner.id, detail=detail)


def _rotate(ids: Sequence[str], after: str) -> list[str]:
    return [*(id_ for id_ in ids if id_ > after), *(id_ for id_ in ids if id_ <= after)]
