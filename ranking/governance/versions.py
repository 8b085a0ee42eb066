"""Writing a rule's next version, with its history and its audit entry. The one place that saves rules."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from catalog.errors import NotFound
from ranking.errors import RuleConflict
from ranking.governance.actors import Actor
from ranking.governance.audit import Subject, record
from ranking.governance.contents import content_of, content_of_rule, hash_rule
from ranking.merchandising.schema import RuleDocument, parse_rule, to_columns
from ranking.models import Rule, RuleChange


def pending_of(rule: Rule) -> RuleChange | None:
    """The change that waits beside this rule."""
    return getattr(rule, "pending", None)


def lock_rule(rule_id: UUID, *, expected_version: int | None) -> Rule:
    """The row, held until commit. `expected_version` is that of the waiting change, where there is one; None: any."""
    rule = Rule.objects.select_for_update(of=("self",)).select_related("pending").filter(pk=rule_id).first()
    if rule is None:
        raise NotFound(_("There is no such rule; it may have been deleted."))
    version = working_version(rule)
    if expected_version is not None and version != expected_version:
        raise RuleConflict(
            _("Somebody else changed this rule meanwhile; load it again and repeat your change."), version=version
        )
    return rule


def working_version(rule: Rule) -> int:
    change = pending_of(rule)
    return change.version if change else rule.version


def next_version(rule: Rule) -> int:
    """Versions of a rule and of the changes that wait beside it share one row of numbers."""
    change = pending_of(rule)
    return max(rule.version, change.version if change else 0) + 1


def first_version(rule_id: UUID) -> int:
    """A rule that comes back after it was deleted goes on counting."""
    last = Rule.history.filter(id=rule_id).order_by("-version").values_list("version", flat=True).first()
    return (last or 0) + 1


def insert_rule(document: RuleDocument, actor: Actor, action: str, *, owner: Any = None, comment: str = "") -> Rule:
    rule = Rule(owner=owner if owner is not None else actor.user, **to_columns(document))
    if document.id is not None:
        rule.pk, rule.version = document.id, first_version(document.id)
    sign(rule, actor)
    mark_live(rule)
    rule.save(force_insert=True)
    record(actor, action, subject_of(rule), comment=comment)
    return rule


def write_content(rule: Rule, document: RuleDocument, actor: Actor, action: str, *, comment: str = "") -> None:
    """The content is the actor's from now on."""
    set_content(rule, document)
    sign(rule, actor)
    write_status(rule, document.status, actor, action, comment=comment)


def set_content(rule: Rule, document: RuleDocument) -> None:
    """Everything but the status; not saved yet."""
    _note_live(rule)
    for name, value in to_columns(document).items():
        if name != "status":
            setattr(rule, name, value)


def write_status(rule: Rule, status: str, actor: Actor, action: str, *, comment: str = "") -> None:
    _note_live(rule)
    rule.version = next_version(rule)
    rule.status = status
    mark_live(rule)
    rule.save()
    record(actor, action, subject_of(rule), comment=comment)


def remove_rule(rule: Rule, actor: Actor, *, comment: str = "") -> None:
    subject = subject_of(rule)
    rule.delete()
    record(actor, "delete", subject, comment=comment)


def sign(row: Rule | RuleChange, actor: Actor) -> None:
    """Whose work it is; nobody approves their own."""
    row.changed_by, row.changed_by_label = actor.identity, actor.label[:150]


def mark_live(rule: Rule) -> None:
    if rule.status == Rule.Status.LIVE.value:
        rule.approved_hash, rule.comment = hash_rule(rule), ""


def _note_live(rule: Rule) -> None:
    """For rows that went live by other means than ours: that they ever were must not be forgotten."""
    if rule.status == Rule.Status.LIVE.value and not rule.approved_hash:
        rule.approved_hash = hash_rule(rule)


def subject_of(rule: Rule) -> Subject:
    document = {**content_of_rule(rule), "status": rule.status}
    return Subject("rule", str(rule.pk), rule.name, rule.version, document)


def save_change(rule: Rule, change: RuleChange, actor: Actor, action: str, *, comment: str = "") -> RuleChange:
    """Saves the waiting change as a version of its own; the rule itself is not touched."""
    change.version = next_version(rule)
    change.save()
    rule.pending = change
    name = str(change.document.get("name") or rule.name)
    document = {**content_of(change.document), "status": change.status, "change": change.kind}
    record(actor, action, Subject("rule", str(rule.pk), name, change.version, document), comment=comment)
    return change


def drop_change(rule: Rule) -> None:
    change = pending_of(rule)
    if change is not None:
        # Its number is spent, so that no later version is taken for it.
        rule.version = max(rule.version, change.version)
        change.delete()
        rule._state.fields_cache.pop("pending", None)


def read_change(rule: Rule, change: RuleChange) -> RuleDocument:
    """The rule as the change would have it."""
    return parse_rule({**change.document, "id": str(rule.pk), "status": Rule.Status.LIVE.value})
