"""What the search preview is asked: one form, read from the address, so that an address opens the same view again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from ranking.contracts import MAX_QUERY_CHARACTERS, SearchRequest
from ranking.models import RankingConfig

DRAFT = "draft"
WEIGHT_PREFIX = "w."
# Products compared are more than products shown, so that a move from outside the list has its number.
COMPARED = 50
DEFAULTS = {"q": "", "market": "", "segments": "", "device": "", "at": "", "a": "", "b": "", "shown": "10"}
NAMES = ("q", "locale", "market", "segments", "device", "at", "literal", "a", "b", "shown")
_NO_FIRST = _("This configuration is not there any more; the live one is shown. Choose another from the list.")
_NO_SECOND = _("This configuration is not there any more, so nothing is compared. Choose another from the list.")
MOST_LISTED = 200


class PreviewForm(forms.Form):
    q = forms.CharField(
        label=_("Query"),
        required=False,
        max_length=MAX_QUERY_CHARACTERS,
        error_messages={"max_length": _("A query has at most %(limit_value)d characters. Shorten it.")},
        widget=UnfoldAdminTextInputWidget(
            attrs={"type": "search", "autocomplete": "off", "spellcheck": "false", "enterkeyhint": "search"}
        ),
    )
    a = forms.ChoiceField(
        label=_("Configuration A"),
        required=False,
        error_messages={"invalid_choice": _NO_FIRST},
        widget=UnfoldAdminSelectWidget,
    )
    b = forms.ChoiceField(
        label=_("Compare with B"),
        required=False,
        error_messages={"invalid_choice": _NO_SECOND},
        widget=UnfoldAdminSelectWidget,
    )
    locale = forms.ChoiceField(
        label=_("Language of the shop"),
        required=False,
        choices=[("en", _("English")), ("zh", _("Chinese"))],
        widget=UnfoldAdminSelectWidget,
    )
    market = forms.CharField(label=_("Market"), required=False, max_length=16, widget=UnfoldAdminTextInputWidget)
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
    at = forms.DateTimeField(
        label=_("At this time"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"}),
        help_text=_("Empty is now. Rules and sales are as they will be then."),
    )
    shown = forms.ChoiceField(
        label=_("Products shown"),
        required=False,
        choices=[("10", "10"), ("20", "20"), ("50", "50")],
        widget=UnfoldAdminSelectWidget,
    )
    literal = forms.BooleanField(
        label=_("As typed"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "sp-check"}),
        help_text=_("Nothing is corrected, and no number or unwanted word is read from the query."),
    )

    def __init__(self, *args: Any, configs: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "sp-%s"
        self.fields["a"].choices = [("", _("the live one")), *configs.items()]  # type: ignore[attr-defined]
        self.fields["b"].choices = [  # type: ignore[attr-defined]
            ("", _("nothing")),
            (DRAFT, _("other weights, not saved")),
            *configs.items(),
        ]


@dataclass(frozen=True, slots=True)
class PreviewInputs:
    """The form's values, each valid. `second` is "", a configuration's id or "draft"; `at` is the address's text."""

    query: str
    locale: Literal["en", "zh"]
    market: str = ""
    segments: tuple[str, ...] = ()
    device: str = ""
    at: str = ""
    moment: datetime | None = None
    literal: bool = False
    first: str = ""
    second: str = ""
    shown: int = 10

    def to_request(self, config: str, *, now: datetime, weights: Mapping[str, float] | None = None) -> SearchRequest:
        """The search a shopper would get, explained; `config` is an id or "" for the live one."""
        return SearchRequest(
            query=self.query,
            facets=(),
            page_size=COMPARED,
            locale=self.locale,
            market=self.market,
            device=self.device,
            segments=self.segments,
            explain=True,
            literal=self.literal,
            now=now,
            config_id=int(config) if config else None,
            draft_weights=weights,
        )

    def to_query_string(self, weights: Mapping[str, float] | None = None, **changes: Any) -> str:
        """The shortest address of this view; weights only where they are tried."""
        asked = replace(self, **changes)
        pairs = {
            "q": asked.query, "locale": asked.locale, "market": asked.market, "segments": ",".join(asked.segments),
            "device": asked.device, "at": asked.at, "literal": "on" if asked.literal else "", "a": asked.first,
            "b": asked.second, "shown": "" if asked.shown == 10 else str(asked.shown),
        }  # fmt: skip
        kept = {name: text for name, text in pairs.items() if text or name == "q"}
        if asked.second == DRAFT:
            kept |= {f"{WEIGHT_PREFIX}{name}": f"{value:g}" for name, value in (weights or {}).items()}
        return urlencode(kept)


def list_configs(*asked: str) -> dict[str, str]:
    """Id → name for the two lists, the live one first and marked; those asked for are there however many there are."""
    ids = [int(text) for text in asked if text.isascii() and text.isdecimal() and len(text) < 10]
    rows = RankingConfig.objects.order_by("-is_live", "-created_at")
    listed = [*rows[:MOST_LISTED], *rows.filter(pk__in=ids)]
    return {str(row.pk): f"{row.name} ({_('live')})" if row.is_live else row.name for row in listed}


def read_inputs(given: QueryDict) -> tuple[PreviewForm, PreviewInputs]:
    """The form with its errors, and inputs in which every wrong value gave way to the usual one."""
    own = "zh" if (get_language() or "").startswith("zh") else "en"
    data = {**DEFAULTS, "locale": own, **{name: str(given[name]) for name in NAMES if name in given}}
    form = PreviewForm(data, configs=list_configs(data["a"], data["b"]))
    form.is_valid()
    found = form.cleaned_data
    segments = (part.strip() for part in found.get("segments", "").replace("，", ",").split(","))
    moment = found.get("at")
    return form, PreviewInputs(
        query=found.get("q", ""),
        locale="zh" if (found.get("locale") or own) == "zh" else "en",
        market=found.get("market", ""),
        segments=tuple(part for part in segments if part)[:20],
        device=found.get("device", ""),
        at=timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M") if moment else "",
        moment=moment,
        literal=found.get("literal", False),
        first=found.get("a", ""),
        second=found.get("b", ""),
        shown=int(found.get("shown") or DEFAULTS["shown"]),
    )
