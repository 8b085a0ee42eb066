"""Admin of synonyms: what shoppers' words also find, suggestions to accept or reject, files in and out."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from catalog.long_lists import LongList
from ranking.admin.listed_words import WordSearch
from ranking.admin.synonym_form import ImportForm, SynonymForm, SynonymListForm
from ranking.admin.synonym_words import describe_evidence
from ranking.models import Synonym
from ranking.synonym_store import decide, touch
from ranking.synonyms_file import decode, guess_format, write_csv, write_solr
from ranking.synonyms_import import import_synonyms

SHOWN_REFUSED = 50


@admin.register(Synonym)
class SynonymAdmin(LongList, WordSearch, SimpleHistoryAdmin, ModelAdmin):
    form = SynonymForm
    list_display = ["show_words", "status", "weight", "enabled", "source", "show_evidence", "updated_at"]
    list_editable = ["status", "weight", "enabled"]
    list_filter = ["status", "source", "kind", "locale", "enabled"]
    search_fields = ["words", "alternatives", "note"]
    list_per_page = 20  # three fields of each row are edited in place: twice the work of a row that is only read
    listed_texts = ("words", "alternatives", "note")
    listed_arrays = frozenset({"words", "alternatives"})
    actions = ["accept", "reject"]
    actions_list = ["open_import", "export_csv", "export_solr"]
    actions_submit_line = ["save_and_accept", "save_and_reject"]
    readonly_fields = ["source", "show_evidence", "changed_by"]
    history_list_display = ["status", "version"]

    def get_fieldsets(self, request: HttpRequest, obj: Synonym | None = None) -> Any:
        told = _("The next search uses what you save. The typed word always counts; synonyms add to it.")
        fields = ["kind", "words", "alternatives", "weight", "locale", "status", "enabled", "note", "version"]
        origin = [(_("Where it is from"), {"fields": ["source", "show_evidence", "changed_by"]})] if obj else []
        return [(None, {"fields": fields, "description": told}), *origin]

    def get_form(self, request: HttpRequest, obj: Synonym | None = None, **kwargs: Any) -> Any:
        kwargs["fields"] = list(SynonymForm.Meta.fields)  # the version is no editable column; the form adds it itself
        return super().get_form(request, obj, **kwargs)

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        return SynonymListForm

    @display(description=_("words"))
    def show_words(self, synonym: Synonym) -> str:
        return str(synonym)

    @display(description=_("evidence"))
    def show_evidence(self, synonym: Synonym) -> str:
        return describe_evidence(synonym.evidence) or "–"

    @action(description=_("Accept"), permissions=["change"])
    def accept(self, request: HttpRequest, queryset: QuerySet[Synonym]) -> None:
        self._decide(request, queryset.values_list("pk", flat=True), Synonym.Status.ACCEPTED)

    @action(description=_("Reject"), permissions=["change"])
    def reject(self, request: HttpRequest, queryset: QuerySet[Synonym]) -> None:
        self._decide(request, queryset.values_list("pk", flat=True), Synonym.Status.REJECTED)

    @action(description=_("Save and accept"), permissions=["change"])
    def save_and_accept(self, request: HttpRequest, obj: Synonym) -> None:
        self._decide(request, [obj.pk], Synonym.Status.ACCEPTED)

    @action(description=_("Save and reject"), permissions=["change"])
    def save_and_reject(self, request: HttpRequest, obj: Synonym) -> None:
        self._decide(request, [obj.pk], Synonym.Status.REJECTED)

    def _decide(self, request: HttpRequest, ids: Any, status: str) -> None:
        count = decide(ids, status, user=request.user)
        words = ngettext(
            "%d synonym changed; the next search obeys.", "%d synonyms changed; the next search obeys.", count
        )
        self.message_user(request, words % count)

    def save_model(self, request: HttpRequest, obj: Synonym, form: Any, change: bool) -> None:
        obj.changed_by_id = request.user.pk
        if change:
            touch(obj, request.user)
        super().save_model(request, obj, form, change)

    @action(description=_("Import"), permissions=["add"], url_path="import", icon="upload")
    def open_import(self, request: HttpRequest) -> HttpResponseBase:
        if not self.has_change_permission(request):
            raise PermissionDenied
        form = ImportForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            text = decode(form.cleaned_data["file"].read()) if form.cleaned_data["file"] else form.cleaned_data["text"]
            format_ = form.cleaned_data["format"] or guess_format(text)
            report = import_synonyms(text, format_=format_, status=form.cleaned_data["status"], user=request.user)
            told = _t("%(created)d new, %(changed)d changed, %(unchanged)d as before, %(refused)d refused.")
            counts = {"created": report.created, "changed": report.changed, "unchanged": report.unchanged}
            level = messages.WARNING if report.refused else messages.SUCCESS
            self.message_user(request, told % {**counts, "refused": len(report.refused)}, level)
            if not report.refused:
                return redirect("admin:ranking_synonym_changelist")
            return self._show_import(request, ImportForm(), refused=report.refused[:SHOWN_REFUSED])
        return self._show_import(request, form)

    def _show_import(self, request: HttpRequest, form: ImportForm, refused: Any = ()) -> HttpResponse:
        page = {
            **self.admin_site.each_context(request),
            "title": _t("Import synonyms"),
            "opts": self.opts,
            "media": self.media,
            "form": form,
            "refused": refused,
            "changelist_url": reverse("admin:ranking_synonym_changelist"),
        }
        return TemplateResponse(request, "admin/ranking/synonym/import.html", page)

    @action(description=_("Export as CSV"), permissions=["view"], url_path="export-csv", icon="download")
    def export_csv(self, request: HttpRequest) -> HttpResponseBase:
        return send_file(
            write_csv(Synonym.objects.order_by("id").iterator(chunk_size=2000)), "synonyms.csv", "text/csv"
        )

    @action(description=_("Export for Solr"), permissions=["view"], url_path="export-solr", icon="download")
    def export_solr(self, request: HttpRequest) -> HttpResponseBase:
        rows = Synonym.objects.order_by("id").iterator(chunk_size=2000)
        return send_file(write_solr(rows), "synonyms.txt", "text/plain")


def send_file(lines: Any, name: str, kind: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines, content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
