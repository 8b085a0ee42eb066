"""What a layout makes of the hits of one page: a table of the first ones, facts beside each, and the rest as cards."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from ranking.contracts import Hit, Layout


class Naming(Protocol):
    """Attributes and their values in the shopper's words (ranking.storefront.attributes)."""

    def attribute(self, key: str) -> str: ...

    def position(self, key: str) -> tuple[int, str]: ...

    def describe(self, attributes: Mapping[str, Any], *, skip: Collection[str]) -> tuple[tuple[str, str], ...]: ...


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One attribute of all products in the table, "" for those without it; `differs`: not all say the same."""

    key: str
    label: str
    values: tuple[str, ...]
    differs: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    hits: tuple[Hit, ...]
    rows: tuple[ComparedRow, ...]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """`comparison` holds the first hits, `cards` those that follow it; `facts` are by product id."""

    layout: Layout
    cards: tuple[Hit, ...]
    comparison: Comparison | None = None
    facts: Mapping[int, tuple[tuple[str, str], ...]] = field(default_factory=dict)
