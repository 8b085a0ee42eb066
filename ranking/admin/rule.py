"""Admin of rules: a list of sentences, and a page of our own where the rule is written beside the page it makes."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from ranking.admin.expression_check import check_expression
from ranking.admin.rule_endpoints import list_choices, list_products, show_preview
from ranking.admin.rule_filters import KindFilter
from ranking.admin.rule_form import RuleForm
from ranking.admin.rule_words import describe_page_settings
from ranking.errors import RuleRefused
from ranking.merchandising.describe import describe_actions, describe_conditions
from ranking.merchandising.schedule import find_closed_reason
from ranking.merchandising.schema import RuleDocument, moment_of, parse_rule, to_document
from ranking.models import Rule
from ranking.rule_conflicts import check_conflicts
from ranking.rule_store import change_status

# More would bury the message that the rule is saved.
CONFLICTS_SHOWN = 5
STATUS_COLOURS = {"live": "success", "draft": "info", "review": "warning", "paused": "danger"}


@admin.register(Rule)
class RuleAdmin(SimpleHistoryAdmin, ModelAdmin):
    form = RuleForm
    change_form_template = "admin/ranking/rule/change_form.html"
    list_display = ["name", "show_status", "show_when", "show_do", "show_window", "priority", "updated_at"]
    list_filter = ["status", KindFilter]
    search_fields = ["name", "reason", "tags"]
    ordering = ["priority", "created_at", "id"]
    show_full_result_count = False
    list_per_page = 50
    actions = ["make_live", "pause"]
    actions_submit_line = ["save_and_make_live", "save_and_pause"]
    history_list_display = ["status", "version"]

    class Media:
        css = {"all": ["ranking/rule_form.css"]}

    @display(description=_("status"), label=STATUS_COLOURS)
    def show_status(self, rule: Rule) -> tuple[str, str]:
        return rule.status, str(Rule.Status(rule.status).label)

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
        if document is None:
            return ""
        bounds = [window.bounds() for window in document.windows]
        closed = find_closed_reason(bounds, moment_of(document.expires_at), timezone.now().timestamp())
        return closed or (_t("in its time window") if bounds else _t("any time"))

    @action(description=_("Make live"), permissions=["change"])
    def make_live(self, request: HttpRequest, queryset: QuerySet[Rule]) -> None:
        self._change_status(request, queryset, Rule.Status.LIVE)

    @action(description=_("Pause"), permissions=["change"])
    def pause(self, request: HttpRequest, queryset: QuerySet[Rule]) -> None:
        self._change_status(request, queryset, Rule.Status.PAUSED)

    @action(description=_("Save and make live"), permissions=["change"])
    def save_and_make_live(self, request: HttpRequest, obj: Rule) -> None:
        self._change_status(request, [obj], Rule.Status.LIVE)

    @action(description=_("Save and pause"), permissions=["change"])
    def save_and_pause(self, request: HttpRequest, obj: Rule) -> None:
        self._change_status(request, [obj], Rule.Status.PAUSED)

    def _change_status(self, request: HttpRequest, rules: Any, status: str) -> None:
        count = change_status(list(rules), status)
        words = ngettext("%d rule changed; the next search obeys.", "%d rules changed; the next search obeys.", count)
        self.message_user(request, words % count)

    def get_fieldsets(self, request: HttpRequest, obj: Rule | None = None) -> Any:
        """One set: the template places every field itself."""
        return [(None, {"fields": list(RuleForm.Meta.fields)})]

    def get_urls(self) -> list[URLPattern]:
        def wrap(view: Any) -> Any:
            return self.admin_site.admin_view(lambda request: view(self, request))

        return [
            path("preview/", wrap(show_preview), name="ranking_rule_preview"),
            path("products/", wrap(list_products), name="ranking_rule_products"),
            path("choices/", wrap(list_choices), name="ranking_rule_choices"),
            path("expression/", wrap(check_expression), name="ranking_rule_expression"),
            *super().get_urls(),
        ]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """`?query=…` starts a rule for that query (links from search reports and the storefront)."""
        initial: dict[str, Any] = {**super().get_changeform_initial_data(request)}
        query = request.GET.get("query", "").strip()[:200]
        if query:
            initial["conditions"] = [{"type": "query", "match": "is", "values": [query]}]
            initial["name"] = query
        return initial

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> Any:
        form = context["adminform"].form
        settings = describe_page_settings(form, kwargs.get("obj"))
        urls = {
            name: reverse(f"admin:ranking_rule_{name}") for name in ("preview", "products", "choices", "expression")
        }
        context.update(rule_page={**settings, "urls": urls})
        return super().render_change_form(request, context, **kwargs)

    def save_model(self, request: HttpRequest, obj: Rule, form: RuleForm, change: bool) -> None:
        if change:
            obj.version += 1
        elif obj.owner_id is None:
            obj.owner_id = request.user.pk
        super().save_model(request, obj, form, change)
        if form.document is not None:
            self._warn_of_conflicts(request, form.document.model_copy(update={"id": obj.pk}))

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
    try:
        return parse_rule(to_document(rule))
    except RuleRefused:
        return None
