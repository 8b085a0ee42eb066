"""The health board: one page of what is wrong with rules and searches, and a button that looks again."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import reswap, retarget

from catalog.errors import BrokerUnavailable
from ranking.admin.health_board import MOST_PAGES, build_board, build_section, read_progress
from ranking.admin.health_words import SECTIONS
from ranking.health.check import find_running
from ranking.health.starting import start_check

TEMPLATES = "admin/ranking/health"
PAGE_NAME, CHECK_NAME, ROWS_NAME = "ranking_rule_health", "ranking_rule_health_check", "ranking_rule_health_rows"


def health_urls(admin: Any) -> list[URLPattern]:
    """The board's addresses, below the rules; `admin` is their ModelAdmin."""

    def route(address: str, view: Callable[..., HttpResponse], only: Any, name: str) -> URLPattern:
        return path(
            address, admin.admin_site.admin_view(only(lambda request, **kw: view(admin, request, **kw))), name=name
        )

    return [
        route("health/", show_board, require_safe, PAGE_NAME),
        route("health/check/", check_now, require_POST, CHECK_NAME),
        route("health/<str:kind>/", show_more, require_safe, ROWS_NAME),
    ]


def show_board(admin: Any, request: HttpRequest) -> HttpResponse:
    """GET: the page. While a check runs htmx asks for its progress, and at its end once for all that was found."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    context = {
        "may_check": admin.has_change_permission(request),
        "url": reverse(f"admin:{PAGE_NAME}"),
        "check_url": reverse(f"admin:{CHECK_NAME}"),
    }
    if request.htmx:  # type: ignore[attr-defined]
        return _show_progress(request, context)
    context |= {"board": build_board(user=request.user), "title": _("Rule health")}
    response = TemplateResponse(request, f"{TEMPLATES}/page.html", admin.admin_site.each_context(request) | context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _show_progress(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    progress = read_progress(find_running(timezone.now()))
    if progress:  # what somebody reads meanwhile stays as it is
        return TemplateResponse(request, f"{TEMPLATES}/top.html", context | {"progress": progress})
    board = {"board": build_board(user=request.user)}
    response = TemplateResponse(request, f"{TEMPLATES}/board.html", context | board)
    return reswap(retarget(response, "#health"), "innerHTML")


def check_now(admin: Any, request: HttpRequest) -> HttpResponse:
    if not admin.has_change_permission(request):
        raise PermissionDenied
    try:
        if start_check() is None:
            messages.info(request, _("A check is running already."))
    except BrokerUnavailable as error:
        messages.error(request, error.message)
    return redirect(f"admin:{PAGE_NAME}")


def show_more(admin: Any, request: HttpRequest, kind: str) -> HttpResponse:
    """Further findings of one kind."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    page = request.GET.get("page", "")
    if kind not in SECTIONS or not (page.isascii() and page.isdecimal() and 1 <= int(page[:5]) <= MOST_PAGES):
        raise Http404
    section = build_section(kind, 0, user=request.user, page=int(page))
    return TemplateResponse(request, f"{TEMPLATES}/rows.html", {"section": section})
