"""Saving rules: every change is a new version with its history, and never overwrites a change it has not seen."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from ranking.errors import RuleConflict, WrongStatus
from ranking.governance.actors import Actor, actor_of
from ranking.governance.audit import governed
from ranking.governance.contents import content_of, content_of_rule
from ranking.governance.gate import check_content, check_no_shortcut, check_right, was_live
from ranking.governance.policies import Policies, read_policies
from ranking.governance.versions import (
    drop_change,
    insert_rule,
    lock_rule,
    pending_of,
    remove_rule,
    write_content,
    write_status,
)
from ranking.governance.workflow import (
    DRAFT,
    LIVE,
    PAUSED,
    REVIEW,
    check_goes_live,
    propose_deletion,
    propose_edit,
)
from ranking.merchandising.schema import RuleDocument
from ranking.models import Rule, RuleChange


def create_rule(document: RuleDocument, *, owner: Any = None, actor: Actor | None = None) -> Rule:
    """`actor` None: the owner, or a program when there is none."""
    actor = actor or actor_of(owner)
    with governed():
        check_save(document, None, actor, read_policies())
        if document.id is not None and Rule.objects.filter(pk=document.id).exists():
            raise RuleConflict(_("A rule with this id exists already; change that one instead."))
        return insert_rule(document, actor, "create", owner=owner)


def update_rule(
    rule_id: UUID, document: RuleDocument, *, expected_version: int | None, actor: Actor | None = None
) -> Rule:
    """Changes the rule; under four eyes the change of a live one is kept beside it until it is approved."""
    actor = actor or actor_of(None)
    with governed():
        rule = lock_rule(rule_id, expected_version=expected_version)
        save_locked(rule, document, actor, read_policies())
    return rule


def save_locked(
    rule: Rule,
    document: RuleDocument,
    actor: Actor,
    policies: Policies,
    *,
    action: str = "change",
    comment: str = "",
) -> None:
    """Only inside `governed`."""
    check_save(document, rule, actor, policies)
    check_stays(rule)
    change = pending_of(rule)
    same = content_of_rule(rule) == content_of(document.model_dump(by_alias=True))
    if same and rule.status == LIVE and document.status == PAUSED:
        write_status(rule, PAUSED, actor, "pause")
    elif waits_beside(rule, document, policies):
        if change is not None or not same:
            propose_edit(rule, document, actor, comment=comment)
        elif document.status != LIVE:
            raise WrongStatus(_("It is live. Pause it to take it out of the searches."), status=rule.status)
    else:
        if action == "change" and document.status != rule.status:
            action = STATUS_ACTIONS[document.status]
        drop_change(rule)
        write_content(rule, document, actor, action, comment=comment)


def check_stays(rule: Rule) -> None:
    change = pending_of(rule)
    if change is not None and change.kind == RuleChange.Kind.DELETE:
        raise WrongStatus(_("Its deletion waits for an approval; withdraw that first."), status=rule.status)


# What the audit log calls a save that also moves the rule on.
STATUS_ACTIONS = {DRAFT: "change", REVIEW: "submit", LIVE: "publish", PAUSED: "pause"}


def waits_beside(rule: Rule, document: RuleDocument, policies: Policies) -> bool:
    """Whether this change must not touch the row, because the row is what shoppers get."""
    guarded = any(policies.needs_approval(markets) for markets in (rule.markets, document.markets))
    if pending_of(rule) is not None:
        return guarded or document.status != LIVE
    return guarded and rule.status == LIVE and document.status != PAUSED


def delete_rule(rule_id: UUID, *, expected_version: int | None, actor: Actor | None = None) -> bool:
    """Whether it is gone; under four eyes what was ever live waits for a second person first."""
    actor = actor or actor_of(None)
    with governed():
        rule = lock_rule(rule_id, expected_version=expected_version)
        return delete_locked(rule, actor, read_policies())


def delete_locked(rule: Rule, actor: Actor, policies: Policies) -> bool:
    """Only inside `governed`."""
    check_right(actor, "write", rule.markets)
    if policies.needs_approval(rule.markets) and was_live(rule):
        propose_deletion(rule, actor)
        return False
    remove_rule(rule, actor)
    return True


def check_save(document: RuleDocument, rule: Rule | None, actor: Actor, policies: Policies) -> None:
    """What every door asks before a rule is written; forms ask it to refuse in the form."""
    markets = [document.markets, *([rule.markets] if rule else [])]
    check_right(actor, "write", *markets)
    check_content(document, policies)
    check_no_shortcut(document, policies, *markets, status=rule.status if rule else "")
    if document.status == LIVE and (rule is None or not waits_beside(rule, document, policies)):
        check_goes_live(document, policies)
