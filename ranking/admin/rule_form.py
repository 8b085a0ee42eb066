"""The rule form: plain columns as fields, the document's lists as JSON that the page's script edits."""

from collections.abc import Mapping
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

from catalog.errors import ShopError
from ranking.errors import RuleRefused
from ranking.governance.actors import Actor
from ranking.governance.policies import read_policies
from ranking.governance.versions import working_version
from ranking.merchandising.schema import DOCUMENT_FIELDS, RuleDocument, parse_rule, to_columns
from ranking.models import Rule
from ranking.rule_store import check_save

# Buttons of the page that save and move the rule on in one step.
STATUS_BUTTONS = {"ranking_rule_save_and_submit": "review", "ranking_rule_save_and_make_live": "live"}
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
    # Set by the admin for each request; without one the form saves nothing.
    actor: Actor | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.path_errors: dict[str, str] = {}
        self.initial["version"] = self.instance.version
        if isinstance(self.instance.expires_at, datetime):
            self.initial["expires_at"] = timezone.localtime(self.instance.expires_at)
        if read_policies().needs_approval(self.instance.markets):
            # Under four eyes a rule moves on by the buttons alone.
            self.fields["status"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        stored = Rule.objects.select_related("pending").filter(pk=self.instance.pk).first()
        self._check_version(cleaned, stored)
        for button, status in STATUS_BUTTONS.items():
            if button in self.data:
                cleaned["status"] = status
        if self.data.get("arranged") and not (cleaned.get("reason") or "").strip():
            self.add_error("reason", _("Say why the page is arranged like this: others will ask when it may go."))
        if not self.errors:
            self._check_document(cleaned)
        if self.document is not None and self.actor is not None:
            self._check_governance(self.document, stored, self.actor)
        return cleaned

    def _check_version(self, cleaned: dict[str, Any], stored: Rule | None) -> None:
        """A save must not silently undo what somebody else saved since this page was opened."""
        if stored is not None and cleaned.get("version") not in (None, working_version(stored)):
            self.add_error(None, _("Somebody else changed this rule meanwhile. Load the page again."))

    def _check_governance(self, document: RuleDocument, stored: Rule | None, actor: Actor) -> None:
        try:
            check_save(document, stored, actor, read_policies())
        except ShopError as error:
            self._show_errors(error.extra.get("errors") or {"": error.message})

    def _check_document(self, cleaned: dict[str, Any]) -> None:
        values = {name: cleaned.get(name) for name in DOCUMENT_FIELDS}
        for name in (*LISTS, "markets", "locales", "tags"):
            values[name] = [] if values[name] is None else values[name]
        values["holdout_share"] = values["holdout_share"] or 0
        try:
            self.document = parse_rule(values)
        except RuleRefused as error:
            self._show_errors(error.extra["errors"])
        else:
            cleaned.update(to_columns(self.document))

    def _show_errors(self, errors: Mapping[str, str]) -> None:
        self.path_errors = dict(errors)
        for path, message in errors.items():
            name = path.partition(".")[0]
            hidden = name not in self.fields or self.fields[name].widget.is_hidden
            self.add_error(None if hidden else name, message)
