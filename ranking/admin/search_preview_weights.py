"""The weights of a configuration as numbers to try, and a new configuration made of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.functional import Promise

from ranking.admin.config_words import EXPLANATIONS, NAMES
from ranking.admin.search_preview_form import WEIGHT_PREFIX
from ranking.models import RankingConfig
from ranking.registry import DEFAULT_WEIGHTS
from ranking.scorers.registry import SCORERS

LARGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class WeightInput:
    """One number to try; `base` is what the configuration has."""

    name: str
    label: "str | Promise"
    explanation: "str | Promise"
    value: str
    base: str
    error: str = ""

    @property
    def is_changed(self) -> bool:
        return self.value != self.base

    @property
    def is_off(self) -> bool:
        """By the configuration, whatever is tried."""
        return self.base == "0"


def find_config(config_id: str) -> RankingConfig | None:
    """The configuration of this id, or the live one for ""; None where there is none."""
    rows = RankingConfig.objects.filter(pk=config_id) if config_id else RankingConfig.objects.filter(is_live=True)
    return rows.first()


def list_weights(config: RankingConfig | None) -> dict[str, float]:
    """Every scorer's weight in this configuration, those it has first; 0 is off."""
    own: Mapping[str, float] = config.weights if config else DEFAULT_WEIGHTS
    ordered = sorted(own.items(), key=lambda item: -item[1])
    return {**{name: float(weight) for name, weight in ordered}, **{name: 0.0 for name in SCORERS if name not in own}}


def read_weights(given: QueryDict, base: Mapping[str, float]) -> tuple[dict[str, float], dict[str, str]]:
    """The weights to try (the configuration's own where none is given), and what is wrong by name."""
    field = forms.FloatField(min_value=0, max_value=LARGEST, required=False)
    weights, errors = dict(base), {}
    for name in base:
        text = given.get(f"{WEIGHT_PREFIX}{name}", "").strip()
        if not text:
            continue
        try:
            weights[name] = float(field.clean(text))
        except ValidationError as error:
            errors[name] = " ".join(error.messages)
    return weights, errors


def build_weight_inputs(
    base: Mapping[str, float], weights: Mapping[str, float], errors: Mapping[str, str], given: QueryDict
) -> tuple[WeightInput, ...]:
    return tuple(
        WeightInput(
            name=name,
            label=NAMES.get(name, name),
            explanation=EXPLANATIONS.get(name, ""),
            value=given.get(f"{WEIGHT_PREFIX}{name}", "")[:20] if name in errors else f"{weights[name]:g}",
            base=f"{base[name]:g}",
            error=errors.get(name, ""),
        )
        for name in base
    )


def save_as_new(name: str, *, weights: Mapping[str, float], start: RankingConfig | None) -> RankingConfig:
    """A configuration that is not live: these weights, and what else the first one has.

    Raises ValidationError for a name that is empty or too long.
    """
    config = RankingConfig(
        name=name.strip(),
        weights={**(start.weights if start else {}), **weights},
        parameters=dict(start.parameters) if start else {},
    )
    config.full_clean()
    config.save()
    return config
