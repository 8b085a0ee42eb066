"""The query between the steps, the ranked list, and the page that answers it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ranking.contracts.request import Layout, SearchRequest, Sort
from ranking.contracts.understanding import Relaxation, Understanding


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where a rule sends the shopper instead of showing results: a path of the shop or an https address."""

    url: str
    rule_id: str
    rule_name: str


@dataclass(frozen=True, slots=True)
class Banner:
    """What a rule shows beside the results, in the asked locale with fall-back to the other one.

    An `inline` banner stands before the result at `position` (counted over all pages); it takes no result's place.
    """

    slot: Literal["top", "inline", "bottom"]
    title: str
    text: str = ""
    image: str = ""
    link: str = ""
    position: int = 1
    rule_id: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """What the words mean: the analysed query, the rules that match it and the moment it is asked."""

    request: SearchRequest
    normalised: str
    terms: tuple[str, ...]
    language: str
    now: datetime
    rules: Any = None  # ranking.merchandising.match.MatchedRules
    wishes: Any = None  # ranking.merchandising.page_wishes.PageWishes: what rules ask of the page as a whole
    sort: Sort = "relevance"  # the shopper's choice, or a rule's where there is none
    rewritten: str = ""  # what is searched instead of the typed words, because a rule says so
    understanding: Understanding | None = None  # None when browsing
    vector: Any = None  # float32 array of the live generation's dimension, or None when the dense leg is off
    notes: tuple[str, ...] = ()  # degradations, shown in the ledger ("dense leg off: encoder not loaded")
    typed: Any = None  # ranking.steps.understand.TypedWords: the words before any rule changed them


@dataclass(frozen=True, slots=True)
class Move:
    """What one rule did to one hit; `effect` is pin | slot | substitute | boost | bury | diversify | group | hide |
    filter | cap. `points` are score units moved; `places` positions (up is above zero), where a boost moves those.
    """

    rule_id: str
    rule_name: str
    effect: str
    points: float = 0.0
    position: int | None = None
    from_position: int | None = None
    places: float = 0.0


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """One rule's fate in one search: matched | not_matched | beaten | inactive | held_out, and why."""

    rule_id: str
    name: str
    status: str
    reason: str = ""
    beaten_by: str = ""


@dataclass(frozen=True, slots=True)
class VariantCard:
    sku: str
    options: Mapping[str, str]
    price: float | None
    sale_price: float | None
    in_stock: bool
    image: str


@dataclass(frozen=True, slots=True)
class ProductCard:
    """What a result page shows of a product, in the asked locale with fall-back to the other one.

    `variant` is the SKU of the one that a rule shows: its picture, price and stock are the card's, and it comes first.
    """

    id: int
    sku: str
    title: str
    description: str
    brand: str
    brand_key: str
    category: str
    category_key: str
    price: float | None
    sale_price: float | None
    currency: str
    in_stock: bool
    rating_average: float | None
    rating_count: int
    image: str
    variants: tuple[VariantCard, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    variant: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """One product on the page: `parts` keeps every scorer's number, `score` is Σ weight·part plus rule points.

    `duplicates`: how many more offers of the same thing were found, for which this one stands.
    """

    product_id: int
    position: int
    score: float
    parts: Mapping[str, float]
    moves: tuple[Move, ...]
    product: ProductCard
    duplicates: int = 0


@dataclass(frozen=True, slots=True)
class ProductGroup:
    """A titled block that a rule puts before the result at `position`, counted over all pages (behind the last one: at
    the end). It takes no result's place and is in no count; its hits' positions are those within the block.
    """

    title: str
    position: int
    hits: tuple[Hit, ...]
    rule_id: str = ""


@dataclass(frozen=True, slots=True)
class FacetValue:
    key: str
    label: str
    count: int
    selected: bool = False
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, slots=True)
class Facet:
    """Counts over the candidate set; a facet's own selection does not narrow its own counts (multi-select).

    `opened`: a rule asks that it is shown unfolded, wherever it stands.
    """

    field: str
    label: str
    kind: Literal["value", "range", "category"]
    values: tuple[FacetValue, ...]
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    opened: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """The answer. `layout` is the shopper's choice, or a rule's; `banners` are those of this page. `ledger` is None
    unless explain was asked; see ranking/steps/explain.py for its shape.
    """

    search_id: UUID
    request: SearchRequest
    hits: tuple[Hit, ...]
    total: int
    facets: tuple[Facet, ...]
    layout: Layout
    timings_ms: Mapping[str, float]
    notes: tuple[str, ...] = ()
    understanding: Understanding | None = None
    relaxations: tuple[Relaxation, ...] = ()
    ledger: Mapping[str, Any] | None = None
    redirect: Redirect | None = None
    banners: tuple[Banner, ...] = ()
    groups: tuple[ProductGroup, ...] = ()  # those of this page
    rewritten: str = ""  # what was searched instead of the typed words, because a rule says so
    sort: Sort = "relevance"  # the order of the hits: the shopper's choice, or a rule's
    is_virtual: bool = False  # a rule alone says what this category page holds
    outcomes: tuple[RuleOutcome, ...] = ()  # the fate of every rule whose conditions hold (explained: of others too)


@dataclass(frozen=True, slots=True)
class Ranked:
    """All candidates in their present order, as parallel arrays over index ordinals; steps return new ones.

    `ordinals` int32[n] (positions in the IndexSnapshot), `scores` float32[n], `parts` name → float32[n];
    `moves` maps an ordinal to what rules did to it. n is the candidate count, so facets, total and paging agree.
    `duplicates` maps an ordinal to how many other offers of the same thing it stands for; None: nothing is collapsed.
    """

    ordinals: Any
    scores: Any
    parts: Mapping[str, Any]
    moves: Mapping[int, tuple[Move, ...]] = field(default_factory=dict)
    outcomes: tuple[RuleOutcome, ...] = ()
    removed: Any = None  # bool[N]: what rules took out of this search, so that facets agree
    duplicates: Mapping[int, int] | None = None
    pinned: tuple[int, ...] = ()  # ordinals that pins bring in here, under whatever filters of the shopper
    beside: tuple[int, ...] = ()  # ordinals that pins show beside other offers of the same thing
    pinned_variants: Mapping[int, Any] = field(default_factory=dict)  # ordinal → NamedVariants that pins mean
    variants: Mapping[int, str] = field(default_factory=dict)  # ordinal → SKU of the variant that a pin shows
    notes: tuple[str, ...] = ()  # what the ranking could not do ("reranker: 10 of 20 products read within 80 ms")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One completion: `key` is the category, brand or product id it leads to (empty for a plain query)."""

    text: str
    kind: Literal["query", "category", "brand", "product"]
    key: str
    count: int
