"""What a rule does: one model per kind of action; a new kind is a new member of the union, never a migration."""

from typing import Annotated, Literal, Self

from django.utils.translation import gettext as _
from pydantic import Field, model_validator

from ranking.contracts import MAX_RESULTS
from ranking.merchandising.clauses import MAX_CLAUSES, Clause, Part, Text

MAX_STRENGTH = 100
Target = Annotated[tuple[Clause, ...], Field(min_length=1, max_length=MAX_CLAUSES)]


class PinAction(Part):
    """Shows one product at a position (1 is the first), as far as the policy lets it.

    When the product cannot be shown, `on_missing` says whether the pins right behind it in the same rule move up
    (`compact`) or stay where they are (`keep_gap`). `obey_sort`: only while the shopper has not chosen a sort order.
    `obey_query`: only when the words find the product anyway.
    """

    type: Literal["pin"] = "pin"
    sku: Text
    position: int = Field(ge=1, le=MAX_RESULTS)
    on_missing: Literal["compact", "keep_gap"] = "compact"
    obey_filters: bool = True
    obey_stock: bool = True
    obey_sort: bool = True
    obey_query: bool = False


class HideAction(Part):
    """Takes the products out of the result, its count and its facets."""

    type: Literal["hide"] = "hide"
    target: Target


class BoostAction(Part):
    """Moves products up (or down, below zero), measured by the spread of this result's own scores."""

    type: Literal["boost"] = "boost"
    target: Target
    strength: int = Field(ge=-MAX_STRENGTH, le=MAX_STRENGTH)

    @model_validator(mode="after")
    def check_strength(self) -> Self:
        if self.strength == 0:
            raise ValueError(_("A strength of 0 changes nothing; choose a value above (boost) or below (bury)."))
        return self


class FilterAction(Part):
    """Shows only these products."""

    type: Literal["filter"] = "filter"
    filters: Target


Action = Annotated[PinAction | HideAction | BoostAction | FilterAction, Field(discriminator="type")]
