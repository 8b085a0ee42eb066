"""What the shop around the search knows of a visitor: market and segments, from a function that the settings name.

A market decides what may be sold and a segment which rules hold, so neither is read from anything a browser sends.
"""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Visitor:
    market: str = ""
    segments: tuple[str, ...] = ()


def describe_visitor(request: HttpRequest) -> Visitor:
    """By `STOREFRONT_VISITOR`, a function (request) → Visitor; without one all visitors are of `STOREFRONT_MARKET`."""
    if settings.STOREFRONT_VISITOR:
        visitor: Visitor = import_string(settings.STOREFRONT_VISITOR)(request)
        return visitor
    return Visitor(market=settings.STOREFRONT_MARKET)
