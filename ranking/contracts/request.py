"""What is asked of one search."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

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
