"""The grid: pictures side by side, for products that are chosen by their looks."""

from collections.abc import Sequence

from ranking.contracts import Hit
from ranking.layouts.arrangement import Arrangement, Naming


def arrange(hits: Sequence[Hit], naming: Naming, *, page: int) -> Arrangement:
    return Arrangement("grid", tuple(hits))
