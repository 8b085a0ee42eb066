"""A clause names products by one property; a target is several clauses that must all hold."""

from collections.abc import Sequence
from typing import Annotated, Self

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from ranking.contracts import Filter

MAX_VALUES = 500
MAX_CLAUSES = 20
RANGE_FIELDS = frozenset({"price", "rating"})
FLAG_FIELDS = frozenset({"in_stock", "on_sale"})
SKU_FIELD = "sku"
WORDS_FIELD = "words"

# No database stores the character NUL.
STORABLE = r"^[^\x00]*$"
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=STORABLE)]


class Part(BaseModel):
    """Base of every piece of a rule: unknown keys are refused, so a typing error never passes silently; and numbers
    that no JSON can hold (infinite, or none at all).
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False)


class Clause(Part):
    """`field`: sku, category, brand, price, rating, in_stock, on_sale, words (what the product says of itself) or an
    attribute key; several values mean any.
    """

    field: Text
    values: tuple[Text, ...] = Field(default=(), max_length=MAX_VALUES)
    minimum: float | None = None
    maximum: float | None = None
    exclude: bool = False

    @model_validator(mode="after")
    def check_shape(self) -> Self:
        has_range = self.minimum is not None or self.maximum is not None
        if self.field in FLAG_FIELDS:
            if set(self.values) - {"true", "false"} or has_range:
                raise ValueError(_("Choose yes or no."))
        elif self.field in RANGE_FIELDS:
            if not has_range or self.values:
                raise ValueError(_("Give a lowest value, a highest value, or both."))
        elif not self.values and not has_range:
            raise ValueError(_("Choose at least one value."))
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError(_("The lowest value is above the highest value."))
        return self

    def to_filter(self) -> Filter:
        values = self.values or (("true",) if self.field in FLAG_FIELDS else ())
        return Filter(self.field, values, self.minimum, self.maximum, self.exclude)


def to_filters(clauses: Sequence[Clause]) -> tuple[Filter, ...]:
    return tuple(clause.to_filter() for clause in clauses)
