"""A finding, and keeping those of one kind in the place of the former ones."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from ranking.models import HealthFinding

# Nobody reads more of one kind; how many there are is kept all the same.
MOST_KEPT = 500
_COLUMNS = ("kind", "weight", "rule_id", "other_id", "query", "locale", "detail", "found_at")


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
    """In one COPY: there may be a hundred thousand."""
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY ranking_healthfinding ({', '.join(_COLUMNS)}) FROM STDIN") as copy,
    ):
        for item in findings:
            detail = json.dumps(item.detail, ensure_ascii=False)
            weight = min(item.weight, 2**31 - 1)
            copy.write_row((item.kind, weight, item.rule_id, item.other_id, item.query, item.locale, detail, now))


def _choose_worst(kind: str, findings: Sequence[Finding]) -> list[Finding]:
    found = [finding for finding in findings if finding.kind == kind]
    return sorted(found, key=lambda finding: -finding.weight)[:MOST_KEPT]
