"""What REST accepts for a search: checked field by field, unknown names refused, then a SearchRequest."""

import math
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.contracts import LOCALES
from ranking.contracts import (
    LAYOUTS,
    MAX_PAGE_SIZE,
    MAX_QUERY_CHARACTERS,
    MAX_RESULTS,
    SORTS,
    Filter,
    SearchRequest,
)

MAX_FILTERS = 50
MAX_VALUES = 100
MAX_KEY_CHARACTERS = 300
MAX_SIMILAR = 50


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses names it does not know: a mistyped filter must not silently return everything."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = [str(name) for name in data if name not in self.fields]
            if unknown:
                known = ", ".join(self.fields)
                message = _("Unknown field. Known are: %(known)s.") % {"known": known}
                raise serializers.ValidationError({name: [message] for name in unknown})
        return super().to_internal_value(data)


@extend_schema_field({"type": "string", "enum": list(LOCALES)})
class LocaleField(serializers.CharField):
    """`en` or `zh`; longer tags such as `zh-CN` are read by their language."""

    def to_internal_value(self, data: Any) -> str:
        language = super().to_internal_value(data).replace("_", "-").split("-")[0].lower()
        if language not in LOCALES:
            raise serializers.ValidationError(_("Unknown language. Known are: en, zh."))
        return language


def request_locale() -> str:
    """The language Django chose for this request (cookie, then Accept-Language)."""
    language = (get_language() or "").split("-")[0]
    return language if language in LOCALES else LOCALES[0]


class FilterSerializer(StrictSerializer):
    """Any of `values`, or a range from `min` to `max`."""

    field = serializers.CharField(
        max_length=MAX_KEY_CHARACTERS,
        help_text="category, brand, price, rating, in_stock, on_sale or the key of an attribute",
    )
    values = serializers.ListField(
        child=serializers.CharField(max_length=MAX_KEY_CHARACTERS),
        required=False,
        max_length=MAX_VALUES,
        help_text="keys as the facets of an answer give them",
    )
    min = serializers.FloatField(required=False, allow_null=True)
    max = serializers.FloatField(required=False, allow_null=True)
    exclude = serializers.BooleanField(required=False, default=False, help_text="leave these out instead")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        minimum, maximum = attrs.get("min"), attrs.get("max")
        bounds = [bound for bound in (minimum, maximum) if bound is not None]
        if bool(attrs.get("values")) == bool(bounds):
            raise serializers.ValidationError(_("Give either values or a range (min, max)."))
        if not all(math.isfinite(bound) for bound in bounds):
            raise serializers.ValidationError(_("The ends of a range are finite numbers."))
        if minimum is not None and maximum is not None and minimum > maximum:
            raise serializers.ValidationError(_("The range ends before it begins: min is greater than max."))
        return attrs


class SearchRequestSerializer(StrictSerializer):
    q = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=MAX_QUERY_CHARACTERS,
        help_text="the shopper's words, Chinese or English; empty browses",
        error_messages={"max_length": _("Shorten the query to at most {max_length} characters.")},
    )
    filters = serializers.ListField(child=FilterSerializer(), required=False, max_length=MAX_FILTERS)
    facets = serializers.ListField(
        child=serializers.CharField(max_length=MAX_KEY_CHARACTERS),
        required=False,
        allow_null=True,
        max_length=MAX_FILTERS,
        help_text="which facets to count; absent counts what fits, empty counts none",
    )
    sort = serializers.ChoiceField(choices=SORTS, required=False, default="relevance")
    page = serializers.IntegerField(required=False, default=1, min_value=1, max_value=MAX_RESULTS)
    page_size = serializers.IntegerField(required=False, default=24, min_value=1, max_value=MAX_PAGE_SIZE)
    locale = LocaleField(required=False, help_text="default: what Accept-Language asks for")
    market = serializers.CharField(required=False, allow_blank=True, max_length=16)
    category = serializers.CharField(
        required=False, allow_blank=True, max_length=MAX_KEY_CHARACTERS, help_text="the category page being browsed"
    )
    shopper_id = serializers.CharField(required=False, allow_blank=True, max_length=100)
    session_id = serializers.CharField(required=False, allow_blank=True, max_length=100)
    device = serializers.CharField(required=False, allow_blank=True, max_length=20)
    segments = serializers.ListField(child=serializers.CharField(max_length=50), required=False, max_length=MAX_FILTERS)
    explain = serializers.BooleanField(
        required=False, default=False, help_text="adds each hit's parts and moves, and the decision ledger"
    )

    literal = serializers.BooleanField(
        required=False, default=False, help_text="search exactly what was typed: no filter is read from the words"
    )

    collapse = serializers.BooleanField(
        required=False, default=True, help_text="offers of the same thing show as one; 0 shows them all"
    )

    layout = serializers.ChoiceField(
        choices=LAYOUTS, required=False, help_text="the view the shopper chose; absent: rules choose it"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["page"] * attrs["page_size"] > MAX_RESULTS:
            last = MAX_RESULTS // attrs["page_size"]
            message = _("Pages end at result %(most)d: page %(last)d is the last of this size. Narrow the search.")
            raise serializers.ValidationError({"page": [message % {"most": MAX_RESULTS, "last": last}]})
        return attrs

    def to_request(self) -> SearchRequest:
        data = dict(self.validated_data)
        facets = data.pop("facets", None)
        return SearchRequest(
            query=data.pop("q"),
            filters=tuple(_to_filter(item) for item in data.pop("filters", ())),
            facets=None if facets is None else tuple(facets),
            locale=data.pop("locale", None) or request_locale(),
            segments=tuple(data.pop("segments", ())),
            sort_chosen="sort" in self.initial_data,
            **data,
        )


def _to_filter(item: dict[str, Any]) -> Filter:
    return Filter(
        field=item["field"],
        values=tuple(item.get("values", ())),
        minimum=item.get("min"),
        maximum=item.get("max"),
        exclude=item["exclude"],
    )


class SuggestRequestSerializer(StrictSerializer):
    q = serializers.CharField(max_length=100, allow_blank=True, required=False, default="")
    locale = LocaleField(required=False)
    limit = serializers.IntegerField(required=False, default=8, min_value=1, max_value=20)


class SimilarRequestSerializer(StrictSerializer):
    limit = serializers.IntegerField(required=False, default=12, min_value=1, max_value=MAX_SIMILAR)
    locale = LocaleField(required=False)
    market = serializers.CharField(required=False, allow_blank=True, default="", max_length=16)
