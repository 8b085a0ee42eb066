"""Conflicts between live rules, a little each run: rules that changed first, then on from where the last run stopped.

Ten thousand rules make fifty million pairs; a run has its seconds, and the findings of rules it did not reach stay.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.dateparse import parse_datetime

from ranking.health.finding import Finding, store_findings
from ranking.health.usage import UNUSED, Usage
from ranking.merchandising.compile import CompiledRule
from ranking.merchandising.conflicts import Conflict
from ranking.models import HealthFinding, Rule
from ranking.registry import LiveState
from ranking.rule_conflicts import describe_conflict
from ranking.rule_rivals import ConflictFinder

SECONDS = 60.0
# One rule that collides with everything is told of by the first few.
MOST_A_RULE = 20
# How much each kind takes from a shopper, all else equal.
SEVERITY = {"stopped": 7, "removed": 6, "redirect": 5, "position": 4, "product": 3, "sort": 2, "opposed": 1}
_STEP = 10
_BATCH = 500
# So many rules are compared before their findings are stored.
_ROUND = 100
KIND = HealthFinding.Kind.CONFLICT


def sweep_conflicts(
    live: LiveState, usage: Mapping[str, Usage], sweep: Mapping[str, Any], *, now: datetime, seconds: float = SECONDS
) -> dict[str, Any]:
    """Where this run came to, for the next one to go on from; the findings are stored as it goes."""
    rules = {rule.id: rule for rule in live.book.rules}
    changed = dict.fromkeys(find_changed(sweep, rules))
    forget_gone(rules)
    deadline = time.monotonic() + seconds
    after = str(sweep.get("after", ""))
    order = [*changed, *(rule_id for rule_id in _rotate(sorted(rules), after) if rule_id not in changed)]
    round_ = _Round(ConflictFinder(live), usage, now)
    checked = 0
    for rule_id in order:
        if time.monotonic() >= deadline:
            break
        round_.check(rules[rule_id], changed=rule_id in changed)
        checked += 1
        if checked > len(changed):
            after = rule_id
    round_.store()
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


class _Round:
    """Each rule is compared with the stronger ones, to which it may lose: so every two are compared once. One that
    changed is also compared with the weaker ones, which may not have their turn for long.
    """

    def __init__(self, finder: ConflictFinder, usage: Mapping[str, Usage], now: datetime) -> None:
        self.finder, self.usage, self.now = finder, usage, now
        self._found: dict[tuple[str, str], list[Finding]] = {}
        self._outdated = {"rule_id": set[str](), "other_id": set[str]()}

    def check(self, rule: CompiledRule, *, changed: bool) -> None:
        found = list(islice(self.finder.find_lost(rule), MOST_A_RULE))
        self._outdated["rule_id"].add(rule.id)
        if changed:
            found += islice(self.finder.find_won(rule), MOST_A_RULE)
            self._outdated["other_id"].add(rule.id)
        pairs: dict[tuple[str, str], list[Finding]] = {}
        for finding in _describe(found, self.usage):
            pairs.setdefault((str(finding.rule_id), str(finding.other_id)), []).append(finding)
        self._found |= pairs
        if len(self._outdated["rule_id"]) >= _ROUND:
            self.store()

    def store(self) -> None:
        """In the place of what was found of these rules before."""
        with transaction.atomic():
            for name, ids in self._outdated.items():
                HealthFinding.objects.filter(kind=KIND, **{f"{name}__in": ids}).delete()
                ids.clear()
            store_findings([finding for pair in self._found.values() for finding in pair], now=self.now)
        self._found.clear()


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
