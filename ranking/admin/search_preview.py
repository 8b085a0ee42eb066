"""The search preview: how a query is read and why each product stands where it stands, with one ranking or two."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import replace_url

from catalog.models import SearchDocument
from ranking.admin.search_preview_form import DRAFT, PreviewInputs, read_inputs
from ranking.admin.search_preview_ledger import list_legend
from ranking.admin.search_preview_reading import describe_understanding, list_rules
from ranking.admin.search_preview_sides import Comparison, compare_sides
from ranking.admin.search_preview_weights import (
    build_weight_inputs,
    find_config,
    list_weights,
    read_weights,
    save_as_new,
)
from ranking.admin.search_preview_words import OUTCOMES

TEMPLATES = "admin/ranking/search_preview"
PAGE_NAME, SAVE_NAME = "ranking_search_preview", "ranking_search_preview_save"


def preview_urls(admin: Any) -> list[URLPattern]:
    """The page's addresses, below the ranking configurations; `admin` is their ModelAdmin."""

    def route(address: str, view: Callable[..., HttpResponse], only: Any, name: str) -> URLPattern:
        return path(address, admin.admin_site.admin_view(only(lambda request: view(admin, request))), name=name)

    return [
        route("search-preview/", show_search_preview, require_safe, PAGE_NAME),
        route("search-preview/save/", save_weights, require_POST, SAVE_NAME),
    ]


def show_search_preview(admin: Any, request: HttpRequest) -> HttpResponse:
    """GET: the page, or for htmx the part that changed. Everything asked for is in the address."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    form, inputs = read_inputs(request.GET)
    first = find_config(inputs.first)
    base = list_weights(first)
    # Weights typed for another configuration A say nothing about this one.
    shown_of = request.GET.get("wa", inputs.first)
    given = request.GET if shown_of == inputs.first else QueryDict()
    weights, errors = read_weights(given, base)
    tried = build_weight_inputs(base, weights, errors, given)
    context = {
        "form": form,
        "inputs": inputs,
        "asked": "q" in request.GET,
        "weight_inputs": tried,
        "off_is_tried": any(weight.is_off and weight.is_changed for weight in tried),
        "weights_of": first,
        "may_change": admin.has_change_permission(request),
        "may_save": admin.has_change_permission(request) and admin.has_add_permission(request),
        "is_draft": inputs.second == DRAFT,
        "weight_errors": bool(errors),
        "weights_renewed": shown_of != inputs.first,
        "url": reverse(f"admin:{PAGE_NAME}"),
        "save_url": reverse(f"admin:{SAVE_NAME}"),
        "address": inputs.to_query_string(weights),
        "hidden_inputs": parse_qsl(inputs.to_query_string(weights)),
    }
    if context["asked"] and "q" not in form.errors:
        context |= _search(request, inputs, first, weights)
    return _render(admin, request, context)


def _search(request: HttpRequest, inputs: PreviewInputs, first: Any, weights: dict[str, float]) -> dict[str, Any]:
    second = find_config(inputs.second) if inputs.second not in ("", DRAFT) else None
    now = inputs.moment or timezone.now()  # one moment for both, or a sale could begin between them
    comparison = compare_sides(inputs, now=now, weights=weights, configs=(first, second), user=request.user)
    page = comparison.first.page
    ledger = (page.ledger if page else None) or {}
    return {
        "comparison": comparison,
        "legend": list_legend(row for side in comparison.sides for row in side.rows),
        "reading": describe_understanding(page, user=request.user) if page else None,
        "rules": list_rules(ledger.get("rules", ()), OUTCOMES, user=request.user),
        **_find_ways_out(request, comparison),
    }


def _find_ways_out(request: HttpRequest, comparison: Comparison) -> dict[str, Any]:
    """What an empty page needs: products at all, or other words."""
    is_empty = all(side.page is not None and not side.page.hits for side in comparison.sides)
    return {
        "nothing_found": is_empty,
        "nothing_indexed": is_empty and not SearchDocument.objects.exists(),
        "may_upload": request.user.has_perm("catalog.view_upload"),
    }


def _render(admin: Any, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    is_part = bool(request.htmx)  # type: ignore[attr-defined]
    page = {} if is_part else {**admin.admin_site.each_context(request), "title": _("Search preview")}
    response = TemplateResponse(request, f"{TEMPLATES}/{'results' if is_part else 'page'}.html", page | context)
    patch_vary_headers(response, ["HX-Request"])
    return replace_url(response, f"{context['url']}?{context['address']}") if is_part else response


def save_weights(admin: Any, request: HttpRequest) -> HttpResponse:
    """POST: the tried weights as a configuration that is not live; then the preview again, with it as B."""
    if not (admin.has_add_permission(request) and admin.has_change_permission(request)):
        raise PermissionDenied
    form, inputs = read_inputs(request.POST)
    start = find_config(inputs.first)
    weights, errors = read_weights(request.POST, list_weights(start))
    if errors or form.errors:
        messages.error(request, _("Not saved: a number is not valid. Mend the marked field and save again."))
        return _go_back(inputs, weights)
    try:
        config = save_as_new(request.POST.get("name", ""), weights=weights, start=start)
    except ValidationError:
        messages.error(request, _("Not saved: give it a name of at most 100 characters."))
        return _go_back(inputs, weights)
    admin.log_addition(request, config, [{"added": {}}])
    link = reverse("admin:ranking_rankingconfig_change", args=[config.pk])
    told = _("“{}” is saved and shown as B. It is not live: <a href='{}'>open it to make it live</a>.")
    messages.success(request, format_html(told, config.name, link))
    return _go_back(inputs, {}, second=str(config.pk))


def _go_back(inputs: PreviewInputs, weights: dict[str, float], **changes: Any) -> HttpResponse:
    return redirect(f"{reverse(f'admin:{PAGE_NAME}')}?{inputs.to_query_string(weights, **changes)}")
