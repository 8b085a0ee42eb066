"""Which weights and parameters of a ranking configuration stand together, under a heading merchandisers understand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WEIGHT_PREFIX, PARAMETER_PREFIX = "weight_", "parameter_"
# Fields beside each other: three leave no room for what explains them.
ACROSS = 2


@dataclass(frozen=True, slots=True)
class Group:
    """`weights` and `parameters` in the order of the form; `told` stands above them."""

    title: "str | Promise"
    weights: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    told: "str | Promise" = ""
    title_off: "str | Promise" = ""  # while none of its weights counts


_WORDS = Group(
    _("How well it answers the words"),
    (
        "bm25", "dense", "pseudo_relevance", "head", "title", "category", "entity", "number", "intent_attention",
        "keyword_cosine",
    ),
    told=_("A product's score is the sum of each number times its weight. 0 switches a number off."),
)  # fmt: skip
_PRODUCT = Group(
    _("What the shop knows of the product"),
    ("in_stock", "popularity", "rating", "sentiment", "fresh", "margin", "stuffing"),
    ("fresh_half_life_days",),
    told=_("The same for every query. Small weights decide between products that answer the words equally well."),
)
_ALIKE = Group(_("Products that are alike"), (), ("collapse_duplicates", "diversity"))
_LEARNED = Group(
    _("Learned models"),
    ("ltr", "cross_encoder"),
    ("rerank_top", "rerank_budget_ms"),
    told=_("They were trained on judged searches. Compare them in the search preview before you make them live."),
    title_off=_("Learned models (off)"),
)
_RETRIEVAL = Group(
    _("Retrieval"),
    (),
    ("minimum_coverage", "k1", "dense_limit", "dense_most", "dense_margin", "dense_floor", "window", "ef_search"),
    told=_("What is looked at before anything is weighed. Change it only with measurements beside you."),
)
GROUPS = (_WORDS, _PRODUCT, _ALIKE, _LEARNED, _RETRIEVAL)
# Where a scorer or parameter that no group names has its field.
_OTHER_WEIGHTS, _OTHER_PARAMETERS = _WORDS, _RETRIEVAL


def build_fieldsets(weights: Mapping[str, float], parameters: Iterable[str]) -> list[tuple[Any, dict[str, Any]]]:
    """Django's fieldsets of all these names; closed is what is off as a whole, and Retrieval."""
    known = {name for group in GROUPS for name in (*group.weights, *group.parameters)}
    built: list[tuple[Any, dict[str, Any]]] = []
    given = tuple(parameters)
    for group in GROUPS:
        own = [name for name in group.weights if name in weights]
        own += [name for name in weights if name not in known] if group is _OTHER_WEIGHTS else []
        other = [name for name in group.parameters if name in given]
        other += [name for name in given if name not in known] if group is _OTHER_PARAMETERS else []
        names = [f"{WEIGHT_PREFIX}{name}" for name in own] + [f"{PARAMETER_PREFIX}{name}" for name in other]
        is_off = bool(group.title_off) and not any(weights[name] for name in own)
        options: dict[str, Any] = {"fields": _set_in_rows(names), "description": group.told}
        if is_off or group is _RETRIEVAL:
            options["classes"] = ["collapse"]
        built.append((group.title_off if is_off else group.title, options))
    return built


def _set_in_rows(names: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(names[start : start + ACROSS]) for start in range(0, len(names), ACROSS)]
