"""Wrong configuration is refused at start, not met by the first shopper."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.utils.module_loading import import_string


def check_segments(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """STOREFRONT_SEGMENTS must name a function that can be loaded."""
    path = settings.STOREFRONT_SEGMENTS
    if not path:
        return []
    try:
        found = import_string(path)
    except ImportError as error:
        reason = str(error)
    else:
        reason = "" if callable(found) else "it is no function"
    hint = "Name a function that takes the request, such as shop.customers.segments_of, or leave it empty."
    message = f"STOREFRONT_SEGMENTS is {path!r}, but {reason}."
    return [Error(message, hint=hint, id="ranking.E001")] if reason else []
