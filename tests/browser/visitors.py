"""The shop's own knowledge of a visitor in tests: a real shop would look into the session of its account."""

from django.http import HttpRequest


def segments_of(request: HttpRequest) -> list[str]:
    return [name for name in request.COOKIES.get("test_segments", "").split(".") if name]
