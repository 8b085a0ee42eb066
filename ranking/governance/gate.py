"""What must hold before a rule is saved or goes live, for whichever door it comes through."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from ranking.errors import ApprovalNeeded, NotAllowed, RuleRefused
from ranking.governance.actors import ALL, Actor
from ranking.governance.policies import Policies
from ranking.governance.protected import find_protected
from ranking.governance.share_caps import find_cap_errors
from ranking.merchandising.schema import RuleDocument
from ranking.models import Rule


def check_right(actor: Actor, right: str, *markets: Iterable[str]) -> None:
    """Each set of markets is that of a rule before or after the change: both must be the actor's."""
    for named in markets:
        concerned = frozenset(named)
        if actor.may(right, concerned):
            continue
        held = actor.approves if right == "approve" else actor.writes
        missing = ", ".join(sorted(concerned - held)) if concerned else _("all markets (the rule names none)")
        sentences = {
            "write": _("You may not write rules for: %s. Ask for this market permission, or choose your own markets."),
            "approve": _("You may not approve rules for: %s. Somebody with this market permission has to."),
        }
        raise NotAllowed(sentences[right] % missing, right=right, markets=sorted(held - {ALL}))


def check_content(document: RuleDocument, policies: Policies) -> None:
    """Raises RuleRefused for what no rule may hold, approved or not."""
    plain = document.model_dump(mode="json", by_alias=True)
    refuse(find_protected(plain["conditions"], policies.protected_words()) | find_cap_errors(document))


def refuse(errors: Mapping[str, str]) -> None:
    if errors:
        raise RuleRefused(_("The shop's rule policy does not allow this rule."), errors=dict(errors))


def check_no_shortcut(document: RuleDocument, policies: Policies, *markets: Iterable[str], status: str = "") -> None:
    """Under four eyes nothing is saved live; `status` is that of the stored rule, whose live version stays as it is."""
    if document.status != Rule.Status.LIVE.value or status == Rule.Status.LIVE.value:
        return
    if any(policies.needs_approval(named) for named in markets):
        message = _("Four eyes: save it as “in review”, and somebody else approves it.")
        raise ApprovalNeeded(message, errors={"status": message})


def check_second_person(actor: Actor, author: str, policies: Policies, *markets: Iterable[str]) -> None:
    """Nobody approves their own change, superusers no more than others, unless the policy says so."""
    asking = [named for named in markets if policies.needs_approval(named)]
    if not asking or actor.identity != author:
        return
    if actor.is_superuser and all(policies.exempts_superusers(named) for named in asking):
        return
    raise NotAllowed(_("The last change is your own: somebody else has to approve it."), right="approve")


def was_live(rule: Any) -> bool:
    return bool(rule.approved_hash) or rule.status == Rule.Status.LIVE.value
