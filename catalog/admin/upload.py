"""Admin of uploads: choose a file, see what its columns mean, check it, import it, watch it, mend what was refused."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from catalog import pipeline
from catalog.admin.mapping_form import MappingForm
from catalog.admin.upload_form import UploadForm
from catalog.errors import NotFound, ShopError
from catalog.long_lists import LongList
from catalog.models import Upload
from catalog.queueing import enqueue_upload
from catalog.refused_csv import stream_download
from catalog.serializers import show_percent
from catalog.upload_record import BUSY, find_upload, is_at_work

STATUS_COLOURS = {"done": "success", "failed": "danger", "running": "info", "queued": "info", "checking": "info"}
SHOWN_REFUSED = 50


@admin.register(Upload)
class UploadAdmin(LongList, ModelAdmin):
    list_display = ["filename", "show_status", "rows", "created_count", "changed_count", "unchanged_count",
                    "deleted_count", "show_refused", "created_by", "created_at"]  # fmt: skip
    list_filter = ["status"]
    list_select_related = ["created_by"]
    search_fields = ["filename"]

    @display(description=_("status"), label=STATUS_COLOURS)
    def show_status(self, upload: Upload) -> tuple[str, str]:
        return upload.status, upload.get_status_display()

    @display(description=_("refused"), label={"some": "warning"})
    def show_refused(self, upload: Upload) -> tuple[str, str] | str:
        return ("some", f"{upload.refused_count:,}") if upload.refused_count else "0"

    def get_urls(self) -> list[URLPattern]:
        def route(address: str, view: Any, name: str) -> URLPattern:
            return path(address, self.admin_site.admin_view(view), name=f"catalog_upload_{name}")

        return [
            route("<uuid:upload_id>/mapping/", self.mapping_view, "mapping"),
            route("<uuid:upload_id>/start/", self.start_view, "start"),
            route("<uuid:upload_id>/state/", self.state_view, "state"),
            route("<uuid:upload_id>/refused.csv", self.refused_view, "refused"),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponseBase:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                upload = pipeline.receive_upload(
                    form.cleaned_data["file"],
                    filename=form.cleaned_data["file"].name,
                    mode=form.cleaned_data["mode"],
                    user=request.user,
                )
            except ShopError as error:
                form.add_error("file", error.message)
            else:
                self.log_addition(request, upload, [{"added": {}}])
                return redirect("admin:catalog_upload_mapping", upload.pk)
        return self._render(request, "add", _t("Upload a catalog file"), {"form": form})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponseBase:
        upload = self._find(request, object_id)
        if upload is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return self._render(request, "detail", upload.filename, self._state(upload))

    def mapping_view(self, request: HttpRequest, upload_id: UUID) -> HttpResponseBase:
        upload = self._find(request, str(upload_id), change=True)
        if upload is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(upload_id))
        if is_at_work(upload):
            return redirect("admin:catalog_upload_change", upload.pk)
        form = MappingForm(upload, request.POST if request.method == "POST" else None)
        if request.method == "POST":
            try:
                upload = pipeline.set_mapping(upload.pk, form.read())
            except ShopError as error:
                form.error = error.message
            else:
                return self._start(request, upload, check_only="import" not in request.POST)
        context = {"upload": upload, "mapping_form": form}
        return self._render(request, "mapping", _t("What the columns mean"), context)

    def start_view(self, request: HttpRequest, upload_id: UUID) -> HttpResponseBase:
        upload = self._find(request, str(upload_id), change=True)
        if upload is None or request.method != "POST":
            return redirect("admin:catalog_upload_changelist")
        if "allow_archiving" in request.POST:
            upload = pipeline.set_mapping(upload.pk, {**upload.mapping, "allow_many_archived": True})
        return self._start(request, upload, check_only="check" in request.POST)

    def state_view(self, request: HttpRequest, upload_id: UUID) -> HttpResponseBase:
        """The part of the page that moves; asked for again and again while a job runs."""
        upload = self._find(request, str(upload_id))
        if upload is None:
            return HttpResponse(status=404)
        return TemplateResponse(request, "admin/catalog/upload/state.html", self._state(upload))

    def refused_view(self, request: HttpRequest, upload_id: UUID) -> HttpResponseBase:
        upload = self._find(request, str(upload_id))
        return stream_download(upload) if upload else redirect("admin:catalog_upload_changelist")

    def _find(self, request: HttpRequest, upload_id: str, *, change: bool = False) -> Upload | None:
        try:
            upload = find_upload(upload_id)
        except NotFound:
            return None
        allowed = self.has_change_permission if change else self.has_view_or_change_permission
        if not allowed(request, upload):
            raise PermissionDenied
        return upload

    def _start(self, request: HttpRequest, upload: Upload, *, check_only: bool) -> HttpResponse:
        try:
            enqueue_upload(upload, check_only=check_only)
        except ShopError as error:
            messages.error(request, error.message)
        return redirect("admin:catalog_upload_change", upload.pk)

    def _state(self, upload: Upload) -> dict[str, Any]:
        examples = upload.notes.get("examples", {})
        return {
            "upload": upload,
            "busy": upload.status in BUSY,
            "stuck": upload.status in BUSY and not is_at_work(upload),
            "percent": show_percent(upload),
            "checked": upload.status == Upload.Status.CHECKED,
            "refused": list(upload.refused_rows.order_by("row_number", "id")[:SHOWN_REFUSED]),
            "changed_examples": examples.get("changed", [])[:20],
            "created_examples": examples.get("created", [])[:20],
            "notes": upload.notes,
        }

    def _render(self, request: HttpRequest, name: str, title: str, context: dict[str, Any]) -> TemplateResponse:
        page = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "media": self.media,
            "changelist_url": reverse("admin:catalog_upload_changelist"),
            **context,
        }
        return TemplateResponse(request, f"admin/catalog/upload/{name}.html", page)
