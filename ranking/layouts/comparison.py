"""The comparison: the first products as columns of a table, their attributes as rows; the others follow as cards."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ranking.contracts import Hit
from ranking.layouts.arrangement import Arrangement, ComparedRow, Comparison, Naming

# More columns do not fit on a tablet; fewer than two are nothing to compare.
MOST_COMPARED, LEAST_COMPARED = 4, 2
ROWS_SHOWN = 30


def arrange(hits: Sequence[Hit], naming: Naming, *, page: int) -> Arrangement:
    """The table stands on the first page alone: what follows is not what the shopper should decide between."""
    if page > 1 or len(hits) < LEAST_COMPARED:
        return Arrangement("comparison", tuple(hits))
    compared = tuple(hits[:MOST_COMPARED])
    return Arrangement(
        "comparison", tuple(hits[MOST_COMPARED:]), comparison=Comparison(compared, compare(compared, naming))
    )


def compare(hits: Sequence[Hit], naming: Naming) -> tuple[ComparedRow, ...]:
    """One row an attribute: those that most of the products have first, then in the merchandiser's order."""
    attributes = [hit.product.attributes for hit in hits]
    shared = Counter(key for each in attributes for key, value in each.items() if _is_given(value))
    keys = sorted(shared, key=lambda key: (-shared[key], *naming.position(key)))[:ROWS_SHOWN]
    rows = []
    for key in keys:
        values = tuple(_say(each, key, naming) for each in attributes)
        rows.append(ComparedRow(key, naming.attribute(key), values, differs=len(set(values)) > 1))
    return tuple(rows)


def _say(attributes: Any, key: str, naming: Naming) -> str:
    """The value as `describe` says it; values in any order are the same."""
    value = attributes.get(key)
    if not _is_given(value):
        return ""
    ordered = sorted(value, key=str) if isinstance(value, list | tuple) else value
    return next((said for _label, said in naming.describe({key: ordered}, skip=())), "")


def _is_given(value: object) -> bool:
    return value not in (None, "", [], ())
