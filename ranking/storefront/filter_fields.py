"""Filters as fields of plain HTML forms and links; REST, which has no forms, spells them in ranking/query_string.py.

f.brand=sony&f.brand=bose          either of two brands
f.price.min=50&f.price.max=200     a range, either end may be missing
f.in_stock=true                    yes / no
"""

import math
from collections.abc import Iterable, Mapping, Sequence

from ranking.contracts import Filter

FILTER_PREFIX = "f."
_RANGE_ENDS = (".min", ".max")


def read_filters(params: Mapping[str, Sequence[str]]) -> tuple[Filter, ...]:
    """The filters of a query string, in a stable order. What is not a number is no bound; empty values are dropped."""
    values: dict[str, list[str]] = {}
    bounds: dict[str, dict[str, float]] = {}
    for name, given in params.items():
        if not name.startswith(FILTER_PREFIX):
            continue
        field = name.removeprefix(FILTER_PREFIX)
        if field.endswith(_RANGE_ENDS):
            number = _read_number(given[-1] if given else "")
            if number is not None:
                bounds.setdefault(field[:-4], {})[field[-3:]] = number
        elif field:
            kept = [text for value in given if (text := value.replace("\x00", "")).strip()]
            if kept:
                values.setdefault(field, []).extend(kept)
    return tuple(
        Filter(
            field=field,
            values=tuple(dict.fromkeys(values.get(field, ()))),
            minimum=bounds.get(field, {}).get("min"),
            maximum=bounds.get(field, {}).get("max"),
        )
        for field in sorted({*values, *bounds})
    )


def write_filters(filters: Iterable[Filter]) -> list[tuple[str, str]]:
    """The parameters `read_filters` reads back to the same filters."""
    pairs: list[tuple[str, str]] = []
    for item in filters:
        name = FILTER_PREFIX + item.field
        pairs += [(name, value) for value in item.values]
        if item.minimum is not None:
            pairs.append((f"{name}.min", f"{item.minimum:.10g}"))
        if item.maximum is not None:
            pairs.append((f"{name}.max", f"{item.maximum:.10g}"))
    return pairs


def _read_number(text: str) -> float | None:
    try:
        number = float(text.strip())
    except ValueError:
        return None
    return number if math.isfinite(number) else None
