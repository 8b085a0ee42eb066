"""A file of rules taken over: a dry run tells the difference, the real run makes all of it or nothing."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.errors import ShopError
from ranking.governance.actors import Actor, actor_of
from ranking.governance.audit import governed
from ranking.governance.contents import content_of, content_of_rule
from ranking.governance.gate import check_right
from ranking.governance.policies import Policies, read_policies
from ranking.governance.versions import insert_rule
from ranking.merchandising.references import find_unknown_in
from ranking.merchandising.schema import RuleDocument
from ranking.models import Rule
from ranking.moving.foreign import Note, refuse
from ranking.moving.formats import RuleFormat, read_documents
from ranking.rule_store import check_save, check_stays, delete_locked, save_locked
from ranking.rules_file import Change, find_changes


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What was done, or would be done in a dry run; `changes` leaves out what stays as it is, `notes` name what of a
    foreign file did not come along, `unknown` what new and changed rules name that the catalog does not have now.
    """

    counts: dict[str, int]
    changes: tuple[Change, ...]
    dry_run: bool
    notes: tuple[Note, ...] = ()
    unknown: tuple[Note, ...] = ()


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

    `status` is what rules of another system become. Changes nothing, and raises what a form would refuse too, when any
    rule of the shop's own format is not valid or may not be changed; a dry run says so as well, and holds up nobody.
    """
    found = read_documents(text, format_, status=status)
    if prune and format_ != "searchsite":
        raise refuse(_("Only a file of all rules, as the export writes it, can tell which rules to delete."))
    actor = actor or actor_of(owner)
    with transaction.atomic() if dry_run else governed():
        policies = read_policies()
        stored = _read_stored(found.documents, everything=prune, lock=not dry_run)
        documents = [
            _send_for_review(each, policies, stored.get(each.id) if each.id else None) for each in found.documents
        ]
        changes = find_changes(documents, stored.values(), prune=prune)
        _take_over(documents, changes, stored, _Hand(actor, policies, owner, dry_run))
    counts = Counter(change.kind for change in changes)
    told = tuple(change for change in changes if change.kind != "unchanged")
    touched = [one for one, change in zip(documents, changes, strict=False) if change.kind != "unchanged"]
    return ImportReport(
        counts={kind: counts[kind] for kind in ("create", "change", "unchanged", "delete")},
        changes=told,
        dry_run=dry_run,
        notes=found.notes,
        unknown=tuple(_name_unknown(touched)),
    )


def _name_unknown(documents: Sequence[RuleDocument]) -> Iterator[Note]:
    """Products come and go: a warning, and no reason to refuse the file."""
    for document, warnings in zip(documents, find_unknown_in(documents), strict=True):
        yield from (Note(document.name, path, warning) for path, warning in warnings.items())


def _read_stored(documents: Sequence[RuleDocument], *, everything: bool, lock: bool) -> dict[UUID, Rule]:
    rules = Rule.objects.select_related("pending").order_by("pk")
    if not everything:
        rules = rules.filter(pk__in=[document.id for document in documents if document.id])
    return {rule.pk: rule for rule in (rules.select_for_update(of=("self",)) if lock else rules)}


@dataclass(frozen=True, slots=True)
class _Hand:
    """Who takes the file over, under which policies; in a dry run it is only asked whether they may."""

    actor: Actor
    policies: Policies
    owner: Any
    dry_run: bool

    def save(self, document: RuleDocument, stored: Rule | None) -> None:
        if self.dry_run or stored is None:
            check_save(document, stored, self.actor, self.policies)
        if self.dry_run:
            if stored is not None:
                check_stays(stored)
            return
        if stored is None:
            insert_rule(document, self.actor, "import", owner=self.owner)
        else:
            save_locked(stored, document, self.actor, self.policies, action="import")

    def delete(self, stored: Rule) -> None:
        if self.dry_run:
            check_right(self.actor, "write", stored.markets)
        else:
            delete_locked(stored, self.actor, self.policies)


def _take_over(
    documents: Sequence[RuleDocument], changes: Sequence[Change], stored: Mapping[UUID, Rule], hand: _Hand
) -> None:
    for number, (document, change) in enumerate(zip(documents, changes, strict=False)):
        if change.kind != "unchanged":
            with _naming(document.name, f"rules.{number}"):
                hand.save(document, stored.get(document.id) if document.id else None)
    for change in changes[len(documents) :]:
        with _naming(change.name, change.rule_id):
            hand.delete(stored[UUID(change.rule_id)])


@contextmanager
def _naming(rule: str, place: str) -> Iterator[None]:
    """A refusal says which of many rules it is about."""
    try:
        yield
    except ShopError as error:
        errors = {f"{place}.{path}": told for path, told in error.extra.get("errors", {}).items()}
        extra = {**error.extra, **({"errors": errors} if errors else {})}
        raise type(error)(_("“%(rule)s”: %(message)s") % {"rule": rule, "message": error.message}, **extra) from error


def _send_for_review(document: RuleDocument, policies: Policies, stored: Rule | None) -> RuleDocument:
    """Under four eyes a file makes nothing live: what it calls live waits for a second person."""
    markets = [document.markets, *([stored.markets] if stored else [])]
    if document.status != "live" or not any(policies.needs_approval(named) for named in markets):
        return document
    is_live = stored is not None and stored.status == "live"
    if is_live and content_of_rule(stored) == content_of(document.model_dump(by_alias=True)):
        return document
    return document.model_copy(update={"status": "review"})
