"""The shop's own knowledge of a visitor in tests: a real shop would look into the session of its account."""

from django.http import HttpRequest

from ranking.storefront.visitor import Visitor


def read_cookies(request: HttpRequest) -> Visitor:
    segments = request.COOKIES.get("test_segments", "")
    return Visitor(market=request.COOKIES.get("test_market", ""), segments=tuple(filter(None, segments.split("."))))
