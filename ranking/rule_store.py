"""Saving rules: every change is a new version with its history, and never overwrites a change it has not seen."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.errors import NotFound
from ranking.errors import RuleConflict
from ranking.merchandising.schema import RuleDocument, to_columns
from ranking.models import Rule


def create_rule(document: RuleDocument, *, owner: Any = None) -> Rule:
    columns = to_columns(document)
    if document.id is None:
        return Rule.objects.create(owner=owner, **columns)
    if Rule.objects.filter(pk=document.id).exists():
        raise RuleConflict(_("A rule with this id exists already; change that one instead."))
    return Rule.objects.create(id=document.id, owner=owner, **columns)


def update_rule(rule_id: UUID, document: RuleDocument, *, expected_version: int) -> Rule:
    with transaction.atomic():
        rule = lock_rule(rule_id, expected_version=expected_version)
        for name, value in to_columns(document).items():
            setattr(rule, name, value)
        rule.version += 1
        rule.save()
    return rule


def delete_rule(rule_id: UUID, *, expected_version: int | None) -> None:
    with transaction.atomic():
        lock_rule(rule_id, expected_version=expected_version).delete()


def lock_rule(rule_id: UUID, *, expected_version: int | None) -> Rule:
    """The row, held until commit. `expected_version` None: whatever version it has."""
    rule = Rule.objects.select_for_update().filter(pk=rule_id).first()
    if rule is None:
        raise NotFound(_("There is no such rule; it may have been deleted."))
    if expected_version is not None and rule.version != expected_version:
        raise RuleConflict(
            _("Somebody else changed this rule meanwhile; load it again and repeat your change."), version=rule.version
        )
    return rule


def change_status(rules: Sequence[Rule], status: str) -> int:
    """How many changed. One save a rule, because bulk updates leave no history."""
    changed = [rule for rule in rules if rule.status != status]
    with transaction.atomic():
        for rule in changed:
            rule.status = status
            rule.version += 1
            rule.save()
    return len(changed)
