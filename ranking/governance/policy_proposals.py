"""Changes of policies that wait for a second person: proposed, approved, sent back or withdrawn, each step recorded."""

from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.errors import NotFound
from ranking.errors import NotAllowed, PolicyConflict
from ranking.governance.actors import Actor
from ranking.governance.audit import Subject, governed, record
from ranking.governance.policies import read_policies
from ranking.governance.policy_documents import Document, Documents, hash_base, read_documents, write_document
from ranking.governance.policy_standing import check_decides, is_outdated
from ranking.models import PolicyProposal, RulePolicy

Kind, Status = PolicyProposal.Kind, PolicyProposal.Status
# What the audit log calls a proposal and its approval.
_PROPOSED = {Kind.CREATE: "submit", Kind.CHANGE: "submit", Kind.DELETE: "ask_delete"}


def propose(
    kind: PolicyProposal.Kind, document: Document, actor: Actor, before: Documents, *, comment: str = ""
) -> PolicyProposal:
    """Only inside `governed`. It takes the place of the actor's own, and of what was sent back; while somebody else's
    waits it is refused. Each is a row of its own, so that what is approved is what was seen.
    """
    market = document["market"]
    waiting = PolicyProposal.objects.select_for_update().filter(market=market).first()
    if waiting is not None:
        if waiting.status == Status.REVIEW and waiting.proposed_by != actor.identity:
            words = _("A change of this policy by %s waits for approval: decide on that one first.")
            raise PolicyConflict(words % waiting.proposed_by_label)
        waiting.delete()
    proposal = PolicyProposal(
        market=market,
        policy=RulePolicy.objects.select_for_update().filter(market=market).first(),
        kind=kind,
        document=document,
        base_hash=hash_base(before, market),
        proposed_by=actor.identity,
        proposed_by_label=actor.label[:150],
        comment=comment,
        proposed_at=timezone.now(),
    )
    proposal.save(force_insert=True)
    _record(proposal, actor, _PROPOSED[kind], comment=comment)
    return proposal


def approve_proposal(proposal_id: int, *, actor: Actor, comment: str = "") -> None:
    """Makes exactly what was seen the policy, unless the policy is not the one it was proposed against any more."""
    with governed():
        proposal, before = _lock(proposal_id), read_documents()
        _check_waits(proposal)
        check_decides(proposal, actor, before, read_policies())
        if is_outdated(proposal, before):
            raise PolicyConflict(
                _("The policy was changed after this was proposed. Its author has to propose it again.")
            )
        policy = RulePolicy.objects.select_for_update().filter(market=proposal.market).first() or RulePolicy()
        proposal.delete()
        if proposal.kind == Kind.DELETE:
            record_policy(policy, proposal.document, actor, "delete", comment=comment)
            policy.delete()
        else:
            write_document(policy, proposal.document)
            record_policy(policy, proposal.document, actor, "approve", comment=comment)


def send_back_proposal(proposal_id: int, *, actor: Actor, comment: str) -> None:
    """Back to its author, who reads why; it stays until they withdraw it or propose something else."""
    with governed():
        proposal = _lock(proposal_id)
        _check_waits(proposal)
        check_decides(proposal, actor, read_documents(), read_policies())
        if not comment:
            raise PolicyConflict(_("Write why, so that its author knows what to change."))
        proposal.status, proposal.comment = Status.RETURNED, comment
        proposal.save(update_fields=["status", "comment"])
        _record(proposal, actor, "reject", comment=comment)


def withdraw_proposal(proposal_id: int, *, actor: Actor) -> None:
    with governed():
        proposal = _lock(proposal_id)
        if proposal.proposed_by != actor.identity:
            raise NotAllowed(_("Only who proposed this change may withdraw it. You may send it back."))
        proposal.delete()
        _record(proposal, actor, "discard")


def record_policy(policy: RulePolicy, document: Document, actor: Actor, action: str, *, comment: str = "") -> None:
    """Only inside `governed`: together with what writes the policy, or not at all."""
    record(actor, action, Subject("policy", str(policy.pk), str(policy), None, document), comment=comment)


def _record(proposal: PolicyProposal, actor: Actor, action: str, *, comment: str = "") -> None:
    document = {**proposal.document, "change": proposal.kind, "status": proposal.status}
    key = str(proposal.policy_id or "")
    record(actor, action, Subject("policy", key, str(proposal), None, document), comment=comment)


def _lock(proposal_id: int) -> PolicyProposal:
    proposal = PolicyProposal.objects.select_for_update().filter(pk=proposal_id).first()
    if proposal is None:
        raise NotFound(_("This change does not wait any more: it was decided on, withdrawn or written anew."))
    return proposal


def _check_waits(proposal: PolicyProposal) -> None:
    if proposal.status != Status.REVIEW:
        raise PolicyConflict(_("This change was sent back; its author may propose another."))
