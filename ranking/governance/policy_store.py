"""Changes of policies, recorded in the audit log: at once or, where they loosen what four eyes guard, as a proposal."""

from django.utils.translation import gettext as _

from catalog.errors import NotFound
from ranking.governance.actors import Actor
from ranking.governance.audit import governed
from ranking.governance.loosening import find_loosening, list_guards
from ranking.governance.policies import Policies, read_policies
from ranking.governance.policy_documents import (
    Document,
    Documents,
    read_documents,
    replace_document,
    write_document,
)
from ranking.governance.policy_proposals import propose, record_policy
from ranking.governance.protected import find_protected
from ranking.models import PolicyProposal, Rule, RulePolicy

Kind = PolicyProposal.Kind


def change_policy(policy: RulePolicy, document: Document, actor: Actor, *, comment: str = "") -> PolicyProposal | None:
    """Writes the row (a new one too), or returns what waits for a second person instead."""
    market = document["market"]
    with governed():
        before = read_documents()
        is_new = market not in before
        if find_waiting(before, replace_document(before, market, document), market):
            return propose(Kind.CREATE if is_new else Kind.CHANGE, document, actor, before, comment=comment)
        write_document(policy, document)
        record_policy(policy, document, actor, "create" if is_new else "change", comment=comment)
    return None


def delete_policy(policy: RulePolicy, actor: Actor) -> PolicyProposal | None:
    """Takes the row away, or returns what waits for a second person instead. The market has the shop's rules then."""
    with governed():
        before = read_documents()
        stored = RulePolicy.objects.select_for_update().filter(pk=policy.pk).first()
        if stored is None:
            raise NotFound(_("There is no such policy; it may have been deleted."))
        document = before[stored.market]
        if find_waiting(before, replace_document(before, stored.market, None), stored.market):
            return propose(Kind.DELETE, document, actor, before)
        record_policy(stored, document, actor, "delete")
        stored.delete()
    return None


def find_waiting(before: Documents, after: Documents, market: str) -> tuple[str, ...]:
    """What the change gives up where a second person has to agree to it; empty: it takes effect at once."""
    loosened = find_loosening(before, after, market)
    if not loosened or not read_policies().needs_approval(list_guards(before, after, market)):
        return ()
    return loosened


def list_live_offenders(policies: Policies) -> list[str]:
    """Names of live rules that would be refused now: policies look forward, searches are not changed behind a back."""
    words = policies.protected_words()
    rows = Rule.objects.filter(status=Rule.Status.LIVE).values_list("name", "conditions").iterator(chunk_size=2000)
    return [name for name, conditions in rows if find_protected(conditions, words)]
