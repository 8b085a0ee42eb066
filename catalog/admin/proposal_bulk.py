"""Accepting all values of an attribute from a confidence on: what it would do and cost is shown before it is done."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.admin.proposal_rows import describe_rows
from catalog.errors import ShopError
from catalog.models import Attribute
from catalog.proposals import MOST_AT_ONCE, accept_above, open_above
from catalog.queueing import enqueue_indexing
from catalog.review.figures import CurvePoint, expect_error, learning_curve, precision_by_band
from catalog.review.queue import list_attributes

EXAMPLES = 10
DEFAULT_THRESHOLD = 0.9
CURVE_WIDTH, CURVE_HEIGHT = 600, 160


def show_bulk(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """GET: the figures of an attribute and a threshold, with examples. POST: it is done."""
    given = request.POST if request.method == "POST" else request.GET
    key = given.get("attribute", "").replace("\x00", "")
    threshold, wrong = _read_threshold(given.get("threshold", ""))
    if request.method == "POST":
        if not model_admin.has_change_permission(request):
            raise PermissionDenied
        if wrong:
            messages.error(request, wrong)
            return redirect(f"{reverse('admin:catalog_proposal_bulk')}?{urlencode({'attribute': key})}")
        return _accept(model_admin, request, key, threshold)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Accept many values at once"),
        "opts": model_admin.opts,
        "queue_url": reverse("admin:catalog_proposal_changelist"),
        "url": reverse("admin:catalog_proposal_bulk"),
        "attributes": _name_attributes(list_attributes()),
        "key": key,
        "threshold": f"{threshold:g}",
        "wrong": wrong,
        "may_change": model_admin.has_change_permission(request),
        "bands": [_show_band(band) for band in precision_by_band(key)],
        "curve": draw_curve(learning_curve(key)),
        **(_foresee(key, threshold) if key and not wrong else {}),
    }
    return TemplateResponse(request, "admin/catalog/proposal/bulk.html", context)


def draw_curve(points: list[CurvePoint]) -> dict[str, Any] | None:
    """Two lines over the number of decisions, as the `points` of SVG polylines; none for fewer than two points."""
    if len(points) < 2:
        return None
    most = points[-1].decisions

    def line(name: str) -> str:
        pairs = ((CURVE_WIDTH * p.decisions / most, CURVE_HEIGHT * (1 - getattr(p, name))) for p in points)
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in pairs)

    return {
        "accepted": line("accepted"),
        "promised": line("promised"),
        "decisions": most,
        "last_accepted": show_percent(points[-1].accepted),
        "last_promised": show_percent(points[-1].promised),
        "first_accepted": show_percent(points[0].accepted),
    }


def show_percent(share: float) -> str:
    return f"{number_format(100 * share, 1)} %"


def _foresee(key: str, threshold: float) -> dict[str, Any]:
    figures = expect_error(key, threshold)
    examples = open_above(key, threshold).select_related("product", "product__category").order_by("?")[:EXAMPLES]
    return {
        "figures": figures,
        "at_once": min(figures.values, MOST_AT_ONCE),
        "expected": show_percent(figures.error),  # "error" would be printed in place of messages
        "low": show_percent(figures.low),
        "high": show_percent(figures.high),
        "rows": describe_rows(list(examples)),
    }


def _accept(model_admin: Any, request: HttpRequest, key: str, threshold: float) -> HttpResponse:
    address = f"{reverse('admin:catalog_proposal_bulk')}?{urlencode({'attribute': key, 'threshold': f'{threshold:g}'})}"
    try:
        done = accept_above(key, threshold, user=request.user)
    except ShopError as error:
        messages.error(request, error.message)
        return redirect(address)
    enqueue_indexing(done.product_ids)
    told = ngettext("%(count)d value accepted.", "%(count)d values accepted.", done.proposals) % {
        "count": done.proposals
    }
    attribute = Attribute.objects.filter(key=key).first()
    if attribute is not None and done.proposals:
        model_admin.log_change(request, attribute, f"{told} (≥ {threshold:g})")
    if done.more:
        messages.warning(request, f"{told} " + _("There are more: accept again to go on."))
        return redirect(address)
    messages.success(request, told)
    return redirect(f"{reverse('admin:catalog_proposal_changelist')}?{urlencode({'attribute': key})}")


def _read_threshold(text: str) -> tuple[float, str]:
    """The threshold, and what is wrong with what was typed; percents are understood ("90 %")."""
    typed = text.strip().replace(",", ".")
    if not typed:
        return DEFAULT_THRESHOLD, ""
    try:
        number = float(typed.rstrip("%％ ")) / (100 if typed.endswith(("%", "％")) else 1)
    except ValueError:
        number = -1.0
    if 0 <= number <= 1:
        return number, ""
    return DEFAULT_THRESHOLD, _("The threshold is a number from 0 to 1.")


def _name_attributes(keys: list[str]) -> list[tuple[str, str]]:
    named = {each.key: str(each) for each in Attribute.objects.filter(key__in=keys)}
    return sorted(((key, named.get(key, key)) for key in keys), key=lambda pair: pair[1].lower())


def _show_band(band: Any) -> dict[str, str]:
    return {
        "range": f"{100 * band.low:.0f}–{100 * band.high:.0f} %",
        "decisions": number_format(band.decisions),
        "precision": show_percent(band.precision),
        "interval": f"{show_percent(band.precision_low)} – {show_percent(band.precision_high)}",
    }
