"""The page of a waiting change of a policy: what it gives up, before and after, and the steps one may take."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.decorators import display

from catalog.errors import ShopError
from ranking.admin.step_requests import read_comment
from ranking.governance.actors import Actor, actor_of_user
from ranking.governance.policies import read_policies
from ranking.governance.policy_documents import read_documents
from ranking.governance.policy_proposals import approve_proposal, send_back_proposal, withdraw_proposal
from ranking.governance.policy_standing import ProposalStanding, list_proposals, read_proposal
from ranking.models import PolicyProposal, RulePolicy

QUEUE = "admin:ranking_rule_queue"


class PolicyPages(ModelAdmin):
    def get_urls(self) -> list[URLPattern]:
        def route(address: str, view: Any, name: str) -> URLPattern:
            return path(address, self.admin_site.admin_view(view), name=f"ranking_rulepolicy_{name}")

        return [
            route("waiting/<int:proposal_id>/", self.proposal_view, "proposal"),
            route("waiting/<int:proposal_id>/step/", self.proposal_step_view, "proposal_step"),
            *super().get_urls(),
        ]

    @display(description=gettext_lazy("waiting"))
    def show_waiting(self, policy: RulePolicy) -> str:
        proposal: PolicyProposal | None = getattr(policy, "proposal", None)
        return say_proposal(proposal) if proposal else ""

    def proposal_view(self, request: HttpRequest, proposal_id: int) -> HttpResponseBase:
        self._require_reading(request)
        proposal = PolicyProposal.objects.select_related("policy").filter(pk=proposal_id).first()
        if proposal is None:
            words = _("This change does not wait any more: it was decided on, withdrawn or written anew.")
            self.message_user(request, words, level=messages.INFO)
            return self._leave(request)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "is_fullwidth": "1",
            "title": _("Rule policy: %s") % proposal,
            "proposal": describe_proposal(request, proposal),
            "may_open": bool(proposal.policy) and self.has_view_or_change_permission(request),
        }
        return TemplateResponse(request, "admin/ranking/rulepolicy/proposal.html", context)

    def proposal_step_view(self, request: HttpRequest, proposal_id: int) -> HttpResponseBase:
        """POST: one step with exactly this proposal."""
        self._require_reading(request)
        comment = read_comment(request)
        steps: dict[str, tuple[Callable[[Actor], None], str]] = {
            "approve": (
                lambda actor: approve_proposal(proposal_id, actor=actor, comment=comment),
                _("Approved: the policy holds from now on."),
            ),
            "reject": (
                lambda actor: send_back_proposal(proposal_id, actor=actor, comment=comment),
                _("Sent back to its author with your comment."),
            ),
            "withdraw": (
                lambda actor: withdraw_proposal(proposal_id, actor=actor),
                _("Withdrawn: the policy stays as it is."),
            ),
        }
        name = request.POST.get("step", "")
        if request.method != "POST" or name not in steps:
            return redirect("admin:ranking_rulepolicy_proposal", proposal_id)
        step, done = steps[name]
        try:
            step(actor_of_user(request.user))
        except ShopError as error:
            self.message_user(request, error.message, level=messages.ERROR)
            return redirect("admin:ranking_rulepolicy_proposal", proposal_id)
        self.message_user(request, done)
        return self._leave(request)

    def describe_proposal_of(self, request: HttpRequest, object_id: str | None) -> dict[str, Any] | None:
        """What waits beside this policy, for the top of its page."""
        if not (object_id and object_id.isdecimal()):
            return None
        markets = RulePolicy.objects.filter(pk=object_id).values("market")
        proposal = PolicyProposal.objects.select_related("policy").filter(market__in=markets).first()
        return describe_proposal(request, proposal) if proposal else None

    def tell_waiting(self, request: HttpRequest, proposal: PolicyProposal) -> HttpResponseBase:
        words = _(
            "This loosens the policy, so all of it waits for somebody else's approval. Until then nothing changes."
        )
        self.message_user(request, words, level=messages.WARNING)
        return redirect("admin:ranking_rulepolicy_proposal", proposal.pk)

    def _leave(self, request: HttpRequest) -> HttpResponseBase:
        """To what else waits or, who may not see rules, to the policies."""
        sees_rules = any(request.user.has_perm(f"ranking.{name}_rule") for name in ("view", "change", "approve"))
        return redirect(QUEUE if sees_rules else "admin:ranking_rulepolicy_changelist")

    def _require_reading(self, request: HttpRequest) -> None:
        if not (self.has_view_or_change_permission(request) or request.user.has_perm("ranking.approve_rule")):
            raise PermissionDenied


def list_proposal_standings(request: HttpRequest) -> list[ProposalStanding]:
    """For the queue of what waits; of those who may see neither policies nor approve, none."""
    names = ("view_rulepolicy", "change_rulepolicy", "approve_rule")
    if not any(request.user.has_perm(f"ranking.{name}") for name in names):
        return []
    proposals = list_proposals()
    actor, documents, policies = actor_of_user(request.user), read_documents(), read_policies()
    return [read_proposal(proposal, actor, documents, policies) for proposal in proposals]


def describe_proposal(request: HttpRequest, proposal: PolicyProposal) -> dict[str, Any]:
    standing = read_proposal(proposal, actor_of_user(request.user), read_documents(), read_policies())
    return {
        "standing": standing,
        "kind": say_proposal(proposal),
        "step_url": reverse("admin:ranking_rulepolicy_proposal_step", args=[proposal.pk]),
    }


def describe_card(standing: ProposalStanding) -> dict[str, Any]:
    """As the cards of rules in the queue."""
    proposal = standing.proposal
    return {
        "standing": {"author": proposal.proposed_by_label, "comment": proposal.comment},
        "name": _("Rule policy: %s") % proposal,
        "kind": say_proposal(proposal),
        "url": reverse("admin:ranking_rulepolicy_proposal", args=[proposal.pk]),
        "at": proposal.proposed_at,
    }


def say_proposal(proposal: PolicyProposal) -> str:
    if proposal.status == PolicyProposal.Status.RETURNED:
        return _("sent back")
    sentences = {
        PolicyProposal.Kind.CREATE: _("new policy waits"),
        PolicyProposal.Kind.CHANGE: _("change waits for approval"),
        PolicyProposal.Kind.DELETE: _("deletion waits"),
    }
    return sentences[PolicyProposal.Kind(proposal.kind)]
