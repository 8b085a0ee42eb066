"""Admin of review alerts: which products' reviews turned bad, what customers write, and who has seen to it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from catalog.models import AspectSummary, OpinionAlert, Review
from catalog.opinions.aspects import name_aspect
from catalog.opinions.summary import WHOLE

QUOTES_LISTED = 2


class StateFilter(admin.SimpleListFilter):
    """Open alerts first: what is seen to is history."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("to be seen to")), ("seen", _("seen to"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OpinionAlert]) -> QuerySet[OpinionAlert]:
        if self.value() in {"open", "seen"}:
            return queryset.filter(seen_at__isnull=self.value() == "open")
        return queryset


@admin.register(OpinionAlert)
class OpinionAlertAdmin(ModelAdmin):
    """Alerts come from the reviews alone: people read them and say that they have seen to them."""

    list_display = ["show_product", "show_jump", "reviews", "show_quotes", "show_state", "raised_at"]
    list_filter = [StateFilter]
    list_select_related = ["product"]
    search_fields = ["product__sku__startswith", "product__title_en__icontains", "product__title_zh__icontains"]
    search_help_text = _("Beginning of a SKU, or words of a title.")
    show_full_result_count = False
    list_per_page = 50
    actions = ["see_to"]
    fields = ["show_product_link", "show_jump", "reviews", "show_chance", "raised_at", "seen_at", "show_quotes"]
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        response = super().changelist_view(request, extra_context)
        listed = getattr(response, "context_data", {}).get("cl") if hasattr(response, "context_data") else None
        if listed is not None:
            attach_quotes(listed.result_list)
        return response

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> OpinionAlert | None:
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            attach_quotes([found])
        return found

    @display(description=_("product"), ordering="product__sku")
    def show_product(self, alert: OpinionAlert) -> SafeString:
        return format_html(
            '<span class="catalog-title">{}</span><span class="catalog-second">{}</span>',
            str(alert.product),
            alert.product.sku,
        )

    @display(description=_("product"))
    def show_product_link(self, alert: OpinionAlert) -> SafeString:
        address = reverse("admin:catalog_product_change", args=[alert.product_id])
        return format_html('<a href="{}">{} ({})</a>', address, str(alert.product), alert.product.sku)

    @display(description=_("negative reviews"), ordering="share_now")
    def show_jump(self, alert: OpinionAlert) -> str:
        return f"{alert.share_before:.0%} → {alert.share_now:.0%}"

    @display(description=_("chance of that by luck"))
    def show_chance(self, alert: OpinionAlert) -> str:
        if alert.p_value < 0.0001:
            return _t("less than 1 in 10,000")
        return _t("1 in %(count)s") % {"count": f"{round(1 / alert.p_value):,}"}

    @display(description=_("what customers write"))
    def show_quotes(self, alert: OpinionAlert) -> SafeString | str:
        quotes: Sequence[tuple[str, str]] = getattr(alert, "quotes", ())
        return format_html_join("", "<div>{}<q>{}</q></div>", quotes) if quotes else "–"

    @display(description=_("state"), label={"open": "danger", "seen": "success"})
    def show_state(self, alert: OpinionAlert) -> tuple[str, str]:
        return ("open", _t("to be seen to")) if alert.seen_at is None else ("seen", _t("seen to"))

    @action(description=_("Seen to"), permissions=["change"])
    def see_to(self, request: HttpRequest, queryset: QuerySet[OpinionAlert]) -> None:
        """Reviews written from now on may raise a new alert."""
        count = queryset.filter(seen_at=None).update(seen_at=timezone.now())
        message = ngettext("%(count)d alert is seen to.", "%(count)d alerts are seen to.", count) % {"count": count}
        self.message_user(request, message, messages.SUCCESS)


def attach_quotes(alerts: Sequence[OpinionAlert]) -> None:
    """What the newest negative reviews of these products say, in two queries, as `quotes`: (aspect, text)."""
    summaries = AspectSummary.objects.filter(product__in={alert.product_id for alert in alerts}).exclude(aspect=WHOLE)
    places = [
        (summary.product_id, summary.aspect, quote)
        for summary in summaries.filter(negative__gt=0).order_by("-negative", "aspect")
        for quote in summary.quotes
        if not quote["positive"]
    ]
    bodies = dict(Review.objects.filter(pk__in={quote["review"] for *_, quote in places}).values_list("pk", "body"))
    for alert in alerts:
        own = [(aspect, quote) for product_id, aspect, quote in places if product_id == alert.product_id]
        alert.quotes = tuple(_cite(own, bodies))[:QUOTES_LISTED]  # type: ignore[attr-defined]


def _cite(quotes: Sequence[tuple[str, Mapping[str, Any]]], bodies: Mapping[int, str]) -> list[tuple[str, str]]:
    language = get_language() or "en"
    cited: dict[str, str] = {}
    for aspect, quote in quotes:
        text = bodies.get(quote["review"], "")[quote["start"] : quote["end"]].strip()
        if text:
            cited.setdefault(text, f"{name_aspect(aspect, language)} " if name_aspect(aspect, language) else "")
    return [(name, text) for text, name in cited.items()]
