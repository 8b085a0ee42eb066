"""Rules in and out as files, in the admin: told first, done on a second click."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from catalog.errors import ShopError
from ranking.admin.synonym import send_file
from ranking.models import Rule
from ranking.moving.pins_csv import write_pins
from ranking.rules_file import write_rules
from ranking.rules_import import ImportReport, import_rules
from ranking.synonyms_file import decode

# A form must be posted again to be done, and a request has at most 4 MB; larger files are the command's.
MAX_FORM_BYTES = 3_000_000
SHOWN = 200
FORMATS = [
    ("searchsite", _("Rules of this shop (YAML)")),
    ("pins", _("Pins from a spreadsheet (CSV)")),
    ("querqy", _("Querqy or SMUI (rules.txt)")),
    ("algolia", _("Algolia (JSON)")),
]
STATUSES = [("draft", _("drafts, to look at first")), ("review", _("sent for review")), ("live", _("live at once"))]


class RuleFileForm(forms.Form):
    format = forms.ChoiceField(label=_("What wrote the file"), choices=FORMATS, widget=UnfoldAdminSelectWidget)
    file = forms.FileField(
        label=_("File"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".yaml,.yml,.csv,.txt,.json", "class": "upload-file"}),
    )
    text = forms.CharField(
        label=_("Or paste it"),
        required=False,
        max_length=MAX_FORM_BYTES,
        strip=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 8}),
    )
    status = forms.ChoiceField(
        label=_("Rules of another system become"), choices=STATUSES, widget=UnfoldAdminSelectWidget
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        file = cleaned.get("file")
        if file and file.size > MAX_FORM_BYTES:
            limit = MAX_FORM_BYTES // 1_000_000
            raise ValidationError(_t("The file is larger than %d MB; use the command import_rules.") % limit)
        cleaned["text"] = decode(file.read()) if file else cleaned.get("text", "")
        if not cleaned["text"].strip():
            raise ValidationError(_t("Choose a file, or paste its lines."))
        return cleaned


class RuleFiles:
    """Buttons above the list of rules, and the page where a file is read."""

    actions_list = ["open_rule_import", "export_yaml", "export_pins"]

    @action(description=_("Bring in rules"), permissions=["add"], url_path="import", icon="upload")
    def open_rule_import(self, request: HttpRequest) -> HttpResponseBase:
        if not self.has_change_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        form = RuleFileForm(request.POST or None, request.FILES or None)
        if request.method != "POST" or not form.is_valid():
            return self._show_rule_import(request, form)
        asked, apply = form.cleaned_data, "apply" in request.POST
        try:
            report = import_rules(
                asked["text"],
                dry_run=not apply,
                owner=request.user,
                format_=asked["format"],
                status=asked["status"],
            )
        except ShopError as error:
            return self._show_rule_import(request, _carry(asked), refused=error)
        if apply:
            told = _t("%(create)d new, %(change)d changed, %(unchanged)d as before.") % report.counts
            messages.success(request, told)
            return redirect("admin:ranking_rule_changelist")
        return self._show_rule_import(request, _carry(asked), report=report)

    def _show_rule_import(
        self,
        request: HttpRequest,
        form: RuleFileForm,
        *,
        report: ImportReport | None = None,
        refused: ShopError | None = None,
    ) -> HttpResponse:
        page = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": _t("Bring in rules"),
            "opts": Rule._meta,
            "form": form,
            "report": report,
            "changes": report.changes[:SHOWN] if report else (),
            "notes": report.notes[:SHOWN] if report else (),
            "unknown": report.unknown[:SHOWN] if report else (),
            "refused": list(refused.extra.get("errors", {}).items())[:SHOWN] if refused else (),
            "refusal": refused.message if refused else "",
            "changelist_url": reverse("admin:ranking_rule_changelist"),
        }
        return TemplateResponse(request, "admin/ranking/rule/import.html", page)

    @action(description=_("Export all rules"), permissions=["view"], url_path="export-yaml", icon="download")
    def export_yaml(self, request: HttpRequest) -> HttpResponseBase:
        return send_file([write_rules(Rule.objects.all())], "rules.yaml", "application/yaml")

    @action(description=_("Export pins"), permissions=["view"], url_path="export-pins", icon="download")
    def export_pins(self, request: HttpRequest) -> HttpResponseBase:
        return send_file(write_pins(Rule.objects.iterator(chunk_size=2000)), "pins.csv", "text/csv")


def _carry(asked: dict[str, Any]) -> RuleFileForm:
    """The same form with the file's text in it, so that the second click needs no file."""
    return RuleFileForm(initial={name: asked[name] for name in ("format", "text", "status")})
