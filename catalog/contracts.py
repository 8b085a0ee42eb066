"""Frozen values that cross the catalog's steps and its front; no framework is imported here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

LOCALES = ("en", "zh")
Locale = Literal["en", "zh"]
Scalar = str | float | bool


@dataclass(frozen=True, slots=True)
class VariantRow:
    """One sellable variant as read and validated; prices in the shop's currency."""

    sku: str
    options: Mapping[str, str] = field(default_factory=dict)
    price: Decimal | None = None
    sale_price: Decimal | None = None
    cost: Decimal | None = None
    stock: int = 0
    barcode: str = ""
    image: str = ""


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One product as read from a file, validated and normalised: the only thing `upsert` accepts.

    `category` is the path from the root, one mapping of locale to name a level. `attributes` maps an attribute key to
    its values in the attribute's canonical unit. `None` means "the file does not say" and leaves the stored value alone;
    an empty value clears it.
    """

    sku: str
    row_number: int
    titles: Mapping[str, str] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)
    brand: Mapping[str, str] | None = None
    category: tuple[Mapping[str, str], ...] | None = None
    attributes: Mapping[str, tuple[Scalar, ...]] | None = None
    variants: tuple[VariantRow, ...] | None = None
    images: tuple[str, ...] | None = None
    sale_from: datetime | None = None
    sale_until: datetime | None = None
    rating_average: float | None = None
    rating_count: int | None = None
    popularity: float | None = None
    markets: tuple[str, ...] | None = None
    deleted: bool = False
    extra: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class AttributeSpec:
    """What a file says of an attribute: names by locale, value kind and canonical unit (a symbol of catalog.units)."""

    key: str
    names: Mapping[str, str]
    kind: Literal["text", "number", "boolean"]
    unit: str = ""
    value_names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a row was refused: `code` is stable, `message` says the remedy, `raw` is the row as read."""

    row_number: int
    sku: str
    code: str
    message: str
    column: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UpsertCounts:
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0
    refused: int = 0

    def __add__(self, other: "UpsertCounts") -> "UpsertCounts":
        return UpsertCounts(
            self.created + other.created,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.deleted + other.deleted,
            self.refused + other.refused,
        )


@dataclass(frozen=True, slots=True)
class UpsertResult:
    """What one batch did: counts, and the ids whose text (index, embed) or offer (price, stock) changed."""

    counts: UpsertCounts
    changed_ids: Sequence[int]
