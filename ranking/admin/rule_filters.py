"""The rule list narrowed by what rules do."""

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ranking.models import Rule

KINDS = [
    ("pin", _("pins")),
    ("slot", _("keeps places")),
    ("boost", _("boosts and buries")),
    ("diversify", _("mixes")),
    ("group", _("shows a block of products")),
    ("hide", _("hides")),
    ("filter", _("shows only")),
    ("replace", _("searches for other words")),
    ("redirect", _("sends elsewhere")),
    ("banner", _("shows a banner")),
    ("sort", _("sorts")),
    ("facets", _("arranges filters")),
    ("layout", _("chooses the layout")),
    ("synonym", _("also finds other words")),
    ("unassociate", _("keeps words apart")),
]


class KindFilter(SimpleListFilter):
    title = _("what it does")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return KINDS

    def queryset(self, request: HttpRequest, queryset: QuerySet[Rule]) -> QuerySet[Rule]:
        kind = self.value()
        return queryset.filter(actions__contains=[{"type": kind}]) if kind else queryset


class WaitingFilter(SimpleListFilter):
    title = _("waiting")
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("review", _("for an approval")), ("change", _("with a change beside it"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Rule]) -> QuerySet[Rule]:
        if self.value() == "review":
            return queryset.filter(Q(status="review") | Q(pending__status="review"))
        return queryset.filter(pending__isnull=False) if self.value() == "change" else queryset
