"""Pages around a rule: what waits for whom, the review with its difference, the history, and what was deleted."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from catalog.errors import ShopError
from ranking.admin.policy_pages import describe_card, list_proposal_standings
from ranking.admin.step_requests import read_comment, read_number
from ranking.governance import workflow
from ranking.governance.actors import Actor, actor_of_user
from ranking.governance.policies import read_policies
from ranking.governance.review import read_review
from ranking.governance.rule_history import list_deleted, list_versions, restore
from ranking.governance.standing import Standing, read_standing
from ranking.governance.undo import find_undo
from ranking.models import Rule, RuleChange

TEMPLATES = "admin/ranking/rule"
# An outdated proposal can still be sent back.
DECIDING = {"approve", "reject"}
MOST_WAITING = 200
VERSIONS_SHOWN = 30


class RulePages(ModelAdmin):
    def get_page_urls(self) -> list[URLPattern]:
        def route(address: str, view: Any, name: str) -> URLPattern:
            return path(address, self.admin_site.admin_view(view), name=f"ranking_rule_{name}")

        return [
            route("waiting/", self.queue_view, "queue"),
            route("deleted/", self.deleted_view, "deleted"),
            route("<uuid:rule_id>/review/", self.review_view, "review"),
            route("<uuid:rule_id>/step/", self.step_view, "step"),
            route("<uuid:rule_id>/history/", self.history_page, "history"),
            route("<uuid:rule_id>/restore/", self.restore_view, "restore"),
        ]

    def queue_view(self, request: HttpRequest) -> HttpResponseBase:
        """What waits for me first, then my own, then what others have to decide, and what was sent back to me."""
        self._require_view(request)
        actor, policies = actor_of_user(request.user), read_policies()
        standings = [read_standing(rule, actor, policies) for rule in list_waiting()]
        back = [each for each in standings if each.waits or each.comment]
        proposals = list_proposal_standings(request)
        cards: list[tuple[Any, dict[str, Any]]] = [(each, describe_card(each)) for each in proposals]
        cards += [(each, self._card(each)) for each in back]
        waiting = [(each, card, bool(DECIDING & each.steps)) for each, card in cards if each.waits]
        context = {
            "title": _("Waiting for approval"),
            "mine": [card for each, card, decides in waiting if decides],
            "own": [card for each, card, decides in waiting if each.is_own and not decides],
            "others": [card for each, card, decides in waiting if not each.is_own and not decides],
            "returned": [card for each, card in cards if not each.waits and each.is_own],
            "four_eyes": any(row.four_eyes for row in policies.rows.values()),
        }
        return self._render(request, "queue", context)

    def _card(self, standing: Standing) -> dict[str, Any]:
        rule, change = standing.rule, standing.change
        return {
            "standing": standing,
            "name": (change.document.get("name") if change else "") or rule.name,
            "kind": say_waiting(change) if change else _("new rule"),
            "url": reverse("admin:ranking_rule_review", args=[rule.pk]),
            "at": change.updated_at if change else rule.updated_at,
        }

    def review_view(self, request: HttpRequest, rule_id: UUID) -> HttpResponseBase:
        self._require_view(request)
        rule = get_object_or_404(Rule.objects.select_related("pending", "owner"), pk=rule_id)
        standing = read_standing(rule, actor_of_user(request.user), read_policies())
        context = {
            "title": _("Review: %s") % rule.name,
            "original": rule,
            "rule": rule,
            "standing": standing,
            "review": read_review(rule, standing),
            "status_label": Rule.Status(rule.status).label,
            "may_open": self.has_change_permission(request),
            "may_undo": self.may_undo(request, rule, standing),
            "urls": self._urls_of(rule_id),
        }
        return self._render(request, "review", context)

    def step_view(self, request: HttpRequest, rule_id: UUID) -> HttpResponseBase:
        """POST: one step, with the version that was seen and a comment."""
        steps = {
            "submit": workflow.submit,
            "approve": workflow.approve,
            "reject": workflow.reject,
            "publish": workflow.publish,
            "pause": workflow.pause,
            "resume": workflow.resume,
            "discard": workflow.discard,
            "ask_delete": workflow.ask_deletion,
        }
        self._require_view(request)
        name = request.POST.get("step", "")
        if request.method != "POST" or name not in steps:
            return redirect("admin:ranking_rule_review", rule_id)
        self._require_change(request, approves=name in ("approve", "reject"))
        return self._do(request, rule_id, lambda actor: self._take(request, rule_id, steps[name], name, actor))

    def _take(self, request: HttpRequest, rule_id: UUID, step: Any, name: str, actor: Actor) -> str:
        comment = read_comment(request)
        seen = read_number(request, "version")
        if name == "reject" and not comment:
            raise ShopError(_("Write why, so that its author knows what to change."))
        if name in ("approve", "reject"):
            seen = seen or 0
        words = {} if name == "discard" else {"comment": comment}
        step(rule_id, version=seen, actor=actor, **words)
        return name

    def history_page(self, request: HttpRequest, rule_id: UUID) -> HttpResponseBase:
        self._require_view(request)
        rule = Rule.objects.select_related("pending").filter(pk=rule_id).first()
        asked = request.GET.get("page", "")
        page = max(int(asked), 1) if asked.isdecimal() and len(asked) < 6 else 1
        try:
            found = list_versions(rule_id, limit=VERSIONS_SHOWN + 1, skip=(page - 1) * VERSIONS_SHOWN)
        except ShopError as error:
            if rule is None:
                raise Http404 from error
            found = []  # stored past the forms: it has no history yet
        if rule is None and not found:
            raise Http404
        versions = found[:VERSIONS_SHOWN]
        context = {
            "title": _("History: %s") % (rule.name if rule else versions[0].document["name"]),
            "original": rule,
            "rule": rule,
            "versions": versions,
            "newer": page - 1,
            "older": page + 1 if len(found) > VERSIONS_SHOWN else 0,
            "actions_said": say_actions(),
            "four_eyes": read_policies().needs_approval(rule.markets if rule else versions[0].document["markets"]),
            "may_restore": self.has_change_permission(request),
            "urls": self._urls_of(rule_id),
        }
        return self._render(request, "history", context)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponseBase:
        """Django's own address of it, for links that have an id as text."""
        return redirect("admin:ranking_rule_history", object_id)

    def restore_view(self, request: HttpRequest, rule_id: UUID) -> HttpResponseBase:
        """POST: a version comes back as a new one."""
        self._require_view(request)
        wanted, expected = read_number(request, "to_version"), read_number(request, "version")
        if request.method != "POST" or wanted is None:
            return redirect("admin:ranking_rule_history", rule_id)
        self._require_change(request)

        def put_back(actor: Actor) -> str:
            restore(rule_id, to_version=wanted, actor=actor, expected_version=expected)
            return "restore"

        return self._do(request, rule_id, put_back)

    def deleted_view(self, request: HttpRequest) -> HttpResponseBase:
        self._require_view(request)
        rows = [{"row": row, "urls": self._urls_of(row.id)} for row in list_deleted()]
        context = {"title": _("Deleted rules"), "rows": rows, "may_restore": self.has_change_permission(request)}
        return self._render(request, "deleted", context)

    def _do(self, request: HttpRequest, rule_id: UUID, act: Callable[[Actor], str]) -> HttpResponseBase:
        """Takes the step, tells how it went, and goes where one looks next."""
        try:
            done = act(actor_of_user(request.user))
        except ShopError as error:
            self.message_user(request, _sentence_of(error), level=messages.ERROR)
            if Rule.objects.filter(pk=rule_id).exists():
                return redirect("admin:ranking_rule_review", rule_id)
            return redirect("admin:ranking_rule_deleted")
        rule = Rule.objects.select_related("pending").filter(pk=rule_id).first()
        if rule is not None:
            self.log_change(request, rule, done)
        self.message_user(request, _say_done(done, rule))
        if rule is None or done in ("approve", "reject"):
            return redirect("admin:ranking_rule_queue")
        return redirect("admin:ranking_rule_review", rule_id)

    def describe_standing(self, request: HttpRequest, rule: Rule | None) -> dict[str, Any] | None:
        """What stands above the form of a stored rule."""
        if rule is None or rule._state.adding:
            return None
        # That of the form has the waiting change laid over it.
        stored = Rule.objects.select_related("pending").get(pk=rule.pk)
        standing = read_standing(rule, actor_of_user(request.user), read_policies(), served=stored.status)
        return {
            "standing": standing,
            "status": stored.status,
            "status_label": Rule.Status(stored.status).label,
            "may_undo": self.may_undo(request, stored, standing),
            "waiting": say_waiting(standing.change) if standing.change else "",
            "urls": self._urls_of(rule.pk),
        }

    def may_undo(self, request: HttpRequest, rule: Rule, standing: Standing) -> bool:
        return standing.writes and self.has_change_permission(request) and find_undo(rule) is not None

    def _urls_of(self, rule_id: UUID) -> dict[str, str]:
        names = ("change", "review", "step", "history", "restore", "undo")
        return {name: reverse(f"admin:ranking_rule_{name}", args=[rule_id]) for name in names} | {
            "queue": reverse("admin:ranking_rule_queue"),
            "list": reverse("admin:ranking_rule_changelist"),
            "deleted": reverse("admin:ranking_rule_deleted"),
        }

    def _require_view(self, request: HttpRequest) -> None:
        if not (self.has_view_or_change_permission(request) or request.user.has_perm("ranking.approve_rule")):
            raise PermissionDenied

    def _require_change(self, request: HttpRequest, *, approves: bool = False) -> None:
        allowed = request.user.has_perm("ranking.approve_rule") if approves else self.has_change_permission(request)
        if not allowed:
            raise PermissionDenied

    def _render(self, request: HttpRequest, name: str, context: dict[str, Any]) -> TemplateResponse:
        common = {**self.admin_site.each_context(request), "opts": self.opts, "is_fullwidth": "1"}
        return TemplateResponse(request, f"{TEMPLATES}/{name}.html", {**common, **context})


