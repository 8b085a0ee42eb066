"""A file of rules taken over: a dry run tells the difference, the real run makes all of it or nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from ranking.governance.actors import Actor, actor_of
from ranking.governance.audit import governed
from ranking.governance.contents import content_of, content_of_rule
from ranking.governance.policies import Policies, read_policies
from ranking.governance.versions import insert_rule
from ranking.merchandising.schema import RuleDocument
from ranking.models import Rule
from ranking.moving.foreign import Note, refuse
from ranking.moving.formats import RuleFormat, read_documents
from ranking.rule_store import check_save, delete_locked, save_locked
from ranking.rules_file import Change, find_changes


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What was done, or would be done in a dry run; `changes` leaves out what stays as it is, `notes` name what of a
    foreign file did not come along.
    """

    counts: dict[str, int]
    changes: tuple[Change, ...]
    dry_run: bool
    notes: tuple[Note, ...] = ()


def import_rules(
    text: str,
    *,
    dry_run: bool,
    prune: bool = False,
    owner: Any = None,
    actor: Actor | None = None,
    format_: RuleFormat = "searchsite",
    status: str = Rule.Status.DRAFT.value,
) -> ImportReport:
    """Rules are matched by id; one without an id is new. Every change is a version with its history.

    `status` is what rules of another system become. Raises RuleRefused, and changes nothing, when any rule of the
    shop's own format is not valid.
    """
    found = read_documents(text, format_, status=status)
    if prune and format_ != "searchsite":
        raise refuse(_("Only a file of all rules, as the export writes it, can tell which rules to delete."))
    actor = actor or actor_of(owner)
    with governed():
        policies = read_policies()
        stored = {
            rule.pk: rule
            for rule in Rule.objects.select_for_update(of=("self",)).select_related("pending").order_by("pk")
        }
        documents = [
            _send_for_review(each, policies, stored.get(each.id) if each.id else None) for each in found.documents
        ]
        changes = find_changes(documents, stored.values(), prune=prune)
        if not dry_run:
            _make_changes(documents, changes, stored, _Hand(actor, policies, owner))
    counts = Counter(change.kind for change in changes)
    told = tuple(change for change in changes if change.kind != "unchanged")
    return ImportReport(
        {kind: counts[kind] for kind in ("create", "change", "unchanged", "delete")}, told, dry_run, found.notes
    )


@dataclass(frozen=True, slots=True)
class _Hand:
    """Who takes the file over, under which policies."""

    actor: Actor
    policies: Policies
    owner: Any


def _make_changes(
    documents: Sequence[RuleDocument], changes: Sequence[Change], stored: Mapping[UUID, Rule], hand: _Hand
) -> None:
    for document, change in zip(documents, changes, strict=False):
        if change.kind == "create":
            check_save(document, None, hand.actor, hand.policies)
            insert_rule(document, hand.actor, "import", owner=hand.owner)
        elif change.kind == "change" and document.id:
            save_locked(stored[document.id], document, hand.actor, hand.policies, action="import")
    for change in changes[len(documents) :]:
        delete_locked(stored[UUID(change.rule_id)], hand.actor, hand.policies)


def _send_for_review(document: RuleDocument, policies: Policies, stored: Rule | None) -> RuleDocument:
    """Under four eyes a file makes nothing live: what it calls live waits for a second person."""
    markets = [document.markets, *([stored.markets] if stored else [])]
    if document.status != "live" or not any(policies.needs_approval(named) for named in markets):
        return document
    is_live = stored is not None and stored.status == "live"
    if is_live and content_of_rule(stored) == content_of(document.model_dump(by_alias=True)):
        return document
    return document.model_copy(update={"status": "review"})
