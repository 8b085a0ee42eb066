"""The form that asks what rules would change: which rules, at which moment, for whom, over which queries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from ranking.admin.rule_words import COMMON_ZONES
from ranking.admin.simulation_categories import SharesField
from ranking.merchandising.whatif_question import MAX_DAYS, MAX_QUERIES

TRY, WORTH, LEAVE_OUT = "try", "worth", "leave_out"
MODES = [
    (TRY, _("The shop as it is, and then with these rules")),
    (WORTH, _("The shop without these rules, and then with them")),
    (LEAVE_OUT, _("The shop as it is, and then without these rules")),
]
MAX_TYPED = 500
CLOCK = "%Y-%m-%dT%H:%M"


class SimulationForm(forms.Form):
    mode = forms.ChoiceField(label=_("Compare"), choices=MODES, initial=TRY, widget=forms.RadioSelect)
    at = forms.CharField(
        label=_("At this time"),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"}),
        help_text=_("Empty is now. Rules and sales are as they will be then."),
    )
    zone = forms.ChoiceField(label=_("Time zone"), required=False, widget=UnfoldAdminSelectWidget)
    locale = forms.ChoiceField(
        label=_("Language of the shop"),
        required=False,
        choices=[("", _("each query in its own")), ("en", _("English")), ("zh", _("Chinese"))],
        widget=UnfoldAdminSelectWidget,
    )
    market = forms.CharField(
        label=_("Market"),
        required=False,
        max_length=16,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Empty: each query in the market where it was asked."),
    )
    other_places = forms.BooleanField(
        label=_("Also ask there what was searched in other markets and languages"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "si-check"}),
    )
    segments = forms.CharField(
        label=_("Shopper's segments"),
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Several with commas between them."),
    )
    device = forms.ChoiceField(
        label=_("Device"),
        required=False,
        choices=[("", _("any")), ("desktop", _("desktop")), ("tablet", _("tablet")), ("phone", _("phone"))],
        widget=UnfoldAdminSelectWidget,
    )
    limit = forms.IntegerField(
        label=_("Most frequent queries"),
        min_value=1,
        max_value=MAX_QUERIES,
        initial=1000,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    days = forms.IntegerField(
        label=_("of the last days"), min_value=1, max_value=MAX_DAYS, initial=30, widget=UnfoldAdminIntegerFieldWidget
    )
    depth = forms.TypedChoiceField(
        label=_("Products compared"),
        choices=[(10, "10"), (24, "24"), (48, "48"), (100, "100")],
        coerce=int,
        initial=24,
        widget=UnfoldAdminSelectWidget,
        help_text=_("Of each result, from the top."),
    )
    conversion = forms.FloatField(
        label=_("Looks that end in buying, in %"),
        min_value=0,
        max_value=100,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}),
        help_text=_("For the estimate of revenue: of a hundred looks at a product, so many end in buying it."),
    )
    conversion_by_category = SharesField()
    queries = forms.CharField(
        label=_("Or only these queries"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("One in each line, instead of the query log."),
    )
    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("Empty: the names of the rules."),
    )
    draft = forms.JSONField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "si-%s"
        zones = dict.fromkeys((settings.TIME_ZONE, *COMMON_ZONES, *sorted(available_timezones())))
        self.fields["zone"].choices = [(zone, zone) for zone in zones]  # type: ignore[attr-defined]

    def clean_at(self) -> datetime | None:
        text = self.cleaned_data["at"]
        if not text:
            return None
        try:
            return datetime.fromisoformat(text).replace(tzinfo=None)
        except ValueError as error:
            raise forms.ValidationError(_("Choose a day and a time.")) from error

    def clean_queries(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["queries"].splitlines()]
        found = [line for line in lines if line]
        if len(found) > MAX_TYPED:
            raise forms.ValidationError(_("At most %d queries.") % MAX_TYPED)
        return found

    def read_draft(self) -> dict[str, Any] | None:
        """The rule that is written in another page, also of a form that is not valid."""
        value: Any = self.initial.get("draft")
        if self.is_bound:
            value = self.cleaned_data.get("draft") if hasattr(self, "cleaned_data") else None
        return value if isinstance(value, dict) else None

    def clean_draft(self) -> dict[str, Any] | None:
        draft = self.cleaned_data["draft"]
        if draft is not None and not isinstance(draft, dict):
            raise forms.ValidationError(_("Send one rule as a JSON object."))
        return draft

    def to_question(self, rule_ids: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
        """What is asked (to be judged by the schema), and the stored rules that are tried."""
        found = self.cleaned_data
        zone = found["zone"] or settings.TIME_ZONE
        leaves_out = found["mode"] == LEAVE_OUT
        draft = found["draft"]
        asked = {
            "rules": [draft] if draft and not leaves_out else [],
            "without": [*rule_ids, *([draft["id"]] if draft and draft.get("id") else [])] if leaves_out else [],
            "baseline": "without" if found["mode"] == WORTH else "live",
            "now": found["at"].replace(tzinfo=ZoneInfo(zone)) if found["at"] else timezone.now(),
            "timezone": zone,
            "segments": [part.strip() for part in found["segments"].replace("，", ",").split(",") if part.strip()],
            "conversion": found["conversion"] / 100,
            "conversion_by_category": found["conversion_by_category"],
            "queries": [{"query": text, "locale": guess_locale(text)} for text in found["queries"]],
            **{name: found[name] for name in ("market", "locale", "device", "other_places", "days", "limit", "depth")},
        }
        return asked, [] if leaves_out else list(rule_ids)


def guess_locale(text: str) -> str:
    """A query typed by hand is asked where such queries are asked."""
    return "en" if text.isascii() else "zh"


def initial_values(*, mode: str, draft: Any = None) -> dict[str, Any]:
    return {
        "mode": mode,
        "zone": settings.TIME_ZONE,
        "conversion": f"{settings.SIMULATION_CONVERSION * 100:g}",
        "draft": draft,
    }
