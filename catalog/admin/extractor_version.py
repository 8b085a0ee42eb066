"""Admin of extractor versions: which one counts, what each found, and going back to another one."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from catalog.errors import ShopError
from catalog.evidence import recombine
from catalog.models import Evidence, Extraction, ExtractorVersion, Proposal
from catalog.proposals import switch_version
from catalog.queueing import enqueue_indexing, enqueue_version_switch
from catalog.review.version_changes import compare_versions

# Five seconds of work on two busy cores; more is done by a worker.
MOST_IN_A_PAGE = 1000


@admin.register(ExtractorVersion)
class ExtractorVersionAdmin(ModelAdmin):
    list_display = [
        "name",
        "version",
        "show_status",
        "show_read",
        "show_found",
        "show_accepted",
        "created_at",
        "show_use",
    ]
    list_display_links = None
    list_filter = ["name", "status"]
    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ExtractorVersion | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[ExtractorVersion]:
        read = Extraction.objects.filter(version=OuterRef("pk"), status=Extraction.Status.DONE)
        return (
            super()
            .get_queryset(request)
            .annotate(
                found_count=_count(Evidence.objects.filter(version=OuterRef("pk")), by="version"),
                read_count=_count(read, by="version"),
            )
        )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.use_view)
        return [path("<int:version_id>/use/", view, name="catalog_extractorversion_use"), *super().get_urls()]

    @display(description=_("status"), label={"live": "success", "retired": "info"})
    def show_status(self, version: ExtractorVersion) -> tuple[str, str]:
        return version.status, version.get_status_display()

    @display(description=_("products read"))
    def show_read(self, version: Any) -> str:
        return number_format(version.read_count, force_grouping=True)

    @display(description=_("values found"))
    def show_found(self, version: Any) -> str:
        return number_format(version.found_count, force_grouping=True)

    @display(description=_("of them accepted"))
    def show_accepted(self, version: ExtractorVersion) -> str:
        return number_format(count_accepted(version), force_grouping=True)

    @display(description="")
    def show_use(self, version: ExtractorVersion) -> str:
        if version.status == ExtractorVersion.Status.LIVE:
            return ""
        address = reverse("admin:catalog_extractorversion_use", args=[version.pk])
        return format_html(
            '<a class="text-primary-600 dark:text-primary-500 underline" href="{}">{}</a>',
            address,
            _t("Use this version…"),
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponseBase:
        """Where the log of actions links to."""
        return redirect("admin:catalog_extractorversion_changelist")

    def use_view(self, request: HttpRequest, version_id: int) -> HttpResponseBase:
        """GET: what would change. POST: this version counts."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        version = ExtractorVersion.objects.filter(pk=version_id).first()
        if version is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(version_id))
        changes = compare_versions(version)
        fits = changes.products <= MOST_IN_A_PAGE
        if request.method == "POST":
            self._use(request, version, at_once=fits)
            return redirect("admin:catalog_extractorversion_changelist")
        present = ExtractorVersion.objects.filter(name=version.name, status=ExtractorVersion.Status.LIVE).first()
        context = {
            **self.admin_site.each_context(request),
            "title": _t("Use another version of “%(name)s”") % {"name": version.name},
            "opts": self.opts,
            "version": version,
            "present": present,
            "changes": changes,
            "fits": fits,
            "read": Extraction.objects.filter(version=version, status=Extraction.Status.DONE).count(),
            "changelist_url": reverse("admin:catalog_extractorversion_changelist"),
        }
        return TemplateResponse(request, "admin/catalog/extractorversion/use.html", context)

    def _use(self, request: HttpRequest, version: ExtractorVersion, *, at_once: bool) -> None:
        if not at_once:
            enqueue_version_switch(version.pk)
            told = _t("“%(version)s” is being put into use; the products follow batch by batch.") % {"version": version}
            self.log_change(request, version, told)
            messages.success(request, told)
            return
        try:
            touched = switch_version(version.pk, recombine=recombine)
        except ShopError as error:
            messages.error(request, error.message)
            return
        enqueue_indexing(touched)
        told = _t("“%(version)s” counts now. The search follows within a minute.") % {"version": version}
        self.log_change(request, version, told)
        messages.success(request, told)


def count_accepted(version: ExtractorVersion) -> int:
    """Accepted values that this version found."""
    supported = Evidence.objects.filter(
        version=version,
        product=OuterRef("product"),
        attribute=OuterRef("attribute"),
        value_key=OuterRef("value_key"),
    )
    return Proposal.objects.filter(Exists(supported), status=Proposal.Status.ACCEPTED).count()


def _count(rows: QuerySet[Any], *, by: str) -> Coalesce:
    counted = rows.order_by().values(by).annotate(counted=Count("pk")).values("counted")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
