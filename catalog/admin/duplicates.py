"""Admin of products that may be listed twice: side by side, what differs marked; merge, keep apart, take back."""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from catalog import pipeline
from catalog.admin.duplicate_words import describe_reason
from catalog.duplicates.comparison import compare_products
from catalog.duplicates.merging import ask_again, keep_apart, merge, unmerge
from catalog.errors import ShopError
from catalog.models import DuplicateSuggestion, Product
from catalog.queueing import enqueue_indexing

Status = DuplicateSuggestion.Status
STATUS_COLOURS = {Status.OPEN: "info", Status.MERGED: "success", Status.APART: "warning"}
REASONS_LISTED = 3


@admin.register(DuplicateSuggestion)
class DuplicateSuggestionAdmin(ModelAdmin):
    list_display = ["show_score", "show_first", "show_second", "show_reasons", "show_status", "decided_by"]
    list_display_links = ["show_score", "show_first", "show_second"]
    list_filter = ["status"]
    list_select_related = ["first", "second", "decided_by"]
    search_fields = ["first__sku__startswith", "second__sku__startswith", "first__title_en__icontains",
                     "first__title_zh__icontains"]  # fmt: skip
    search_help_text = _("Beginning of a SKU, or words of a title.")
    ordering = ["-score", "id"]
    show_full_result_count = False
    list_per_page = 50
    actions = ["merge_chosen", "keep_chosen_apart", "take_chosen_back"]

    class Media:
        css = {"all": ["catalog/admin.css", "catalog/duplicates.css"]}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: DuplicateSuggestion | None = None) -> bool:
        return False  # a merged pair holds what is needed to take the merge back

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Merging changes products, so it takes the right to change those as well."""
        return self.has_change_permission(request) and request.user.has_perm("catalog.change_product")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.decide_view)
        return [path("<int:pk>/decide/", view, name="catalog_duplicatesuggestion_decide"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        """What waits for review comes first; every other list is one click away."""
        if request.method == "GET" and not request.GET:
            return redirect(f"{request.path}?status__exact={Status.OPEN}")
        return super().changelist_view(request, extra_context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponseBase:
        held = self.get_object(request, object_id)
        if held is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_or_change_permission(request, held):
            raise PermissionDenied
        page = {
            **self.admin_site.each_context(request),
            "title": _t("One product or two?"),
            "opts": self.opts,
            "media": self.media,
            "pair": held,
            "percent": f"{100 * held.score:.0f}",
            "pictures": [_first_picture(held.first), _first_picture(held.second)],
            "rows": compare_products(held.first, held.second),
            "reasons": [describe_reason(*reason) for reason in held.reasons],
            "may_decide": self.has_decide_permission(request),
            "open": Status.OPEN,
            "merged": Status.MERGED,
            "apart": Status.APART,
            "waiting": DuplicateSuggestion.objects.filter(status=Status.OPEN).count(),
            "changelist_url": reverse("admin:catalog_duplicatesuggestion_changelist"),
        }
        return TemplateResponse(request, "admin/catalog/duplicatesuggestion/compare.html", page)

    def decide_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One pair decided; then the next one that waits."""
        if not self.has_decide_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            choice = request.POST.get("choice", "")
            done = self._decide(request, [pk], choice)
            if done and choice in ("merge", "apart"):
                return redirect(_next_address(pk))
        return redirect("admin:catalog_duplicatesuggestion_change", pk)

    @action(description=_("Merge: one product"), permissions=["decide"])
    def merge_chosen(self, request: HttpRequest, queryset: QuerySet[DuplicateSuggestion]) -> None:
        self._decide(request, queryset.order_by("-score", "pk").values_list("pk", flat=True), "merge")

    @action(description=_("Keep apart: two products"), permissions=["decide"])
    def keep_chosen_apart(self, request: HttpRequest, queryset: QuerySet[DuplicateSuggestion]) -> None:
        self._decide(request, queryset.values_list("pk", flat=True), "apart")

    @action(description=_("Take the decision back"), permissions=["decide"])
    def take_chosen_back(self, request: HttpRequest, queryset: QuerySet[DuplicateSuggestion]) -> None:
        # The last merge goes back first: later ones stand on earlier ones.
        self._decide(request, queryset.order_by("-decided_at", "-pk").values_list("pk", flat=True), "back")

    def _decide(self, request: HttpRequest, ids: Iterable[int], choice: str) -> int:
        """Each pair by itself: one that cannot be decided says why, and the others go on."""
        done = 0
        for pk in list(ids):
            try:
                done += _DECISIONS[choice](pk, request.user) if choice in _DECISIONS else 0
            except ShopError as error:
                messages.error(request, error.message)
        if done:
            messages.success(request, ngettext("%d pair decided.", "%d pairs decided.", done) % done)
        return done

    @display(description=_("likelihood"), ordering="score")
    def show_score(self, held: DuplicateSuggestion) -> str:
        return f"{held.score:.0%}"

    @display(description=_("product"))
    def show_first(self, held: DuplicateSuggestion) -> str:
        return _show_product(held.first)

    @display(description=_("listed again as"))
    def show_second(self, held: DuplicateSuggestion) -> str:
        return _show_product(held.second)

    @display(description=_("why"))
    def show_reasons(self, held: DuplicateSuggestion) -> str:
        return " · ".join(describe_reason(*reason).text for reason in held.reasons[:REASONS_LISTED]) or "–"

    @display(description=_("status"), label=STATUS_COLOURS)
    def show_status(self, held: DuplicateSuggestion) -> tuple[str, str]:
        return held.status, held.get_status_display()


def _show_product(product: Product) -> str:
    return format_html(
        '<span class="catalog-title">{}</span><span class="catalog-second">{}</span>', str(product), product.sku
    )


def _first_picture(product: Product) -> str:
    """The content policy lets browsers load pictures from this server and from IMAGE_ORIGINS alone."""
    origins = [origin for origin in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["img-src"] if "://" in origin]
    address = product.images[0] if product.images else ""
    return address if address.startswith(("/", *origins)) else ""


def _merge(pk: int, user: Any) -> int:
    _refresh(merge, pk, user)
    return 1


def _keep(pk: int, user: Any) -> int:
    return keep_apart([pk], user=user)


def _take_back(pk: int, user: Any) -> int:
    if ask_again([pk], user=user):
        return 1
    _refresh(unmerge, pk, user)
    return 1


def _refresh(change: Callable[..., list[int]], pk: int, user: Any) -> None:
    """Products, offers and search change in one transaction; texts are indexed after it."""
    with transaction.atomic():
        product_ids = change(pk, user=user)
        pipeline.product_changed(product_ids)
        enqueue_indexing(product_ids)


_DECISIONS: dict[str, Callable[[int, Any], int]] = {"merge": _merge, "apart": _keep, "back": _take_back}


def _next_address(pk: int) -> str:
    waiting = DuplicateSuggestion.objects.filter(status=Status.OPEN).exclude(pk=pk).order_by("-score", "id")
    following = waiting.values_list("pk", flat=True).first()
    if following is None:
        return reverse("admin:catalog_duplicatesuggestion_changelist")
    return reverse("admin:catalog_duplicatesuggestion_change", args=[following])
