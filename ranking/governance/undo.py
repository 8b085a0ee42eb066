"""A rule's last change, and what undoing it would bring back: what waits is dropped, else a version restored."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ranking.governance.contents import content_of_rule
from ranking.governance.differences import Difference, find_differences
from ranking.governance.versions import pending_of, working_version
from ranking.models import AuditEntry, Rule, RuleChange

# Steps such as approvals make versions too, without changing what the rule says.
MOST_LOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class Undo:
    """`to_version` comes back through the history's restore; None: the change that waits is dropped. `version` is the
    one whose change is undone, `expected` the one that was seen. `differences` are from now to afterwards.
    """

    version: int
    to_version: int | None
    expected: int
    who: str
    at: datetime
    differences: tuple[Difference, ...]
    keeps_rule: bool = False


def find_undo(rule: Rule) -> Undo | None:
    """None: what the rule says never changed."""
    change = pending_of(rule)
    if change is not None:
        return _undo_change(rule, change)
    now = content_of_rule(rule)
    last: Any = None
    for row in _read_rows(rule):
        content = content_of_rule(row)
        if content != now and last is not None:
            return Undo(
                version=last.version,
                to_version=row.version,
                expected=working_version(rule),
                who=_find_author(last),
                at=last.history_date,
                differences=tuple(find_differences(now, content)),
            )
        last = row
    return None


def _undo_change(rule: Rule, change: RuleChange) -> Undo:
    keeps_rule = change.kind == RuleChange.Kind.DELETE
    differences = [] if keeps_rule else find_differences(change.document, content_of_rule(rule))
    return Undo(
        version=change.version,
        to_version=None,
        expected=change.version,
        who=change.changed_by_label,
        at=change.updated_at,
        differences=tuple(differences),
        keeps_rule=keeps_rule,
    )


def _read_rows(rule: Rule) -> Iterator[Any]:
    """Newest first, none from before a deletion."""
    rows = Rule.history.filter(id=rule.pk).order_by("-history_id")[:MOST_LOOKED_AT]
    for row in rows:
        if row.history_type == "-":
            return
        yield row


def _find_author(row: Any) -> str:
    entry = AuditEntry.objects.filter(kind="rule", object_id=str(row.id), version=row.version).first()
    return entry.actor_label if entry else str(row.changed_by_label or "")
