"""No rule treats shoppers differently by a protected trait: segment conditions whose names hold one are refused."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from catalog.text import normalise

_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PIECES = re.compile(r"[^\W_]+")


def find_protected(conditions: Sequence[Mapping[str, Any]], words: Iterable[str]) -> dict[str, str]:
    """Field path → why it is refused. What a product is (a shoe's “gender: women”) is no trait of the shopper."""
    wanted = [known for word in words if (known := normalise(word))]
    errors: dict[str, str] = {}
    for path, segment in _list_segments(list(conditions), "conditions"):
        found = next((word for word in wanted if _names(segment, word)), None)
        if found:
            errors.setdefault(
                path,
                _(
                    "“%(segment)s” sorts shoppers by a protected trait (%(word)s). Rules may not do that: choose "
                    "another segment, or filter by what the products are. The rule policy lists protected traits."
                )
                % {"segment": segment, "word": found},
            )
    return errors


def _list_segments(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every segment a condition names, at whatever depth conditions are nested."""
    if isinstance(value, Mapping):
        if value.get("type") == "segment":
            yield from ((f"{path}.values", str(name)) for name in value.get("values") or ())
        else:
            for name, inner in value.items():
                yield from _list_segments(inner, f"{path}.{name}")
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from _list_segments(inner, f"{path}.{number}")


def _names(segment: str, word: str) -> bool:
    """Whole words (“women_30”, “ageGroup”, “gender:f”); Chinese, which has no blanks, anywhere."""
    text = normalise(_HUMPS.sub(" ", segment))
    if not word.isascii():
        return word in text
    pieces = _PIECES.findall(text)
    letters = [re.sub(r"\d+", "", piece) for piece in pieces]
    asked = " ".join(_PIECES.findall(word))
    return any(f" {asked} " in f" {' '.join(found)} " for found in (pieces, letters)) or asked == "".join(letters)
