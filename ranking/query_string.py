"""REST's query string → the same document a POST body holds. Strict: what is not understood is refused by name.

filter[brand]=sony,bose            any of these; repeating the parameter adds values; "\\," is a comma in a value
filter[-brand]=bose                none of these
filter[price]=10..50               a range with both ends in it; either end may be missing
facets=brand,price                 which facets to count; an empty list counts none
"""

import re
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

SINGLE_PARAMETERS = (
    "q", "sort", "page", "page_size", "locale", "market", "category", "shopper_id", "session_id", "device", "explain",
    "literal", "collapse", "layout",
)  # fmt: skip
LIST_PARAMETERS = ("facets", "segments")
_FILTER = re.compile(r"filter\[(?P<exclude>-?)(?P<field>[^\[\]]+)\]")
_NUMBER = r"-?\d+(?:\.\d+)?"
_RANGE = re.compile(rf"(?P<min>{_NUMBER})?\.\.(?P<max>{_NUMBER})?")
_UNESCAPED_COMMA = re.compile(r"(?<!\\),")


def read_query_string(params: QueryDict) -> dict[str, Any]:
    """The request document; blank single parameters count as not given, as forms send them."""
    document: dict[str, Any] = {}
    filters: list[dict[str, Any]] = []
    errors: dict[str, list[str]] = {}
    for name, given in params.lists():
        match = _FILTER.fullmatch(name)
        try:
            if match:
                filters += _read_filter(match["field"], given, exclude=bool(match["exclude"]))
            elif name in LIST_PARAMETERS:
                document[name] = [value for text in given for value in split_list(text)]
            else:
                document |= _read_single(name, given)
        except ValueError as error:
            errors[name] = [str(error)]
    if errors:
        raise ValidationError(errors)
    return {**document, "filters": filters}


def read_text(params: Mapping[str, str], name: str) -> str:
    """A list's text parameter, without the character that no database stores; empty when it is not given."""
    return params.get(name, "").replace("\x00", "").strip()


def split_list(text: str) -> list[str]:
    parts = (part.replace("\\,", ",").strip() for part in _UNESCAPED_COMMA.split(text))
    return [part for part in parts if part]


def _read_single(name: str, given: list[str]) -> dict[str, str]:
    if name not in SINGLE_PARAMETERS:
        allowed = ", ".join((*SINGLE_PARAMETERS, *LIST_PARAMETERS, "filter[…]"))
        raise ValueError(_("Unknown parameter. Known are: %(allowed)s.") % {"allowed": allowed})
    if len(given) > 1:
        raise ValueError(_("Given more than once."))
    return {name: given[0]} if given[0].strip() else {}


def _read_filter(field: str, given: list[str], *, exclude: bool) -> list[dict[str, Any]]:
    values = [value for text in given for value in split_list(text)]
    if not values:
        return []
    ranges = [match for value in values if value != ".." and (match := _RANGE.fullmatch(value))]
    if not ranges:
        return [{"field": field, "values": values, "exclude": exclude}]
    if len(values) > 1:
        raise ValueError(_("One range, or a list of values, but not both."))
    bounds = {end: float(number) for end, number in ranges[0].groupdict().items() if number is not None}
    return [{"field": field, **bounds, "exclude": exclude}]
