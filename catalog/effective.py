"""A product's attributes as the shop shows and searches them: the catalog's own, tidied, and what enrichment added.

`Product.extracted` holds only what differs from the catalog: `values` (attribute key → [[value, text field, quote], …];
an empty field means that a person accepted an implied value), `same` (attribute key → value key → the value it is shown
as) and `same_keys` (attribute key → the attribute it is shown as).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from catalog.contracts import Scalar
from catalog.text import fold_key


def value_key(value: Scalar) -> str:
    """The key of an attribute value, equal for equal values: folded text, shortest number, true / false."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:.10g}"
    return fold_key(value)


def merge_attributes(
    attributes: Mapping[str, Sequence[Scalar]],
    extracted: Mapping[str, Any],
    texts: Mapping[str, str] | None = None,
) -> dict[str, list[Scalar]]:
    """The effective attributes. What the catalog says itself stays; enrichment fills what it leaves open.

    With `texts` (field → stored text) a value whose quote is no longer in its text is left out: a title edited a moment
    ago does not keep a facet that it no longer states.
    """
    if not extracted:
        return {key: list(values) for key, values in attributes.items()}
    same, same_keys = extracted.get("same", {}), extracted.get("same_keys", {})
    merged: dict[str, list[Scalar]] = {}
    for key, values in attributes.items():
        names = same.get(key, {})
        merged.setdefault(same_keys.get(key, key), []).extend(names.get(value_key(value), value) for value in values)
    for key, found in extracted.get("values", {}).items():
        if key not in merged:
            kept = [value for value, field, quote in found if _is_stated(field, quote, texts)]
            if kept:
                merged[key] = kept
    return {key: _without_repeats(values) for key, values in merged.items()}


def _is_stated(field: str, quote: str, texts: Mapping[str, str] | None) -> bool:
    return texts is None or not field or quote in texts.get(field, "")


def _without_repeats(values: Sequence[Scalar]) -> list[Scalar]:
    return list({value_key(value): value for value in values}.values())
