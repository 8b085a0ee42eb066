"""Admin of reading texts: how far the extractors have come, and which products they could not read and why."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from catalog.models import Extraction
from catalog.review.version_changes import read_progress

STATUS_COLOURS = {"done": "success", "failed": "danger"}


@admin.register(Extraction)
class ExtractionAdmin(ModelAdmin):
    list_display = ["show_product", "version", "show_status", "code", "message", "attempts", "try_after", "read_at"]
    list_display_links = None
    list_filter = ["status", "version__name", "code"]
    list_select_related = ["product", "version"]
    search_fields = ["product__sku"]
    search_help_text = _("SKU of the product")
    show_full_result_count = False
    list_per_page = 50
    actions = ["try_again"]
    list_before_template = "admin/catalog/extraction/progress_slot.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Extraction | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.progress_view)
        return [path("progress/", view, name="catalog_extraction_progress"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
        """What failed, unless something else is asked for."""
        if request.method == "GET" and not request.GET:
            return redirect(f"{reverse('admin:catalog_extraction_changelist')}?status__exact=failed")
        return super().changelist_view(request, extra_context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponseBase:
        return redirect("admin:catalog_extraction_changelist")

    def progress_view(self, request: HttpRequest) -> HttpResponseBase:
        """The line above the list: counted apart, because a large catalog takes a second or two."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return TemplateResponse(request, "admin/catalog/extraction/progress.html", {"versions": read_progress()})

    @display(description=_("product"), ordering="product__sku")
    def show_product(self, extraction: Extraction) -> tuple[str, str] | str:
        return f"{extraction.product.sku} · {extraction.product}"

    @display(description=_("status"), label=STATUS_COLOURS)
    def show_status(self, extraction: Extraction) -> tuple[str, str]:
        return extraction.status, extraction.get_status_display()

    @action(description=_("Try again"), permissions=["change"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Extraction]) -> None:
        failed = queryset.filter(status=Extraction.Status.FAILED)
        count = failed.update(try_after=timezone.now())
        told = ngettext(
            "%(count)d product will be read again within a minute.",
            "%(count)d products will be read again within a minute.",
            count,
        )
        self.message_user(request, told % {"count": count})
