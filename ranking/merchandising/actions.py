"""What a rule does: one model per kind of action; a new kind is a new member of the union, never a migration."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self, get_args
from urllib.parse import parse_qs, urlsplit

from django.utils.translation import gettext as _
from pydantic import AfterValidator, Field, StringConstraints, model_validator

from ranking.contracts import MAX_RESULTS, Layout, Sort
from ranking.merchandising.clauses import (
    FLAG_FIELDS,
    MAX_CLAUSES,
    RANGE_FIELDS,
    SKU_FIELD,
    STORABLE,
    Clause,
    Part,
    Text,
)
from ranking.merchandising.schedule import Window
from ranking.merchandising.word_actions import ReplaceAction, SynonymAction, UnassociateAction

MAX_STRENGTH = 100
Target = Annotated[tuple[Clause, ...], Field(min_length=1, max_length=MAX_CLAUSES)]
MAX_SLOTS = 20
MAX_FACETS = 50
MAX_GROUP = 24
MAX_PIN_WINDOWS = 10
MAX_IN_A_ROW = 20
MAX_WITHIN = 100


def check_address(address: str) -> str:
    """A path of this shop or an https address: nothing that a browser would run, no other scheme; and nothing that
    looks like another host than it leads to (browsers take a backslash for a slash, and drop a user's name).
    """
    odd = not address.isprintable() or " " in address or "\\" in address
    if odd or not (_is_path(address) or _is_https(address)):
        raise ValueError(_("Write a path of this shop, such as /c/lamps/, or an address that begins with https://."))
    return address


def _is_path(address: str) -> bool:
    """Two slashes would name another host."""
    return address.startswith("/") and not address.startswith("//")


def _is_https(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and parts.username is None


Address = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(check_address)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300, pattern=STORABLE)]


class PinAction(Part):
    """Shows one product at a position (1 is the first), as far as the policy lets it. A variant's SKU means that very
    variant: the card shows it, and `obey_filters` and `obey_stock` ask about it.

    `soft`: at the position or before it, so a product that ranks better by itself stays where it is. `on_missing` says
    what happens when it cannot be shown: the pins right behind it in the same rule move up (`compact`), they stay
    (`keep_gap`), or the best ranked product of `substitute` stands in. `obey_sort`: only while the shopper has not
    chosen a sort order. `obey_query`: only when the words find the product anyway. `obey_grouping`: it stands for the
    other offers of the same thing; otherwise it shows beside them. `windows`: only then, beside the rule's own.
    """

    type: Literal["pin"] = "pin"
    sku: Text
    position: int = Field(ge=1, le=MAX_RESULTS)
    soft: bool = False
    on_missing: Literal["compact", "keep_gap", "substitute"] = "compact"
    substitute: Annotated[tuple[Clause, ...], Field(max_length=MAX_CLAUSES)] = ()
    obey_filters: bool = True
    obey_stock: bool = True
    obey_sort: bool = True
    obey_query: bool = False
    obey_grouping: bool = True
    windows: Annotated[tuple[Window, ...], Field(max_length=MAX_PIN_WINDOWS)] = ()

    @model_validator(mode="after")
    def check_substitute(self) -> Self:
        if self.on_missing == "substitute" and not self.substitute:
            raise ValueError(_("Say which products may stand in for it."))
        return self


class SlotAction(Part):
    """Keeps positions for the best products of a kind ("any brand X in stock at 2 to 4"): the ranking picks which.

    They are taken from what the search finds; where too few are found the rest of the page moves up.
    """

    type: Literal["slot"] = "slot"
    target: Target
    position: int = Field(ge=1, le=MAX_RESULTS)
    until: int | None = Field(default=None, ge=1, le=MAX_RESULTS)
    obey_stock: bool = True
    obey_sort: bool = True

    @model_validator(mode="after")
    def check_positions(self) -> Self:
        if self.until is not None and self.until < self.position:
            raise ValueError(_("The last position is before the first one."))
        if len(self.positions) > MAX_SLOTS:
            raise ValueError(_("At most %d positions.") % MAX_SLOTS)
        return self

    @property
    def positions(self) -> range:
        return range(self.position, (self.until or self.position) + 1)


class HideAction(Part):
    """Takes the products out of the result, its count and its facets."""

    type: Literal["hide"] = "hide"
    target: Target


class BoostAction(Part):
    """Moves products up (or down, below zero): by the spread of this result's own scores, or `by` a share of their
    position (50 halves it, -50 doubles it). Either means the same for every query.
    """

    type: Literal["boost"] = "boost"
    target: Target
    strength: int = Field(ge=-MAX_STRENGTH, le=MAX_STRENGTH)
    by: Literal["spread", "position"] = "spread"

    @model_validator(mode="after")
    def check_strength(self) -> Self:
        if self.strength == 0:
            raise ValueError(_("A strength of 0 changes nothing; choose a value above (boost) or below (bury)."))
        return self


class DiversifyAction(Part):
    """Holds products back so that no more than `most` of one brand (category, attribute's value) stand in a row, or,
    with `within`, among the first so many. Nothing is dropped, and what is pinned stays.
    """

    type: Literal["diversify"] = "diversify"
    field: Text = "brand"
    most: int = Field(default=2, ge=1, le=MAX_IN_A_ROW)
    within: int | None = Field(default=None, ge=2, le=MAX_WITHIN)

    @model_validator(mode="after")
    def check_field(self) -> Self:
        if self.field in FLAG_FIELDS | RANGE_FIELDS | {SKU_FIELD}:
            raise ValueError(_("Choose brand, category, or an attribute."))
        if self.within is not None and self.most >= self.within:
            raise ValueError(_("That allows any page; choose fewer of one kind, or more positions."))
        return self


class GroupAction(Part):
    """Puts a titled block of `size` products before the result at `position`: the best ones for `words` (empty: for
    what the shopper searches), of the kind that `target` says (empty: any).

    It takes no result's place. `dedupe`: a product stands once, so what the block shows leaves the list (`list`), or
    the block shows only what the list does not have (`group`). It is chosen before the shopper's filters, and shows
    those that pass them.
    """

    type: Literal["group"] = "group"
    title_en: Line = ""
    title_zh: Line = ""
    words: Line = ""
    target: Annotated[tuple[Clause, ...], Field(max_length=MAX_CLAUSES)] = ()
    size: int = Field(default=4, ge=1, le=MAX_GROUP)
    position: int = Field(default=1, ge=1, le=MAX_RESULTS)
    dedupe: Literal["list", "group"] = "list"
    obey_filters: bool = True
    obey_stock: bool = True
    obey_sort: bool = True

    @model_validator(mode="after")
    def check_content(self) -> Self:
        if not (self.title_en or self.title_zh):
            raise ValueError(_("Give the block a title."))
        if not (self.words or self.target):
            raise ValueError(_("Say which products: by words, by their properties, or both."))
        return self


class FilterAction(Part):
    """Shows only these products."""

    type: Literal["filter"] = "filter"
    filters: Target


class SortAction(Part):
    """The order while the shopper has not chosen one."""

    type: Literal["sort"] = "sort"
    sort: Sort


class RedirectAction(Part):
    """Sends the shopper to another page instead of results; `url_zh` where the Chinese shop has a page of its own."""

    type: Literal["redirect"] = "redirect"
    url: Address
    url_zh: Address | None = None

    @model_validator(mode="after")
    def check_no_search(self) -> Self:
        for address in filter(None, (self.url, self.url_zh)):
            parts = urlsplit(address)
            if not parts.scheme and "q" in parse_qs(parts.query, keep_blank_values=True):
                raise ValueError(
                    _("That is a search, which could come back here. Use “search for other words” instead.")
                )
        return self


class BannerAction(Part):
    """Shows a banner above the results, below them, or before a result of the page; it takes no result's place.

    The Chinese shop shows `image_zh` and leads to `link_zh` where they are given.
    """

    type: Literal["banner"] = "banner"
    slot: Literal["top", "inline", "bottom"] = "top"
    position: int = Field(default=1, ge=1, le=MAX_RESULTS)
    title_en: Line = ""
    title_zh: Line = ""
    text_en: Line = ""
    text_zh: Line = ""
    image: Address | None = None
    link: Address | None = None
    image_zh: Address | None = None
    link_zh: Address | None = None

    @model_validator(mode="after")
    def check_content(self) -> Self:
        if not (self.title_en or self.title_zh):
            raise ValueError(_("Give the banner a title: it is also what screen readers say."))
        return self


class FacetValues(Part):
    """Of one filter: which of its values come `first`, and which are left out (`hide`) unless they are chosen."""

    field: Text
    first: tuple[Text, ...] = Field(default=(), max_length=MAX_FACETS)
    hide: tuple[Text, ...] = Field(default=(), max_length=MAX_FACETS)

    @model_validator(mode="after")
    def check_content(self) -> Self:
        if self.field in RANGE_FIELDS:
            raise ValueError(_("%s is a range: it has no values to arrange.") % self.field)
        if not (self.first or self.hide):
            raise ValueError(_("Choose at least one value to show first or to leave out."))
        check_apart(self.first, self.hide)
        return self


class FacetsAction(Part):
    """Which filters come first beside the results, which are left out, which are unfolded (`open`), and which of
    their values come first or are left out.
    """

    type: Literal["facets"] = "facets"
    first: tuple[Text, ...] = Field(default=(), max_length=MAX_FACETS)
    hide: tuple[Text, ...] = Field(default=(), max_length=MAX_FACETS)
    open: tuple[Text, ...] = Field(default=(), max_length=MAX_FACETS)
    values: tuple[FacetValues, ...] = Field(default=(), max_length=MAX_FACETS)

    @model_validator(mode="after")
    def check_content(self) -> Self:
        if not (self.first or self.hide or self.open or self.values):
            raise ValueError(_("Choose at least one filter to show first or to leave out."))
        check_apart((*self.first, *self.open), self.hide)
        return self


def check_apart(first: Sequence[str], hidden: Sequence[str]) -> None:
    both = sorted(set(first) & set(hidden))
    if both:
        raise ValueError(_("Both first and left out: %s.") % ", ".join(both))


class LayoutAction(Part):
    """How the results are laid out, while the shopper has not chosen a view."""

    type: Literal["layout"] = "layout"
    layout: Layout


Action = Annotated[
    PinAction
    | SlotAction
    | HideAction
    | BoostAction
    | DiversifyAction
    | GroupAction
    | FilterAction
    | SortAction
    | RedirectAction
    | BannerAction
    | FacetsAction
    | LayoutAction
    | ReplaceAction
    | SynonymAction
    | UnassociateAction,
    Field(discriminator="type"),
]


ACTION_KINDS: tuple[str, ...] = tuple(kind.model_fields["type"].default for kind in get_args(get_args(Action)[0]))


def list_clauses(action: Action) -> tuple[str, tuple[Clause, ...]]:
    """The field of the action that says which products it means, and what it says; a pin's: what may stand in."""
    name = {"filter": "filters", "pin": "substitute"}.get(action.type, "target")
    return name, getattr(action, name, ())
