"""A rule's way: draft, in review, live, paused. Every step checks who takes it, on which version, and is recorded."""

from uuid import UUID

from django.utils.translation import gettext as _

from ranking.errors import ApprovalNeeded, WrongStatus
from ranking.governance.actors import Actor
from ranking.governance.audit import governed
from ranking.governance.contents import content_of_rule, hash_rule
from ranking.governance.gate import check_content, check_right, check_second_person
from ranking.governance.policies import Policies, read_policies
from ranking.governance.share_caps import check_example
from ranking.governance.versions import (
    drop_change,
    lock_rule,
    pending_of,
    read_change,
    remove_rule,
    save_change,
    set_content,
    sign,
    write_status,
)
from ranking.merchandising.schema import RuleDocument, parse_rule, to_document
from ranking.models import Rule, RuleChange

DRAFT, REVIEW, LIVE, PAUSED = (status.value for status in Rule.Status)


def submit(rule_id: UUID, *, actor: Actor, version: int | None = None, comment: str = "") -> Rule:
    """Sends a draft, a paused rule or a change of a live one for review."""
    with governed():
        rule = lock_rule(rule_id, expected_version=version)
        document = _open(rule, actor, "write")
        change = pending_of(rule)
        if change is not None and change.status == DRAFT:
            change.status, change.comment = REVIEW, ""
            save_change(rule, change, actor, "submit", comment=comment)
        elif change is None and rule.status in (DRAFT, PAUSED):
            check_content(document, read_policies())
            if rule.status == PAUSED:
                _sign_resumption(rule, actor)
            rule.comment = ""
            write_status(rule, REVIEW, actor, "submit", comment=comment)
        else:
            raise _wrong(rule, _("There is no draft here to send for review."))
    return rule


def approve(rule_id: UUID, *, version: int, actor: Actor, comment: str = "") -> Rule | None:
    """Makes exactly the version that was seen live; None when what was approved was the rule's deletion."""
    with governed():
        rule = lock_rule(rule_id, expected_version=version)
        document = _open(rule, actor, "approve")
        change = pending_of(rule)
        waiting = change.status if change else rule.status
        if waiting != REVIEW:
            raise _wrong(rule, _("This rule does not wait for an approval."))
        policies = read_policies()
        author = change.changed_by if change else rule.changed_by
        check_second_person(actor, author, policies, rule.markets, document.markets)
        if change is not None and change.kind == RuleChange.Kind.DELETE:
            remove_rule(rule, actor, comment=comment)
            return None
        _go_live(rule, document, policies, actor, "approve", comment=comment)
    return rule


def reject(rule_id: UUID, *, version: int, actor: Actor, comment: str) -> Rule:
    """Back to its author, who reads why. What had been live before goes back to paused; a wish to delete is dropped."""
    with governed():
        rule = lock_rule(rule_id, expected_version=version)
        _open(rule, actor, "approve")
        change = pending_of(rule)
        if (change.status if change else rule.status) != REVIEW:
            raise _wrong(rule, _("This rule does not wait for an approval."))
        if change is not None and change.kind == RuleChange.Kind.DELETE:
            drop_change(rule)
            write_status(rule, rule.status, actor, "reject", comment=comment)
        elif change is not None:
            change.status, change.comment = DRAFT, comment
            save_change(rule, change, actor, "reject", comment=comment)
        else:
            rule.comment = comment
            write_status(rule, PAUSED if rule.approved_hash else DRAFT, actor, "reject", comment=comment)
    return rule


def publish(rule_id: UUID, *, actor: Actor, version: int | None = None, comment: str = "") -> Rule:
    """Makes a rule, or the change that waits beside it, live at once, where no second person is needed."""
    with governed():
        rule = lock_rule(rule_id, expected_version=version)
        document = _open(rule, actor, "write")
        policies = read_policies()
        if any(policies.needs_approval(markets) for markets in (rule.markets, document.markets)):
            raise ApprovalNeeded(_("Four eyes: send it for review, and somebody else approves it."))
        change = pending_of(rule)
        if change is None and rule.status == LIVE:
            return rule
        if change is not None and change.kind == RuleChange.Kind.DELETE:
            raise _wrong(rule, _("Its deletion waits for an approval."))
        _go_live(rule, document, policies, actor, "publish", comment=comment)
    return rule


