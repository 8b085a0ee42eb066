"""Frozen values that cross the catalog's steps and its front; no framework is imported here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Literal

LOCALES = ("en", "zh")
Locale = Literal["en", "zh"]
Scalar = str | float | bool


class Empty(Enum):
    """Said and empty: clears the stored value, where `None` would leave it alone."""

    EMPTY = ""


Amount = Decimal | Empty | None
Moment = datetime | Empty | None


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as read. `code` and `message` are set where the row itself is broken and `cells` may be incomplete."""

    row_number: int
    cells: Mapping[str, Any]
    code: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class VariantRow:
    """One sellable variant as read and validated; prices in the shop's currency. `None` leaves what is stored."""

    sku: str
    options: Mapping[str, str] = field(default_factory=dict)
    price: Amount = None
    sale_price: Amount = None
    cost: Amount = None
    stock: int | None = None
    barcode: str | None = None
    image: str | None = None


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One product as read from a file, validated and normalised: the only thing `upsert` accepts.

    `category` is the path from the root, one mapping of locale to name a level. `attributes` maps an attribute key to
    its values in the attribute's canonical unit. `None` means "the file does not say" and leaves what is stored;
    an empty value clears it. `complete` says that the lists of attributes and variants are whole: what they do not name
    is removed; otherwise they add to and change what is stored.
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
    sale_from: Moment = None
    sale_until: Moment = None
    rating_average: float | None = None
    rating_count: int | None = None
    popularity: float | None = None
    markets: tuple[str, ...] | None = None
    status: Literal["active", "draft", "archived"] | None = None
    deleted: bool = False
    extra: Mapping[str, Any] | None = None
    complete: bool = False
    specs: tuple["AttributeSpec", ...] = ()


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
class Outcome:
    """What becomes of one product: "created", "changed" (in which fields), "unchanged" or "deleted"."""

    row_number: int
    sku: str
    kind: Literal["created", "changed", "unchanged", "deleted"]
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UpsertResult:
    """What one batch did: counts, and the ids whose text (index, embed) or offer (price, stock) changed."""

    counts: UpsertCounts
    changed_ids: Sequence[int]
    refusals: tuple[Refusal, ...] = ()
    outcomes: tuple["Outcome", ...] = ()


TextField = Literal["title_en", "title_zh", "description_en", "description_zh"]
TEXT_FIELDS: tuple[TextField, ...] = ("title_en", "title_zh", "description_en", "description_zh")


@dataclass(frozen=True, slots=True)
class Span:
    """Where a value is stated: characters [start, end) of a product's text as it is stored, nothing normalised."""

    field: TextField
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class KnownValue:
    """A value of an attribute that the shop uses already: its key, its words in every language, its aliases, and how
    many products of the category have it. `key` is a value key (catalog.documents.value_key).
    """

    key: str
    value: Scalar
    words: tuple[str, ...]
    count: int = 0


@dataclass(frozen=True, slots=True)
class KnownAttribute:
    """What a category's products say by one attribute. `share` is how many of them have it (0..1), `values` the most
    frequent first, `low` and `high` the range of its numbers in `unit` (the attribute's canonical unit).
    """

    key: str
    names: tuple[str, ...]
    kind: Literal["text", "number", "boolean"]
    unit: str = ""
    share: float = 0.0
    values: tuple[KnownValue, ...] = ()
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class CategorySchema:
    """The attributes that matter in a category, the most useful first."""

    category: str = ""
    attributes: tuple[KnownAttribute, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadableProduct:
    """What an extractor reads: texts as stored (those that are empty left out), what the catalog says itself, and
    the schema of its category.
    """

    product_id: int
    texts: Mapping[TextField, str]
    schema: CategorySchema = field(default_factory=CategorySchema)
    brand: str = ""
    attributes: Mapping[str, tuple[Scalar, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FoundAttribute:
    """One value an extractor found: `name` is an attribute key, `value` normalised (numbers in `unit`, the canonical
    one). `span` is where the text states it and `quote` what stands there; without a span the value is only implied.
    `confidence` is the extractor's own, 0..1, before calibration.
    """

    name: str
    value: Scalar
    unit: str
    span: Span | None
    quote: str
    confidence: float
    extractor: str
    version: str


@dataclass(frozen=True, slots=True)
class ExtractionFault:
    """Why one product could not be read: `code` is stable ("timeout", "bad_json"); a retriable one is tried again."""

    code: str
    message: str
    retriable: bool = True


Extracted = tuple[FoundAttribute, ...] | ExtractionFault