def list_waiting() -> list[Rule]:
    """Rules in review, with a change beside them, or sent back; the oldest first."""
    # Two questions that each have an index; as one they would read every rule.
    own = Rule.objects.filter(Q(status=Rule.Status.REVIEW) | ~Q(comment="")).order_by("updated_at")
    keys = {*own.values_list("pk", flat=True)[:MOST_WAITING]}
    keys |= {*RuleChange.objects.order_by("updated_at").values_list("rule_id", flat=True)[:MOST_WAITING]}
    return list(Rule.objects.select_related("pending", "owner").filter(pk__in=keys).order_by("updated_at"))


def say_waiting(change: RuleChange) -> str:
    if change.kind == RuleChange.Kind.DELETE:
        return _("deletion waits")
    return _("change waits for approval") if change.status == Rule.Status.REVIEW.value else _("change not sent yet")


def say_actions() -> dict[str, str]:
    """What the audit log's actions are called on pages."""
    return {
        "create": _("written"),
        "change": _("changed"),
        "import": _("imported"),
        "submit": _("sent for review"),
        "approve": _("approved and live"),
        "publish": _("made live"),
        "reject": _("sent back"),
        "pause": _("paused"),
        "resume": _("resumed"),
        "restore": _("restored"),
        "discard": _("waiting change dropped"),
        "delete": _("deleted"),
        "propose": _("change written"),
        "ask_delete": _("deletion asked for"),
    }


def _sentence_of(error: ShopError) -> str:
    return " ".join(dict.fromkeys([error.message, *map(str, error.extra.get("errors", {}).values())]))


def _say_done(done: str, rule: Rule | None) -> str:
    if rule is None:
        return _("The rule is deleted. It can be restored from the list of deleted rules.")
    change = getattr(rule, "pending", None)
    waits = rule.status == Rule.Status.REVIEW.value or (change is not None and change.status == "review")
    sentences = {
        "approve": _("Approved and live: the next search obeys."),
        "reject": _("Sent back to its author with your comment."),
        "pause": _("Paused: the next search goes without it."),
        "discard": _("The waiting change is dropped; the rule is as it was."),
        "restore": _("The version is back."),
        "resume": _("Live: the next search obeys."),
        "publish": _("Live: the next search obeys."),
    }
    if waits and done not in ("approve", "reject", "pause", "discard"):
        return _("It waits for somebody else's approval now.")
    return sentences.get(done, _("Done."))
