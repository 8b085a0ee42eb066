"""A finding, and keeping those of one kind in the place of the former ones."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from ranking.models import HealthFinding

# Nobody reads more of one kind; how many there are is kept all the same.
MOST_KEPT = 500


@dataclass(frozen=True, slots=True)
class Finding:
    """`weight` is how much it matters; `detail` what the board shows, in no language."""

    kind: str
    weight: int = 0
    rule_id: str | None = None
    other_id: str | None = None
    query: str = ""
    locale: str = ""
    detail: dict[str, Any] = field(default_factory=dict)


def replace_findings(kinds: Sequence[str], findings: Sequence[Finding], *, now: datetime) -> dict[str, int]:
    """How many there are of each of these kinds; the worst are stored."""
    counts = {kind: sum(finding.kind == kind for finding in findings) for kind in kinds}
    kept = [finding for kind in kinds for finding in _choose_worst(kind, findings)]
    with transaction.atomic():
        HealthFinding.objects.filter(kind__in=kinds).delete()
        store_findings(kept, now=now)
    return counts


def store_findings(findings: Sequence[Finding], *, now: datetime) -> None:
    HealthFinding.objects.bulk_create([to_row(finding, now) for finding in findings], batch_size=1000)


def to_row(finding: Finding, now: datetime) -> HealthFinding:
    return HealthFinding(
        kind=finding.kind,
        weight=min(finding.weight, 2**31 - 1),
        rule_id=finding.rule_id,
        other_id=finding.other_id,
        query=finding.query,
        locale=finding.locale,
        detail=finding.detail,
        found_at=now,
    )


def _choose_worst(kind: str, findings: Sequence[Finding]) -> list[Finding]:
    found = [finding for finding in findings if finding.kind == kind]
    return sorted(found, key=lambda finding: -finding.weight)[:MOST_KEPT]
