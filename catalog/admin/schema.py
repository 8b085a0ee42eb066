"""Admin of the vocabulary's order: suggested merges to decide, and which attributes matter in which category."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import display

from catalog.errors import ShopError
from catalog.models import Attribute, AttributeValue, CategoryAttribute, Product, SchemaSuggestion
from catalog.queueing import enqueue_indexing, enqueue_merge
from catalog.review.merge_decisions import accept_merge, reject_merge, settle_merge, undo_merge
from catalog.schema.reasons import describe_reason, read_reason
from catalog.units import format_quantity

PER_PAGE = 25
# About two seconds of work; more is done by a worker.
MOST_IN_A_PAGE = 2000
SHOWN_VALUES = 8
DECIDE: dict[str, Callable[..., SchemaSuggestion]] = {
    "accept": accept_merge,
    "reject": reject_merge,
    "undo": undo_merge,
}
FILTERS = ("status", "kind", "q")


@dataclass(frozen=True, slots=True)
class Side:
    """A value or attribute as the page shows it; `examples` are products that state it."""

    name: str
    other_name: str
    key: str
    products: int
    examples: tuple[Product, ...]


@dataclass(frozen=True, slots=True)
class SuggestionRow:
    suggestion: SchemaSuggestion
    source: Side
    target: Side
    reason: str
    percent: int


@admin.register(SchemaSuggestion)
class SchemaSuggestionAdmin(ModelAdmin):
    """Decisions are only made on the list, where both sides are shown."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: SchemaSuggestion | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        decide = path("decide/", self.admin_site.admin_view(self.decide_view), name="catalog_schemasuggestion_decide")
        return [decide, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponseBase:
        return redirect(f"{reverse('admin:catalog_schemasuggestion_changelist')}?status=all")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
        """GET: one page of suggestions; everything asked for is in the address."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        asked = {name: request.GET.get(name, "") for name in FILTERS}
        asked["status"] = asked["status"] or SchemaSuggestion.Status.OPEN
        page = Paginator(find_suggestions(asked), PER_PAGE).get_page(request.GET.get("page"))
        context = {
            **self.admin_site.each_context(request),
            "title": _t("Suggested merges"),
            "opts": self.opts,
            "url": reverse("admin:catalog_schemasuggestion_changelist"),
            "decide_url": reverse("admin:catalog_schemasuggestion_decide"),
            "asked": asked,
            "address": urlencode({name: value for name, value in asked.items() if value}),
            "statuses": [*SchemaSuggestion.Status.choices, ("all", _t("all"))],
            "kinds": [("", _t("all")), *SchemaSuggestion.Kind.choices],
            "page": page,
            "rows": describe_rows(page),
            "may_change": self.has_change_permission(request),
        }
        return TemplateResponse(request, "admin/catalog/schemasuggestion/list.html", context)

    def decide_view(self, request: HttpRequest) -> HttpResponseBase:
        """POST: `one` ("accept:12") decides one suggestion, `many` ("accept") all that are ticked."""
        if request.method != "POST" or not self.has_change_permission(request):
            raise PermissionDenied
        decision, _colon, single = request.POST.get("one", "").partition(":")
        decision = decision or request.POST.get("many", "")
        chosen = [single] if single else request.POST.getlist("chosen")
        if decision not in DECIDE:
            raise PermissionDenied
        done = sum(self._decide(request, decision, int(pk)) for pk in chosen[:PER_PAGE] if pk.isdecimal())
        if done:
            told = ngettext("%d suggestion decided.", "%d suggestions decided.", done)
            messages.success(request, told % done)
        elif not chosen:
            messages.warning(request, _t("Tick at least one suggestion."))
        address = request.POST.get("address", "")
        return redirect(f"{reverse('admin:catalog_schemasuggestion_changelist')}?{address}")

    def _decide(self, request: HttpRequest, decision: str, pk: int) -> bool:
        """What is refused is told, and the others are decided all the same."""
        target = {"target": request.POST.get(f"target-{pk}", "")} if decision == "accept" else {}
        before = SchemaSuggestion.objects.filter(pk=pk).values_list("status", flat=True).first()
        try:
            suggestion = DECIDE[decision](pk, user=request.user, **target)
        except ShopError as error:
            messages.error(request, error.message)
            return False
        self.log_change(request, suggestion, f"{decision}: {suggestion.source} → {suggestion.target}")
        if SchemaSuggestion.Status.ACCEPTED in {before, suggestion.status}:
            show_merge(suggestion)
        return True


def show_merge(suggestion: SchemaSuggestion) -> None:
    """The products concerned show the decision, and are indexed again."""
    if suggestion.products > MOST_IN_A_PAGE:
        enqueue_merge(suggestion.pk)
        return
    for changed in settle_merge(suggestion.pk):
        enqueue_indexing(changed)


def find_suggestions(asked: dict[str, str]) -> QuerySet[SchemaSuggestion]:
    """The surest first; decided ones the latest first."""
    rows = SchemaSuggestion.objects.select_related("attribute", "decided_by")
    if asked["status"] != "all":
        rows = rows.filter(status=asked["status"])
    if asked["kind"]:
        rows = rows.filter(kind=asked["kind"])
    words = asked["q"].strip()[:100].replace("\0", "")
    if words:
        named = Q(attribute__key__icontains=words) | Q(attribute__name_en__icontains=words)
        named |= Q(attribute__name_zh__icontains=words)
        rows = rows.filter(named | Q(source__icontains=words) | Q(target__icontains=words))
    if asked["status"] == SchemaSuggestion.Status.OPEN:
        return rows.order_by("-score", "-products", "pk")
    return rows.order_by(F("decided_at").desc(nulls_last=True), "-score", "pk")


def describe_rows(page: Page[SchemaSuggestion]) -> list[SuggestionRow]:
    """Both sides of every suggestion of a page: three queries, however large the catalog is."""
    suggestions = list(page)
    reasons = {row.pk: read_reason(row.reason) for row in suggestions}
    names = _read_names(suggestions)
    ids = {id_ for reason in reasons.values() for id_ in (*reason.source_examples, *reason.target_examples)}
    products = Product.objects.only("sku", "title_en", "title_zh").in_bulk(ids)

    def side(row: SchemaSuggestion, key: str, count: int, examples: Iterable[int]) -> Side:
        shown = names.get((row.attribute_id if row.kind == SchemaSuggestion.Kind.SAME_VALUE else 0, key))
        other = (
            next((name for name in (shown.name_en, shown.name_zh) if name not in {"", str(shown)}), "") if shown else ""
        )
        known = tuple(products[id_] for id_ in dict.fromkeys(examples) if id_ in products)
        return Side(str(shown) if shown else key, other, key, count, known)

    return [
        SuggestionRow(
            suggestion=row,
            source=side(row, row.source, row.products, reasons[row.pk].source_examples),
            target=side(row, row.target, reasons[row.pk].target_products, reasons[row.pk].target_examples),
            reason=describe_reason(reasons[row.pk]),
            percent=round(row.score * 100),
        )
        for row in suggestions
    ]


def _read_names(suggestions: Iterable[SchemaSuggestion]) -> dict[tuple[int, str], Attribute | AttributeValue]:
    """(attribute id, key) of values and (0, key) of attributes → the row that names it."""
    listed = list(suggestions)
    keys = {key for row in listed for key in (row.source, row.target)}
    values = AttributeValue.objects.filter(attribute_id__in={row.attribute_id for row in listed}, key__in=keys)
    names: dict[tuple[int, str], Attribute | AttributeValue] = {}
    names.update(((value.attribute_id, value.key), value) for value in values)
    names.update(((0, attribute.key), attribute) for attribute in Attribute.objects.filter(key__in=keys))
    return names


class MissingFilter(admin.SimpleListFilter):
    """Facets that many products of the category lack: where reviewing values pays."""

    title = _("facets")
    parameter_name = "missing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("often", _("most products lack it")), ("some", _("some products lack it"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[CategoryAttribute]) -> QuerySet[CategoryAttribute]:
        below = {"often": 0.5, "some": 1.0}.get(self.value() or "")
        return queryset if below is None else queryset.filter(attribute__is_facet=True, coverage__lt=below)


@admin.register(CategoryAttribute)
class CategoryAttributeAdmin(ModelAdmin):
    """Read-only: a job counts. Without a category chosen the whole shop is shown."""

    list_display = [
        "show_attribute", "show_category", "show_coverage", "show_missing", "show_spread", "show_demand", "show_values",
        "show_review",
    ]  # fmt: skip
    list_display_links = None
    list_filter = [("category", AutocompleteSelectFilter), MissingFilter, "attribute__is_facet", "attribute__kind"]
    list_filter_submit = True
    list_select_related = ["attribute", "category"]
    search_fields = ["attribute__key", "attribute__name_en", "attribute__name_zh"]
    ordering = ["id"]  # written in the order of usefulness (catalog.schema.usefulness)
    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: CategoryAttribute | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: CategoryAttribute | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[CategoryAttribute]:
        rows = super().get_queryset(request)
        chosen = any(name.startswith("category") and value for name, value in request.GET.items())
        return rows if chosen else rows.filter(category=None)

    @display(description=_("attribute"), ordering="attribute__key")
    def show_attribute(self, row: CategoryAttribute) -> str:
        return str(row.attribute)

    @display(description=_("category"))
    def show_category(self, row: CategoryAttribute) -> str:
        return str(row.category) if row.category else _t("whole shop")

    @display(description=_("have it"), ordering="coverage")
    def show_coverage(self, row: CategoryAttribute) -> str:
        return f"{row.coverage:.0%} ({row.products})"

    @display(description=_("lack it"))
    def show_missing(self, row: CategoryAttribute) -> int:
        return round(row.products / row.coverage) - row.products if row.coverage else 0

    @display(description=_("spread (bits)"), ordering="entropy")
    def show_spread(self, row: CategoryAttribute) -> str:
        return f"{row.entropy:.1f}"

    @display(description=_("asked for"), ordering="demand")
    def show_demand(self, row: CategoryAttribute) -> str:
        return f"{row.demand:.1%}" if row.demand else "–"

    @display(description=_("most frequent values"))
    def show_values(self, row: CategoryAttribute) -> str:
        if row.attribute.kind == Attribute.Kind.NUMBER and row.low is not None and row.high is not None:
            return " – ".join(format_quantity(end, row.attribute.unit) for end in (row.low, row.high))
        return ", ".join(f"{_say_value(value)} ({count})" for value, count in row.values[:SHOWN_VALUES])

    @display(description=_("found in texts"))
    def show_review(self, row: CategoryAttribute) -> SafeString | str:
        try:
            address = reverse("admin:catalog_proposal_changelist")
        except NoReverseMatch:
            return "–"
        asked = {"attribute": row.attribute.key, **({"category": row.category.key} if row.category else {})}
        return format_html('<a class="underline" href="{}?{}">{}</a>', address, urlencode(asked), _("Review"))


def _say_value(value: Any) -> str:
    if isinstance(value, bool):
        return _t("yes") if value else _t("no")
    return f"{value:g}" if isinstance(value, int | float) else str(value)[:60]
