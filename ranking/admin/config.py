"""Admin of ranking configurations: weights said in words, and one of them made live."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextInputWidget

from ranking.admin.config_groups import PARAMETER_PREFIX, WEIGHT_PREFIX, build_fieldsets
from ranking.admin.config_words import EXPLANATIONS, NAMES
from ranking.admin.search_preview import preview_urls
from ranking.models import RankingConfig
from ranking.registry import DEFAULT_PARAMETERS, DEFAULT_WEIGHTS
from ranking.scorers.registry import SCORERS


class RankingConfigForm(forms.ModelForm):
    """One number a field instead of raw JSON; unknown keys stored by other means are kept."""

    class Meta:
        model = RankingConfig
        fields = ["name", "note"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "note" in self.fields:
            self.fields["note"].widget.attrs["rows"] = 2
        for prefix, name, value in list_numbers(self.instance):
            self.fields[f"{prefix}{name}"] = make_number_field(name, value)

    def save(self, commit: bool = True) -> Any:
        self.instance.weights = self._collect(WEIGHT_PREFIX, self.instance.weights)
        self.instance.parameters = self._collect(PARAMETER_PREFIX, self.instance.parameters)
        return super().save(commit)

    def _collect(self, prefix: str, stored: dict[str, Any]) -> dict[str, Any]:
        chosen = {
            name.removeprefix(prefix): value
            for name, value in self.cleaned_data.items()
            if name.startswith(prefix) and value is not None
        }
        return {**stored, **chosen}


def list_numbers(config: RankingConfig) -> list[tuple[str, str, float | None]]:
    """Every weight and parameter there is, with this configuration's value or the default."""
    start = {} if config.pk else DEFAULT_WEIGHTS
    weights = {**dict.fromkeys(SCORERS, 0.0), **start, **config.weights}
    parameters = {**DEFAULT_PARAMETERS, **config.parameters}
    return [(WEIGHT_PREFIX, name, value) for name, value in weights.items()] + [
        (PARAMETER_PREFIX, name, value) for name, value in parameters.items()
    ]


def make_number_field(name: str, value: float | None) -> forms.FloatField:
    return forms.FloatField(
        label=NAMES.get(name, name.replace("_", " ")),
        help_text=EXPLANATIONS.get(name, ""),
        initial=value,
        min_value=0,
        max_value=1_000_000,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}),
    )


@admin.register(RankingConfig)
class RankingConfigAdmin(ModelAdmin):
    form = RankingConfigForm
    list_display = ["name", "show_live", "show_weights", "note", "created_at"]
    search_fields = ["name", "note"]
    actions_submit_line = ["save_and_make_live"]
    actions = ["make_live"]

    def get_urls(self) -> list[URLPattern]:
        return [*preview_urls(self), *super().get_urls()]

    def get_fieldsets(self, request: HttpRequest, obj: RankingConfig | None = None) -> Any:
        numbers = list_numbers(obj or RankingConfig())
        weights = {name: value or 0.0 for prefix, name, value in numbers if prefix == WEIGHT_PREFIX}
        parameters = [name for prefix, name, _value in numbers if prefix == PARAMETER_PREFIX]
        return [(None, {"fields": ["name", "note"]}), *build_fieldsets(weights, parameters)]

    def get_form(self, request: HttpRequest, obj: RankingConfig | None = None, **kwargs: Any) -> Any:
        kwargs["fields"] = ["name", "note"]  # the numbers are no columns; the form adds them itself
        return super().get_form(request, obj, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: RankingConfig | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.is_live)

    @display(description=_("live"), label={"live": "success"})
    def show_live(self, config: RankingConfig) -> tuple[str, str] | str:
        return ("live", _t("live")) if config.is_live else ""

    @display(description=_("weights"))
    def show_weights(self, config: RankingConfig) -> SafeString:
        return format_html_join(
            " · ", "{} {}", ((NAMES.get(name, name), f"{value:g}") for name, value in config.weights.items())
        )

    @action(description=_("Make live"), permissions=["change"])
    def make_live(self, request: HttpRequest, queryset: QuerySet[RankingConfig]) -> None:
        if queryset.count() != 1:
            self.message_user(request, _t("Choose exactly one configuration."), messages.ERROR)
            return
        self._switch_to(request, queryset.get())

    @action(description=_("Save and make live"), permissions=["change"])
    def save_and_make_live(self, request: HttpRequest, obj: RankingConfig) -> None:
        self._switch_to(request, obj)

    def _switch_to(self, request: HttpRequest, config: RankingConfig) -> None:
        with transaction.atomic():
            RankingConfig.objects.filter(is_live=True).exclude(pk=config.pk).update(is_live=False)
            RankingConfig.objects.filter(pk=config.pk).update(is_live=True)
        self.message_user(request, _t("“%s” ranks every search from now on.") % config.name)
