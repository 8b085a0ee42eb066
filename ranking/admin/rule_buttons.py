"""The rule page's buttons beside “Save”, and the list's actions: each is a step on the rule's way."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.decorators import action

from catalog.errors import ShopError
from ranking.governance import workflow
from ranking.governance.actors import actor_of_user
from ranking.governance.contents import content_of, content_of_rule
from ranking.governance.gate import was_live
from ranking.governance.policies import read_policies
from ranking.governance.standing import read_standing
from ranking.governance.versions import pending_of, working_version
from ranking.models import Rule, RuleChange
from ranking.rule_store import delete_rule

PREFIX = "ranking_rule_"
# Buttons that save nothing of the form; the page of the review asks for what they need.
STEPS = ("approve_now", "send_back", "pause_now", "resume_now")
MOST_REASONS = 5


class RuleButtons(ModelAdmin):
    actions = ["make_live", "send_for_review", "pause"]
    actions_submit_line = ["save_and_submit", "save_and_make_live", *STEPS]

    # --- what may be done ---

    def _read_steps(self, request: HttpRequest, object_id: Any) -> frozenset[str]:
        """Once a request: every button asks."""
        known: dict[str, frozenset[str]] = request.__dict__.setdefault("rule_steps", {})
        if str(object_id) not in known:
            try:
                rule = Rule.objects.select_related("pending").filter(pk=object_id).first()
            except ValidationError:  # the address of no rule: the page says so
                rule = None
            standing = read_standing(rule, actor_of_user(request.user), read_policies()) if rule else None
            known[str(object_id)] = standing.steps if standing else frozenset()
        return known[str(object_id)]

    def _may(self, request: HttpRequest, object_id: Any, step: str) -> bool:
        if not object_id:  # unfold's wrapper asks so; the services refuse what may not be
            return True
        return step in self._read_steps(request, object_id)

    def has_submit_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.has_change_permission(request) and self._may(request, object_id, "save_and_submit")

    def has_publish_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.has_change_permission(request) and self._may(request, object_id, "publish")

    def has_approve_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may(request, object_id, "approve")

    def has_pause_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.has_change_permission(request) and self._may(request, object_id, "pause")

    def has_resume_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.has_change_permission(request) and self._may(request, object_id, "resume")

    def has_delete_permission(self, request: HttpRequest, obj: Rule | None = None) -> bool:
        """Where a second person has to agree, deleting is asked for on the review page."""
        if obj is not None:
            guarded = was_live(obj) and read_policies().needs_approval(obj.markets)
            if guarded or not actor_of_user(request.user).may("write", frozenset(obj.markets)):
                return False
        return super().has_delete_permission(request, obj)

    # --- buttons that save the form: the form turns them into the status it saves ---

    @action(description=_("Save and send for review"), permissions=["submit"])
    def save_and_submit(self, request: HttpRequest, obj: Rule) -> None:
        self.message_user(request, _t("It waits for somebody else's approval now."))

    @action(description=_("Save and make live"), permissions=["publish"])
    def save_and_make_live(self, request: HttpRequest, obj: Rule) -> None:
        self.message_user(request, _t("Live: the next search obeys."))

    # --- buttons that take a step with the rule as it is stored ---

    @action(description=_("Approve and make live"), permissions=["approve"])
    def approve_now(self, request: HttpRequest, obj: Rule) -> None:
        version = request.POST.get("version", "")
        workflow.approve(obj.pk, version=int(version) if version.isdecimal() else 0, actor=actor_of_user(request.user))
        self.message_user(request, _t("Approved and live: the next search obeys."))

    @action(description=_("Send back"), permissions=["approve"])
    def send_back(self, request: HttpRequest, obj: Rule) -> None:
        self.message_user(request, _t("Write why, then send it back."), level=messages.INFO)

    @action(description=_("Pause now"), permissions=["pause"])
    def pause_now(self, request: HttpRequest, obj: Rule) -> None:
        workflow.pause(obj.pk, actor=actor_of_user(request.user))
        self.message_user(request, _t("Paused: the next search goes without it."))

    @action(description=_("Resume"), permissions=["resume"])
    def resume_now(self, request: HttpRequest, obj: Rule) -> None:
        rule = workflow.resume(obj.pk, actor=actor_of_user(request.user))
        waits = rule.status == Rule.Status.REVIEW.value
        self.message_user(
            request, _t("It waits for somebody else's approval now.") if waits else _t("Live: the next search obeys.")
        )

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        step = next((name for name in STEPS if PREFIX + name in request.POST), "")
        if object_id and request.method == "GET" and self._only_looks(request, object_id):
            return redirect("admin:ranking_rule_review", object_id)
        try:
            if step and object_id:
                return self._take_step(request, object_id, step)
            buttons = {} if object_id else {"actions_submit_line": self._list_first_buttons()}
            return super().changeform_view(request, object_id, form_url, {**buttons, **(extra_context or {})})
        except ShopError as error:
            self.message_user(request, error.message, level=messages.ERROR)
            return redirect(request.path)

    def _only_looks(self, request: HttpRequest, object_id: str) -> bool:
        """Whether the form would have no fields: the page of the review says it all."""
        if self.has_change_permission(request) or not self.has_view_permission(request):
            return False
        return self.get_object(request, object_id) is not None

    def _list_first_buttons(self) -> list[Any]:
        """Of a rule that is being written: its markets are not known yet, so what some policy allows."""
        rows = read_policies().rows.values()
        names = ["save_and_submit"] if any(row.four_eyes for row in rows) else []
        if not all(row.four_eyes for row in rows):
            names.append("save_and_make_live")
        return [self.get_unfold_action(name) for name in names]

    def _take_step(self, request: HttpRequest, object_id: str, step: str) -> HttpResponseBase:
        rule = self.get_object(request, object_id)
        if rule is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        # Of another version the approval itself is refused.
        is_same = request.POST.get("version") == str(working_version(rule))
        if step == "approve_now" and is_same and self._is_edited(request, rule):
            words = _t("You changed something on this page. Save it and send it for review; somebody else approves it.")
            self.message_user(request, words, level=messages.ERROR)
            return redirect(request.path)
        getattr(self, step)(request, rule)
        if step == "send_back":
            return redirect("admin:ranking_rule_review", rule.pk)
        self.log_change(request, rule, step)
        return redirect("admin:ranking_rule_queue") if step == "approve_now" else redirect(request.path)

    def _is_edited(self, request: HttpRequest, rule: Rule) -> bool:
        """Whether the page says something else than what is stored, which an approval would not make live."""
        shown = content_of_rule(rule)
        form = self.get_form(request, rule, change=True)(request.POST, instance=rule)
        form.is_valid()
        return form.document is None or content_of(form.document.model_dump(by_alias=True)) != shown

    def run_submit_actions(self, request: HttpRequest, obj: Rule) -> None:
        """As unfold does after `save_model`; a new rule has no buttons yet but may have been sent by one."""
        for button in ("save_and_submit", "save_and_make_live"):
            if PREFIX + button in request.POST:
                getattr(self, button)(request, obj)

    # --- the list ---

    @action(description=_("Make live"), permissions=["change"])
    def make_live(self, request: HttpRequest, queryset: QuerySet[Rule]) -> None:
        self._step_all(request, queryset, workflow.publish)

    @action(description=_("Send for review"), permissions=["change"])
    def send_for_review(self, request: HttpRequest, queryset: QuerySet[Rule]) -> None:
        self._step_all(request, queryset, workflow.submit)

    @action(description=_("Pause"), permissions=["change"])
    def pause(self, request: HttpRequest, queryset: QuerySet[Rule]) -> None:
        self._step_all(request, queryset, workflow.pause)

    def _step_all(self, request: HttpRequest, queryset: QuerySet[Rule], step: Callable[..., Any]) -> None:
        """Each rule by itself: what one refuses does not stop the others."""
        actor, count = actor_of_user(request.user), 0
        reasons: dict[str, list[str]] = {}
        for rule in queryset.order_by("pk"):
            try:
                step(rule.pk, actor=actor)
                count += 1
            except ShopError as error:
                reasons.setdefault(error.message, []).append(rule.name)
        if count:
            words = ngettext(
                "%d rule changed; the next search obeys.", "%d rules changed; the next search obeys.", count
            )
            self.message_user(request, words % count)
        for message, names in list(reasons.items())[:MOST_REASONS]:
            shown = ", ".join(names[:MOST_REASONS]) + ("…" if len(names) > MOST_REASONS else "")
            self.message_user(request, f"{shown}: {message}", level=messages.WARNING)

    def delete_model(self, request: HttpRequest, obj: Rule) -> None:
        delete_rule(obj.pk, expected_version=None, actor=actor_of_user(request.user))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Rule]) -> None:
        for key in queryset.order_by("pk").values_list("pk", flat=True):
            delete_rule(key, expected_version=None, actor=actor_of_user(request.user))

    # --- the object of the page ---

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Rule | None:
        """With the change that waits beside it laid over it: whoever opens the rule goes on where they stopped."""
        rule: Rule | None = super().get_object(request, object_id, from_field)
        change = pending_of(rule) if rule else None
        if rule is not None and change is not None and change.kind == RuleChange.Kind.EDIT:
            lay_over(rule, change)
        return rule


def lay_over(rule: Rule, change: RuleChange) -> None:
    """In memory only."""
    for name, value in change.document.items():
        setattr(rule, name, parse_datetime(value) if name == "expires_at" and value else value)
    rule.version, rule.status = working_version(rule), change.status
