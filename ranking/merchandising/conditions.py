"""When a rule applies: one model per kind of condition; a new kind is a new member of the union, never a migration."""

from typing import Annotated, Literal, Self

from django.utils.translation import gettext as _
from pydantic import AfterValidator, Field, StringConstraints, model_validator

from catalog.contracts import LOCALES
from ranking.contracts import INTENTS, SORTS
from ranking.merchandising.clauses import MAX_VALUES, STORABLE, Part, Text
from ranking.merchandising.expressions import MAX_LENGTH, parse_expression
from ranking.merchandising.facts import DEVICES

QueryMatch = Literal["is", "starts", "ends", "contains", "fuzzy", "expression", "empty", "any"]
MAX_WORDS_LENGTH = 300
MAX_FEW = 1000
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_LENGTH, pattern=STORABLE)]
Values = Annotated[tuple[Text, ...], Field(min_length=1, max_length=MAX_VALUES)]


def name_devices(names: tuple[str, ...]) -> tuple[str, ...]:
    """As searches name them (see facts.py): a rule for “mobile” would never hold."""
    return tuple(dict.fromkeys(DEVICES.get(name, name) for name in names))


class AlwaysCondition(Part):
    """Every search and every category page."""

    type: Literal["always"] = "always"


class QueryCondition(Part):
    """What the shopper typed. `use_analysis` ignores word endings, letter width, case, traditional or simplified.

    `synonyms` lets the condition hold for what the live synonym list says is the same, `typos` for words with small
    typing errors. `fuzzy` is `is` with typing errors; an `expression` is one line with AND, OR, NOT (expressions.py).
    """

    type: Literal["query"] = "query"
    match: QueryMatch
    values: tuple[Words, ...] = Field(default=(), max_length=MAX_VALUES)
    use_analysis: bool = True
    synonyms: bool = False
    typos: bool = False
    negate: bool = False

    @model_validator(mode="after")
    def check_values(self) -> Self:
        if self.match in ("empty", "any"):
            if self.values:
                raise ValueError(_("“Empty” and “any words” take no words; remove them."))
        elif not self.values:
            raise ValueError(_("Type at least one word or phrase."))
        elif self.match == "expression":
            if len(self.values) > 1:
                raise ValueError(_("Write one expression; join several by OR."))
            parse_expression(self.values[0])
        elif any(len(value) > MAX_WORDS_LENGTH for value in self.values):
            raise ValueError(_("Too long: at most %d characters for a word or phrase.") % MAX_WORDS_LENGTH)
        return self

    @model_validator(mode="after")
    def check_exact(self) -> Self:
        if not self.use_analysis and (self.synonyms or self.forgives_typos):
            raise ValueError(
                _("“Exact letters” leaves no room for synonyms or typing errors; switch one or the other off.")
            )
        return self

    @property
    def forgives_typos(self) -> bool:
        return self.typos or self.match == "fuzzy"


class CategoryCondition(Part):
    """The category page the shopper is on, or the category chosen as a filter."""

    type: Literal["category"] = "category"
    keys: Values
    include_children: bool = True
    negate: bool = False


class FilterCondition(Part):
    """A filter the shopper chose: any of `values`, or any value at all; `exactly` wants these values and no other."""

    type: Literal["filter"] = "filter"
    field: Text
    values: tuple[Text, ...] = Field(default=(), max_length=MAX_VALUES)
    exactly: bool = False
    negate: bool = False

    @model_validator(mode="after")
    def check_exactly(self) -> Self:
        if self.exactly and not self.values:
            raise ValueError(_("“Exactly” needs the values that must be chosen."))
        return self


class SortCondition(Part):
    type: Literal["sort"] = "sort"
    values: Values
    negate: bool = False

    @model_validator(mode="after")
    def check_known(self) -> Self:
        unknown = sorted(set(self.values) - set(SORTS))
        if unknown:
            raise ValueError(_("Unknown sort order: %(names)s.") % {"names": ", ".join(unknown)})
        return self


class MarketCondition(Part):
    type: Literal["market"] = "market"
    values: Values
    negate: bool = False


class LocaleCondition(Part):
    type: Literal["locale"] = "locale"
    values: Values
    negate: bool = False

    @model_validator(mode="after")
    def check_known(self) -> Self:
        unknown = sorted(set(self.values) - set(LOCALES))
        if unknown:
            raise ValueError(_("Unknown language: %(names)s. Known are: en, zh.") % {"names": ", ".join(unknown)})
        return self


class SegmentCondition(Part):
    type: Literal["segment"] = "segment"
    values: Values
    negate: bool = False


class DeviceCondition(Part):
    type: Literal["device"] = "device"
    values: Annotated[Values, AfterValidator(name_devices)]
    negate: bool = False


class IntentCondition(Part):
    """What the shopper wants by the words: to find, compare, ask, browse, get support or go somewhere."""

    type: Literal["intent"] = "intent"
    values: Values
    negate: bool = False

    @model_validator(mode="after")
    def check_known(self) -> Self:
        unknown = sorted(set(self.values) - set(INTENTS))
        if unknown:
            raise ValueError(_("Unknown intent: %(names)s.") % {"names": ", ".join(unknown)})
        return self


class DetectedCondition(Part):
    """What the words name: a category, a brand or an attribute's value (`values` are keys; none means any), or a number
    such as a size or a price, whatever unit it is typed in: one that meets `minimum` … `maximum`, in the attribute's
    canonical unit.
    """

    type: Literal["detected"] = "detected"
    field: Text
    values: tuple[Text, ...] = Field(default=(), max_length=MAX_VALUES)
    minimum: float | None = None
    maximum: float | None = None
    negate: bool = False

    @model_validator(mode="after")
    def check_range(self) -> Self:
        has_range = self.minimum is not None or self.maximum is not None
        if has_range and self.values:
            raise ValueError(_("Choose values or a range, not both."))
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError(_("The lowest value is above the highest value."))
        return self

    @property
    def has_range(self) -> bool:
        return self.minimum is not None or self.maximum is not None


class ResultsCondition(Part):
    """How little the search finds by its words and filters, before anything asked for is let go: nothing, or at most
    so many products.
    """

    type: Literal["results"] = "results"
    at_most: int = Field(default=0, ge=0, le=MAX_FEW)


Condition = Annotated[
    AlwaysCondition
    | QueryCondition
    | CategoryCondition
    | FilterCondition
    | SortCondition
    | MarketCondition
    | LocaleCondition
    | SegmentCondition
    | DeviceCondition
    | IntentCondition
    | DetectedCondition
    | ResultsCondition,
    Field(discriminator="type"),
]
