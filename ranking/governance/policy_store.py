"""Changes of policies and market permissions, recorded in the audit log beside those of rules."""

from ranking.governance.actors import Actor
from ranking.governance.audit import Subject, governed, record
from ranking.governance.policies import Policies
from ranking.governance.protected import find_protected
from ranking.models import MarketGrant, Rule, RulePolicy


def record_policy(policy: RulePolicy, actor: Actor, action: str) -> None:
    """In the transaction that writes the policy: together with it or not at all."""
    caps = policy.caps.order_by("id").values("kind", "attribute", "values", "places", "percent")
    fields = ("market", "four_eyes", "superusers_exempt", "protected", "own_brands")
    document = {**{name: getattr(policy, name) for name in fields}, "caps": list(caps)}
    _record(Subject("policy", str(policy.pk), str(policy), None, document), actor, action)


def list_live_offenders(policies: Policies) -> list[str]:
    """Names of live rules that would be refused now: policies look forward, searches are not changed behind a back."""
    words = policies.protected_words()
    rows = Rule.objects.filter(status=Rule.Status.LIVE).values_list("name", "conditions").iterator(chunk_size=2000)
    return [name for name, conditions in rows if find_protected(conditions, words)]


def record_grant(grant: MarketGrant, actor: Actor, action: str) -> None:
    document = {
        "user": grant.user.get_username() if grant.user else None,
        "group": grant.group.name if grant.group else None,
        "right": grant.right,
        "all_markets": grant.all_markets,
        "markets": grant.markets,
    }
    _record(Subject("permission", str(grant.pk), str(grant.user or grant.group), None, document), actor, action)


def _record(subject: Subject, actor: Actor, action: str) -> None:
    with governed():
        record(actor, action, subject)
