"""The rule form: plain columns as fields, the document's lists as JSON that the page's script edits."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from ranking.errors import RuleRefused
from ranking.merchandising.schema import DOCUMENT_FIELDS, RuleDocument, parse_rule, to_columns
from ranking.models import Rule

LISTS = ("conditions", "actions", "windows")
LOCALES = [("en", _("English")), ("zh", _("Chinese"))]


class RuleForm(forms.ModelForm):
    """Refuses here, field by field; `path_errors` tells the script which part of a list is meant."""

    conditions = forms.JSONField(required=False, initial=list, widget=forms.Textarea)
    actions = forms.JSONField(required=False, initial=list, widget=forms.Textarea)
    windows = forms.JSONField(required=False, initial=list, widget=forms.Textarea)
    markets = SimpleArrayField(
        forms.CharField(max_length=16),
        label=_("Markets"),
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Codes with commas between them; empty means all."),
    )
    tags = SimpleArrayField(
        forms.CharField(max_length=50), label=_("Tags"), required=False, widget=UnfoldAdminTextInputWidget
    )
    locales = forms.MultipleChoiceField(
        label=_("Languages"), choices=LOCALES, required=False, widget=forms.CheckboxSelectMultiple
    )
    expires_at = forms.DateTimeField(
        label=_("Expires"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "class": "rule-input"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )
    holdout_share = forms.FloatField(
        label=_("Holdout share"),
        required=False,
        min_value=0,
        max_value=1,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}),
        help_text=_("0.1 leaves one shopper in ten without the rule, to measure what it brings."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Rule
        fields = [*DOCUMENT_FIELDS]
        widgets = {
            "name": UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
            "status": UnfoldAdminSelectWidget,
            "priority": UnfoldAdminIntegerFieldWidget,
            "reason": UnfoldAdminTextareaWidget(attrs={"rows": 2}),
            "stop_processing": UnfoldBooleanSwitchWidget,
        }

    document: RuleDocument | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.path_errors: dict[str, str] = {}
        self.initial["version"] = self.instance.version
        if isinstance(self.instance.expires_at, datetime):
            self.initial["expires_at"] = timezone.localtime(self.instance.expires_at)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self._check_version(cleaned)
        if self.data.get("arranged") and not (cleaned.get("reason") or "").strip():
            self.add_error("reason", _("Say why the page is arranged like this: others will ask when it may go."))
        if not self.errors:
            self._check_document(cleaned)
        return cleaned

    def _check_version(self, cleaned: dict[str, Any]) -> None:
        """A save must not silently undo what somebody else saved since this page was opened."""
        if self.instance.pk and not self.instance._state.adding:
            current = Rule.objects.filter(pk=self.instance.pk).values_list("version", flat=True).first()
            if cleaned.get("version") is not None and current != cleaned["version"]:
                self.add_error(None, _("Somebody else changed this rule meanwhile. Load the page again."))

    def _check_document(self, cleaned: dict[str, Any]) -> None:
        values = {name: cleaned.get(name) for name in DOCUMENT_FIELDS}
        for name in (*LISTS, "markets", "locales", "tags"):
            values[name] = [] if values[name] is None else values[name]
        values["holdout_share"] = values["holdout_share"] or 0
        try:
            self.document = parse_rule(values)
        except RuleRefused as error:
            self.path_errors = dict(error.extra["errors"])
            for path, message in self.path_errors.items():
                name = path.partition(".")[0]
                self.add_error(name if name in self.fields else None, message)
        else:
            cleaned.update(to_columns(self.document))
