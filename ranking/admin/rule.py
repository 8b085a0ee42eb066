"""Admin of rules: a list of sentences, and a page of our own where the rule is written beside the page it makes."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from ranking.admin.expression_check import check_expression
from ranking.admin.health import health_urls
from ranking.admin.rule_arrange import describe_arranging, read_controls
from ranking.admin.rule_buttons import RuleButtons
from ranking.admin.rule_endpoints import list_choices, list_products, show_conflicts, show_preview, tell_session
from ranking.admin.rule_files import RuleFiles
from ranking.admin.rule_filters import KindFilter, WaitingFilter
from ranking.admin.rule_form import RuleForm
from ranking.admin.rule_list import RuleList
from ranking.admin.rule_pages import say_waiting
from ranking.admin.rule_start import read_start
from ranking.admin.rule_times import describe_times
from ranking.admin.rule_undo import RuleUndo
from ranking.admin.rule_words import describe_page_settings
from ranking.admin.simulation_start import open_what_if
from ranking.errors import RuleRefused
from ranking.governance.actors import actor_of_user
from ranking.governance.versions import pending_of
from ranking.merchandising.describe import describe_actions, describe_conditions
from ranking.merchandising.schema import RuleDocument, parse_rule, to_document
from ranking.models import Rule
from ranking.rule_conflicts import check_conflicts
from ranking.rule_store import create_rule, update_rule

# More would bury the message that the rule is saved.
CONFLICTS_SHOWN = 5
STATUS_COLOURS = {"live": "success", "draft": "info", "review": "warning", "paused": "danger"}


@admin.register(Rule)
class RuleAdmin(RuleFiles, RuleList, RuleButtons, RuleUndo, ModelAdmin):
    form = RuleForm
    change_form_template = "admin/ranking/rule/change_form.html"
    list_display = ["name", "show_status", "show_when", "show_do", "show_window", "priority", "updated_at"]
    list_filter = ["status", WaitingFilter, KindFilter]
    list_select_related = ["pending"]
    search_fields = ["name", "reason", "tags"]
    ordering = ["priority", "created_at", "id"]
    actions = [*RuleButtons.actions, "ask_what_if"]

    class Media:
        css = {"all": ["ranking/rule_form.css", "ranking/governance.css"]}

    @display(description=_("status"), label=STATUS_COLOURS)
    def show_status(self, rule: Rule) -> tuple[str, str]:
        label = str(Rule.Status(rule.status).label)
        change = pending_of(rule)
        return rule.status, f"{label} · {say_waiting(change)}" if change else label

    @display(description=_("when"))
    def show_when(self, rule: Rule) -> str:
        document = read_document(rule)
        return describe_conditions(document) if document else _t("Not valid: open it to see why.")

    @display(description=_("do"))
    def show_do(self, rule: Rule) -> str:
        document = read_document(rule)
        return describe_actions(document) if document else ""

    @display(description=_("time"))
    def show_window(self, rule: Rule) -> str:
        document = read_document(rule)
        return describe_times(document, timezone.now()) if document else ""

    @action(description=_("What would these rules change?"), permissions=["view"])
    def ask_what_if(self, request: HttpRequest, queryset: QuerySet[Rule]) -> HttpResponse:
        return open_what_if(request, queryset)

    def get_fieldsets(self, request: HttpRequest, obj: Rule | None = None) -> Any:
        """One set: the template places every field itself."""
        return [(None, {"fields": list(RuleForm.Meta.fields)})]

    def get_urls(self) -> list[URLPattern]:
        def wrap(view: Any) -> Any:
            return self.admin_site.admin_view(lambda request: view(self, request))

        return [
            path("preview/", wrap(show_preview), name="ranking_rule_preview"),
            path("conflicts/", wrap(show_conflicts), name="ranking_rule_conflicts"),
            path("products/", wrap(list_products), name="ranking_rule_products"),
            path("choices/", wrap(list_choices), name="ranking_rule_choices"),
            path("expression/", wrap(check_expression), name="ranking_rule_expression"),
            path("session/", wrap(tell_session), name="ranking_rule_session"),
            *health_urls(self),
            *self.get_page_urls(),
            *super().get_urls(),
        ]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """`?query=…` starts a rule for that query (links from search reports and the storefront)."""
        return {**super().get_changeform_initial_data(request), **read_start(request.GET)}

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> Any:
        form = context["adminform"].form
        settings = describe_page_settings(form, kwargs.get("obj"))
        names = ("preview", "conflicts", "products", "choices", "expression", "session")
        urls = {name: reverse(f"admin:ranking_rule_{name}") for name in names} | {"login": reverse("admin:login")}
        context.update(
            rule_page={**settings, "urls": urls, "preview": read_controls(request.GET)},
            arranged=describe_arranging(request),
            standing=self.describe_standing(request, kwargs.get("obj")),
            show_save_and_add_another=False,
        )
        return super().render_change_form(request, context, **kwargs)

    def get_form(self, request: HttpRequest, obj: Rule | None = None, **kwargs: Any) -> type[RuleForm]:
        form: type[RuleForm] = super().get_form(request, obj, **kwargs)
        form.actor = actor_of_user(request.user)
        return form

    def save_model(self, request: HttpRequest, obj: Rule, form: RuleForm, change: bool) -> None:
        """Not `obj.save()`: under four eyes the row of a live rule stays, and the change waits beside it. The form has
        asked the service beforehand, so that a refusal here is only a race (changeform_view tells it).
        """
        document = form.document
        if document is None or form.actor is None:
            raise PermissionDenied
        document = document.model_copy(update={"id": obj.pk})
        if change:
            update_rule(obj.pk, document, expected_version=form.cleaned_data.get("version"), actor=form.actor)
        else:
            create_rule(document, actor=form.actor)
        self.run_submit_actions(request, obj)
        self._warn_of_conflicts(request, document)

    def _warn_of_conflicts(self, request: HttpRequest, document: RuleDocument) -> None:
        """Saved all the same: priorities decide, and the merchandiser knows of it."""
        if document.status != Rule.Status.LIVE.value:
            return
        found = check_conflicts(document)
        for conflict in found[:CONFLICTS_SHOWN]:
            other = conflict["loser"] if conflict["winner"]["id"] == str(document.id) else conflict["winner"]
            words = _t("Conflict with “%(rule)s”: %(what)s") % {"rule": other["name"], "what": conflict["message"]}
            self.message_user(request, words, level=messages.WARNING)
        if len(found) > CONFLICTS_SHOWN:
            more = len(found) - CONFLICTS_SHOWN
            self.message_user(
                request, ngettext("%d more conflict.", "%d more conflicts.", more) % more, level=messages.WARNING
            )


def read_document(rule: Rule) -> RuleDocument | None:
    """Read once a row: three columns of the list say what it holds."""
    known = rule.__dict__
    if "read_document" not in known:
        try:
            known["read_document"] = parse_rule(to_document(rule))
        except RuleRefused:
            known["read_document"] = None
    document: RuleDocument | None = known["read_document"]
    return document
