"""Frozen values that cross ranking's steps and its front: SearchRequest → Query → Hits → Page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

Sort = Literal["relevance", "price_asc", "price_desc", "rating", "newest", "popularity"]
SORTS: tuple[Sort, ...] = ("relevance", "price_asc", "price_desc", "rating", "newest", "popularity")
Layout = Literal["grid", "list", "comparison"]
LAYOUTS: tuple[Layout, ...] = ("grid", "list", "comparison")
MAX_PAGE_SIZE = 100
MAX_RESULTS = 10_000
MAX_QUERY_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class Filter:
    """One shopper or merchant filter: any of `values` (multi-select), or a range with inclusive bounds.

    `field` is `category`, `brand`, `price`, `rating`, `in_stock`, `on_sale`, or an attribute key.
    `values` are keys (category key, brand key, attribute value key) as the facets of an answer give them.
    """

    field: str
    values: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    exclude: bool = False


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """Everything one search depends on; equal requests on equal data give equal pages (preview, REST, storefront).

    `now` is set by previews of a future date. `draft_rules` are rule documents (ranking.merchandising.schema), or what
    book.compile_drafts made of them, that replace or join the live ones for this request only. `without_rules` names
    rules to leave out ("all" for every one).
    `draft_weights` are tried instead of the configuration's own, for this request only.
    """

    query: str = ""
    filters: tuple[Filter, ...] = ()
    facets: tuple[str, ...] | None = None
    sort: Sort = "relevance"
    sort_chosen: bool = False  # the shopper chose the order, even where it is the best match: rules leave it alone
    page: int = 1
    page_size: int = 24
    locale: str = "en"
    market: str = ""
    category: str = ""
    shopper_id: str = ""
    session_id: str = ""
    device: str = ""
    segments: tuple[str, ...] = ()
    explain: bool = False
    literal: bool = False  # search exactly what was typed: nothing corrected, no filter read from the words
    collapse: bool = True  # offers of the same thing show as one, unless the ranking configuration is against it
    layout: Layout | None = None  # the view the shopper chose; rules choose it while this is None
    now: datetime | None = None
    draft_rules: tuple[Any, ...] = ()
    without_rules: tuple[str, ...] = ()
    config_id: int | None = None
    draft_weights: Mapping[str, float] | None = None


# The note of a search that compares nothing by meaning because nobody knows its words.
NO_KNOWN_WORD = "dense leg off: no word of the query is known"

Intent = Literal["search", "compare", "ask", "browse", "support", "navigate"]
INTENTS: tuple[Intent, ...] = ("search", "compare", "ask", "browse", "support", "navigate")


@dataclass(frozen=True, slots=True)
class Keyword:
    """One word or unit of the query that carries need, k(Q) of the seed article.

    `terms` are its index terms (catalog.text.analyse). `weight` is its share of the need: those of a query that are not
    negated add up to 1. What is `negated` ("without wifi", "不要皮的") must not be in a product.
    """

    text: str
    terms: tuple[str, ...]
    weight: float
    role: Literal["must", "nice", "negated"] = "must"


@dataclass(frozen=True, slots=True)
class Entity:
    """Words of the query that name something of the catalog.

    `field` and `key` are what a Filter takes ("brand"/"sony", "color"/"black", "category"/"audio/headphones",
    "sku"/…); `start` and `end` are character positions in Understanding.text, both 0 when predicted from the whole.
    """

    kind: Literal["category", "brand", "attribute", "model"]
    field: str
    key: str
    text: str
    confidence: float
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class NumberNeed:
    """A number the shopper asked for, in the canonical unit of its dimension (catalog.units), or money.

    A range has `minimum` and/or `maximum` (inclusive); a plain "55 inch" has `target`, met within `tolerance` (a share
    of the target). `fields` are the filter fields it may be about: "price", or attribute keys of that dimension.
    """

    dimension: str  # of catalog.units, or "price"
    unit: str
    text: str
    start: int
    end: int
    minimum: float | None = None
    maximum: float | None = None
    target: float | None = None
    tolerance: float = 0.0
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Correction:
    """What the speller would search instead; `applied` when it did. `changes` pairs each word with its correction."""

    original: str
    corrected: str
    changes: tuple[tuple[str, str], ...]
    confidence: float
    applied: bool


@dataclass(frozen=True, slots=True)
class Expansion:
    """Another way to say some of the query's terms: a document with all of `alternative` counts as one with all of
    `replaced`, at `weight` (0..1) of its score.
    """

    replaced: tuple[str, ...]
    alternative: tuple[str, ...]
    weight: float
    text: str = ""  # the alternative as people write it
    source: Literal["synonym", "concept", "spelling", "unit", "rule"] = "synonym"


@dataclass(frozen=True, slots=True)
class IntentGuess:
    """I(Q): the most probable intent; "search" whenever its probability stays under the head's threshold."""

    label: Intent
    probability: float
    probabilities: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Understanding:
    """Everything ranking/language/ found out about one query; equal words give equal understandings on equal data."""

    text: str  # normalised, after an applied correction: what is searched
    language: str  # catalog.text.detect_language
    terms: tuple[str, ...]  # index terms of `text` that are searched (without negated and pure range words)
    keywords: tuple[Keyword, ...] = ()
    entities: tuple[Entity, ...] = ()
    categories: tuple[Entity, ...] = ()  # predicted, most probable first; confidences are probabilities
    numbers: tuple[NumberNeed, ...] = ()
    expansions: tuple[Expansion, ...] = ()
    correction: Correction | None = None
    intent: IntentGuess | None = None

    @property
    def negated(self) -> tuple[Keyword, ...]:
        return tuple(keyword for keyword in self.keywords if keyword.role == "negated")


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Something asked for that no candidate has, let go so that the page is not empty: a number, an unwanted thing, a
    word; or "meaning": no product holds any of the words, these are only near in meaning.
    """

    kind: Literal["number", "unwanted", "word", "meaning"]
    text: str


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
    filter. `points` are score units moved; `places` positions (up is above zero), where that is what a boost moves.
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
