"""A file of rules taken over: a dry run tells the difference, the real run makes all of it or nothing."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ranking.merchandising.schema import to_columns
from ranking.models import Rule
from ranking.moving.foreign import Note, refuse
from ranking.moving.formats import RuleFormat, read_documents
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
    format_: RuleFormat = "searchsite",
    status: str = Rule.Status.DRAFT.value,
) -> ImportReport:
    """Rules are matched by id; one without an id is new. Every change is a version with its history.

    `status` is what rules of another system become. Raises RuleRefused, and changes nothing, when any rule of the
    shop's own format is not valid.
    """
    found = read_documents(text, format_, status=status)
    documents = found.documents
    if prune and format_ != "searchsite":
        raise refuse(_("Only a file of all rules, as the export writes it, can tell which rules to delete."))
    with transaction.atomic():
        stored = {rule.pk: rule for rule in Rule.objects.select_for_update().order_by("pk")}
        changes = find_changes(documents, stored.values(), prune=prune)
        if not dry_run:
            for document, change in zip(documents, changes, strict=False):
                if change.kind == "create":
                    identity = {"id": document.id} if document.id else {}
                    Rule.objects.create(owner=owner, **identity, **to_columns(document))
                elif change.kind == "change" and document.id:
                    _change(stored[document.id], to_columns(document))
            for change in changes[len(documents) :]:
                Rule.objects.get(pk=change.rule_id).delete()
    counts = Counter(change.kind for change in changes)
    told = tuple(change for change in changes if change.kind != "unchanged")
    return ImportReport(
        {kind: counts[kind] for kind in ("create", "change", "unchanged", "delete")}, told, dry_run, found.notes
    )


def _change(rule: Rule, columns: dict[str, Any]) -> None:
    for name, value in columns.items():
        setattr(rule, name, value)
    rule.version += 1
    rule.save()
