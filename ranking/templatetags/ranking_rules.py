"""Template filters of the rule pages."""

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def item(mapping: Mapping[str, Any], key: str) -> Any:
    """The value under this key; the key itself where there is none."""
    return mapping.get(key, key)
