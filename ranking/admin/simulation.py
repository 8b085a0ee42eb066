"""Admin of what-if simulations: asked, watched while a worker is at it, read query by query, kept as CSV."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from catalog.errors import NotFound
from catalog.long_lists import LongList
from ranking.admin.simulation_pages import describe_pages
from ranking.admin.simulation_start import find_chosen, find_offered, read_words, show_start, tell_rule
from ranking.admin.simulation_words import describe_question, describe_result, describe_rows
from ranking.errors import BadSearch
from ranking.models import QueryJudgement, Simulation
from ranking.simulation_csv import stream_download
from ranking.simulation_store import BUSY, cancel, find_simulation, is_stalled
from ranking.simulations_api import filter_queries

STATUS_COLOURS = {"done": "success", "failed": "danger", "cancelled": "warning", "running": "info", "queued": "info"}
TEMPLATES = "admin/ranking/simulation"
ROWS_SHOWN = 25


@admin.register(Simulation)
class SimulationAdmin(LongList, ModelAdmin):
    list_display = ["name", "show_status", "show_progress", "asked_by", "created_at"]
    list_filter = ["status"]
    list_select_related = ["asked_by"]
    search_fields = ["name"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("question", "result")

    @display(description=_("status"), label=STATUS_COLOURS)
    def show_status(self, simulation: Simulation) -> tuple[str, str]:
        return simulation.status, simulation.get_status_display()

    @display(description=_("queries"))
    def show_progress(self, simulation: Simulation) -> str:
        done, total = f"{simulation.done:,}", f"{simulation.total:,}"
        return done if simulation.done == simulation.total else f"{done} / {total}"

    def get_urls(self) -> list[URLPattern]:
        def route(address: str, view: Any, name: str) -> URLPattern:
            return path(address, self.admin_site.admin_view(view), name=f"ranking_simulation_{name}")

        return [
            route("rules/", self.rules_view, "rules"),
            route("<uuid:simulation_id>/state/", self.state_view, "state"),
            route("<uuid:simulation_id>/queries/", self.queries_view, "queries"),
            route("<uuid:simulation_id>/queries/<int:place>/", self.pages_view, "pages"),
            route("<uuid:simulation_id>/queries.csv", self.csv_view, "csv"),
            route("<uuid:simulation_id>/cancel/", self.cancel_view, "cancel"),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponseBase:
        if not (self.has_add_permission(request) and request.user.has_perm("ranking.view_rule")):
            raise PermissionDenied
        return show_start(self, request)

    def rules_view(self, request: HttpRequest) -> HttpResponseBase:
        """Rules to choose from, for words typed in the form."""
        if not (self.has_add_permission(request) and request.user.has_perm("ranking.view_rule")):
            raise PermissionDenied
        ticked = find_chosen(request.GET.getlist("rule_ids"))
        context = {
            "ticked": [tell_rule(rule) for rule in ticked],
            "offered": find_offered(read_words(request.GET), but=ticked),
            "searched": True,
        }
        return TemplateResponse(request, f"{TEMPLATES}/rules.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponseBase:
        try:
            simulation = self._find(request, object_id)
        except Http404:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        context = {**self._state(request, simulation), **self._rows(request, simulation)}
        return self.render_page(request, "detail", simulation.name, context)

    def state_view(self, request: HttpRequest, simulation_id: UUID) -> HttpResponseBase:
        """The part of the page that moves; asked for again and again while a worker is at it. The end of the work
        brings the whole page, because its rows are another part of it.
        """
        simulation = self._find(request, simulation_id)
        if simulation.status not in BUSY:
            return HttpResponse(headers={"HX-Refresh": "true"})
        return TemplateResponse(request, f"{TEMPLATES}/state.html", self._state(request, simulation))

    def queries_view(self, request: HttpRequest, simulation_id: UUID) -> HttpResponseBase:
        context = self._rows(request, self._find(request, simulation_id))
        return TemplateResponse(request, f"{TEMPLATES}/queries.html", context)

    def pages_view(self, request: HttpRequest, simulation_id: UUID, place: int) -> HttpResponseBase:
        """The products of one query before and after."""
        simulation = self._find(request, simulation_id)
        asked = simulation.queries.filter(place=place, row__isnull=False).first()
        if asked is None:
            raise Http404
        return TemplateResponse(request, f"{TEMPLATES}/pages.html", describe_pages(simulation, asked))

    def csv_view(self, request: HttpRequest, simulation_id: UUID) -> HttpResponseBase:
        return stream_download(self._find(request, simulation_id))

    def cancel_view(self, request: HttpRequest, simulation_id: UUID) -> HttpResponseBase:
        simulation = self._find(request, simulation_id)
        if not self.has_change_permission(request, simulation):
            raise PermissionDenied
        if request.method == "POST":
            cancel(simulation)
        return redirect("admin:ranking_simulation_change", simulation.pk)

    def _find(self, request: HttpRequest, simulation_id: UUID | str) -> Simulation:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        try:
            return find_simulation(simulation_id)
        except NotFound as error:
            raise Http404 from error

    def _state(self, request: HttpRequest, simulation: Simulation) -> dict[str, Any]:
        return {
            "simulation": simulation,
            "busy": simulation.status in BUSY,
            "stalled": is_stalled(simulation),
            "percent": round(100 * simulation.done / simulation.total) if simulation.total else 0,
            "asked": describe_question(simulation),
            "told": describe_result(simulation) if simulation.result else None,
            "may_cancel": self.has_change_permission(request, simulation),
        }

    def _rows(self, request: HttpRequest, simulation: Simulation) -> dict[str, Any]:
        show = request.GET.get("show", "")
        try:
            rows = filter_queries(simulation, show)
        except BadSearch:
            show, rows = "", filter_queries(simulation, "")
        page = Paginator(rows, ROWS_SHOWN).get_page(request.GET.get("page", "1"))
        return {"simulation": simulation, "page": page, "rows": describe_rows(page.object_list), "show": show}

    def render_page(self, request: HttpRequest, name: str, title: str, context: dict[str, Any]) -> TemplateResponse:
        page = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "media": self.media,
            "changelist_url": reverse("admin:ranking_simulation_changelist"),
            **context,
        }
        return TemplateResponse(request, f"{TEMPLATES}/{name}.html", page)


@admin.register(QueryJudgement)
class QueryJudgementAdmin(LongList, ModelAdmin):
    list_display = ["query", "locale", "sku", "grade", "updated_at"]
    list_filter = ["locale", "grade"]
    search_fields = ["query", "sku"]