def pause(rule_id: UUID, *, actor: Actor, version: int | None = None, comment: str = "") -> Rule:
    """Takes a live rule out of every search at once. One person may, in an emergency; it is recorded."""
    with governed():
        rule = lock_rule(rule_id, expected_version=version)
        check_right(actor, "write", rule.markets)
        if rule.status == PAUSED:
            return rule
        if rule.status != LIVE:
            raise _wrong(rule, _("Only a live rule can be paused."))
        write_status(rule, PAUSED, actor, "pause", comment=comment)
    return rule


def resume(rule_id: UUID, *, actor: Actor, version: int | None = None, comment: str = "") -> Rule:
    """Makes a paused rule live again; under four eyes it waits for a second person."""
    with governed():
        rule = lock_rule(rule_id, expected_version=version)
        _open(rule, actor, "write")
        if rule.status != PAUSED or pending_of(rule) is not None:
            raise _wrong(rule, _("Only a paused rule without a waiting change can be resumed."))
        policies = read_policies()
        if policies.needs_approval(rule.markets):
            _sign_resumption(rule, actor)
            write_status(rule, REVIEW, actor, "resume", comment=comment)
        else:
            stored = parse_rule({**to_document(rule), "id": str(rule.pk)})
            check_goes_live(stored, policies)
            write_status(rule, LIVE, actor, "resume", comment=comment)
    return rule


def discard(rule_id: UUID, *, actor: Actor, version: int | None = None) -> Rule:
    """Drops the change that waits beside a rule; the rule stays as it is."""
    with governed():
        rule = lock_rule(rule_id, expected_version=version)
        check_right(actor, "write", rule.markets)
        if pending_of(rule) is None:
            raise _wrong(rule, _("No change waits beside this rule."))
        drop_change(rule)
        write_status(rule, rule.status, actor, "discard")
    return rule


def ask_deletion(rule_id: UUID, *, actor: Actor, version: int | None = None, comment: str = "") -> Rule:
    """The rule stays until a second person agrees."""
    with governed():
        rule = lock_rule(rule_id, expected_version=version)
        check_right(actor, "write", rule.markets)
        propose_deletion(rule, actor, comment=comment)
    return rule


def propose_edit(rule: Rule, document: RuleDocument, actor: Actor, *, comment: str = "") -> None:
    """What somebody wants of a live rule is kept beside it, as a draft or in review. Only inside `governed`."""
    change = pending_of(rule) or RuleChange(rule=rule, version=0)
    content = document.model_dump(mode="json", by_alias=True)
    change.document = {name: content[name] for name in content_of_rule(rule)}
    change.kind, change.status = RuleChange.Kind.EDIT, REVIEW if document.status == REVIEW else DRAFT
    sign(change, actor)
    save_change(rule, change, actor, "submit" if change.status == REVIEW else "propose", comment=comment)


def propose_deletion(rule: Rule, actor: Actor, *, comment: str = "") -> None:
    """Only inside `governed`. An unfinished change gives way: what it was stands in the audit log."""
    change = pending_of(rule) or RuleChange(rule=rule, version=0)
    change.kind, change.status, change.document = RuleChange.Kind.DELETE, REVIEW, content_of_rule(rule)
    sign(change, actor)
    save_change(rule, change, actor, "ask_delete", comment=comment)


def check_goes_live(document: RuleDocument, policies: Policies) -> None:
    """Policies may have changed since the rule was saved."""
    check_content(document, policies)
    check_example(document)


def _open(rule: Rule, actor: Actor, right: str) -> RuleDocument:
    """The rule as it would go live, when the actor has this right for its markets and those it would get."""
    change = pending_of(rule)
    document = read_change(rule, change) if change else parse_rule(to_document(rule))
    check_right(actor, right, rule.markets, document.markets)
    return document


def _go_live(
    rule: Rule, document: RuleDocument, policies: Policies, actor: Actor, action: str, *, comment: str
) -> None:
    check_goes_live(document, policies)
    change = pending_of(rule)
    if change is not None:
        rule.changed_by, rule.changed_by_label = change.changed_by, change.changed_by_label
        drop_change(rule)
        set_content(rule, document)
    write_status(rule, LIVE, actor, action, comment=comment)


def _sign_resumption(rule: Rule, actor: Actor) -> None:
    """Asking for what was approved before is the asker's act; content that was not is still its author's."""
    if hash_rule(rule) == rule.approved_hash:
        sign(rule, actor)


def _wrong(rule: Rule, message: str) -> WrongStatus:
    return WrongStatus(message, status=rule.status)
