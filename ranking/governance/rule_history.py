"""Every version a rule had, what changed from one to the next, and putting one back, deleted rules included."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from catalog.errors import NotFound
from ranking.governance.actors import Actor
from ranking.governance.audit import governed
from ranking.governance.contents import content_of_rule
from ranking.governance.differences import Difference, find_differences
from ranking.governance.gate import check_content, check_right
from ranking.governance.policies import read_policies
from ranking.governance.versions import insert_rule, lock_rule
from ranking.governance.workflow import LIVE, PAUSED, REVIEW, check_goes_live
from ranking.merchandising.schema import RuleDocument, parse_rule
from ranking.models import AuditEntry, Rule
from ranking.rule_store import save_locked

MOST_VERSIONS = 200


@dataclass(frozen=True, slots=True)
class Version:
    """One stored version; `differences` are those from the version before it."""

    version: int
    at: datetime
    who: str
    action: str
    comment: str
    status: str
    document: dict[str, Any]
    differences: Sequence[Difference]
    gone: bool = False


def list_versions(rule_id: UUID, *, limit: int = MOST_VERSIONS, skip: int = 0) -> list[Version]:
    """Newest first, without the newest `skip`. Who and why come from the audit log; rows older than that log know the
    signed-in user only.
    """
    stored = Rule.history.filter(id=rule_id).select_related("history_user").order_by("-history_id")
    rows = list(stored[skip : skip + limit + 1])
    if not rows and not skip:
        raise NotFound(_("There is no such rule, and there never was."))
    entries = _read_entries(rule_id, {row.version for row in rows})
    documents = [None if row.history_type == "-" else content_of_rule(row) | {"status": row.status} for row in rows]
    versions = []
    for number, row in enumerate(rows[:limit]):
        before = documents[number + 1] if number + 1 < len(rows) else None
        gone = documents[number] is None
        entry = entries.get((row.version, gone))
        versions.append(
            Version(
                version=row.version,
                at=row.history_date,
                who=entry.actor_label if entry else str(row.history_user or ""),
                action=entry.action if entry else _USUAL_ACTIONS[row.history_type],
                comment=entry.comment if entry else "",
                status=row.status,
                document=content_of_rule(row) | {"status": row.status},
                differences=[] if gone else find_differences(before, documents[number]),
                gone=gone,
            )
        )
    return versions


_USUAL_ACTIONS = {"+": "create", "~": "change", "-": "delete"}


def _read_entries(rule_id: UUID, versions: set[int]) -> dict[tuple[int | None, bool], AuditEntry]:
    """The last entry of each version; a deletion has the number of the version it took away."""
    entries = AuditEntry.objects.filter(kind="rule", object_id=str(rule_id), version__in=versions).order_by("id")
    return {(entry.version, entry.action == "delete"): entry for entry in entries.defer("document")}


def restore(
    rule_id: UUID, *, to_version: int, actor: Actor, expected_version: int | None = None, comment: str = ""
) -> Rule:
    """Puts the content of a version back as a new version. Under four eyes it waits for a second person."""
    with governed():
        document = read_version(rule_id, to_version)
        policies = read_policies()
        if not Rule.objects.filter(pk=rule_id).exists():
            return _bring_back(document, to_version, actor, comment)
        rule = lock_rule(rule_id, expected_version=expected_version)
        guarded = any(policies.needs_approval(markets) for markets in (rule.markets, document.markets))
        status = rule.status if rule.status != LIVE or not guarded else REVIEW
        words = comment or _("version %d restored") % to_version
        save_locked(
            rule, document.model_copy(update={"status": status}), actor, policies, action="restore", comment=words
        )
    return rule


def _bring_back(document: RuleDocument, to_version: int, actor: Actor, comment: str) -> Rule:
    """A deleted rule comes back under its own id: as it was, or for review where a second person is needed."""
    policies = read_policies()
    check_right(actor, "write", document.markets)
    check_content(document, policies)
    status: str = document.status
    if policies.needs_approval(document.markets) and status in (LIVE, PAUSED):
        status = REVIEW
    elif status == LIVE:
        check_goes_live(document, policies)
    words = comment or _("version %d restored") % to_version
    return insert_rule(document.model_copy(update={"status": status}), actor, "restore", comment=words)


def read_version(rule_id: UUID, version: int) -> RuleDocument:
    row = Rule.history.filter(id=rule_id, version=version).exclude(history_type="-").order_by("-history_id").first()
    if row is None:
        raise NotFound(_("This rule has no version %d.") % version)
    return parse_rule({**content_of_rule(row), "status": row.status, "id": str(rule_id)})


def list_deleted(*, limit: int = 100) -> list[Any]:
    """The last rows of rules that are gone, the latest first."""
    alive = Rule.objects.filter(pk=OuterRef("id"))
    gone = Rule.history.filter(history_type="-").exclude(Exists(alive)).order_by("-history_id")
    return list(_first_of_each(gone[: limit * 2]))[:limit]


def _first_of_each(rows: Iterable[Any]) -> Iterable[Any]:
    seen: set[Any] = set()
    for row in rows:
        if row.id not in seen:
            seen.add(row.id)
            yield row
