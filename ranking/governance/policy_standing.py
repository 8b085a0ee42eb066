"""Where a waiting change of a policy stands, and which steps this actor may take with it: what pages show."""

from dataclasses import dataclass

from ranking.errors import NotAllowed
from ranking.governance.actors import Actor
from ranking.governance.differences import Difference
from ranking.governance.gate import check_right, check_second_person
from ranking.governance.loosening import find_loosening, list_guards
from ranking.governance.policies import Policies
from ranking.governance.policy_documents import Documents, find_held, hash_base, replace_document
from ranking.governance.policy_words import find_policy_differences
from ranking.models import PolicyProposal


@dataclass(frozen=True, slots=True)
class ProposalStanding:
    """What a proposal would change, what it gives up, and what this actor may do with it. `outdated`: the policy is
    another one than it was proposed against. `refusal` says why the actor may not approve it.
    """

    proposal: PolicyProposal
    differences: tuple[Difference, ...]
    loosened: tuple[str, ...]
    outdated: bool
    waits: bool
    is_own: bool
    refusal: str
    steps: frozenset[str]


def read_proposal(proposal: PolicyProposal, actor: Actor, documents: Documents, policies: Policies) -> ProposalStanding:
    market, after = proposal.market, _foresee(proposal, documents)
    outdated = is_outdated(proposal, documents)
    waits, is_own = proposal.status == PolicyProposal.Status.REVIEW, proposal.proposed_by == actor.identity
    refusal = _find_refusal(proposal, actor, documents, policies) if waits else ""
    possible = {
        "approve": waits and not refusal and not outdated,
        "reject": waits and not refusal and not is_own,
        "withdraw": is_own,
    }
    return ProposalStanding(
        proposal=proposal,
        differences=find_policy_differences(find_held(documents, market), find_held(after, market)),
        loosened=find_loosening(documents, after, market),
        outdated=outdated,
        waits=waits,
        is_own=is_own,
        refusal=refusal,
        steps=frozenset(name for name, is_possible in possible.items() if is_possible),
    )


def list_proposals() -> list[PolicyProposal]:
    """The oldest first."""
    return list(PolicyProposal.objects.select_related("policy").order_by("proposed_at", "id"))


def is_outdated(proposal: PolicyProposal, documents: Documents) -> bool:
    return proposal.base_hash != hash_base(documents, proposal.market)


def check_decides(proposal: PolicyProposal, actor: Actor, documents: Documents, policies: Policies) -> None:
    """A second person, who may approve rules wherever the change would hold."""
    guards = list_guards(documents, _foresee(proposal, documents), proposal.market)
    check_right(actor, "approve", guards)
    check_second_person(actor, proposal.proposed_by, policies, guards)


def _find_refusal(proposal: PolicyProposal, actor: Actor, documents: Documents, policies: Policies) -> str:
    try:
        check_decides(proposal, actor, documents, policies)
    except NotAllowed as error:
        return error.message
    return ""


def _foresee(proposal: PolicyProposal, documents: Documents) -> Documents:
    is_deletion = proposal.kind == PolicyProposal.Kind.DELETE
    return replace_document(documents, proposal.market, None if is_deletion else proposal.document)
