"""One place of a query and what was probably meant there: what the parts of the speller hand to each other."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guess:
    """`start` and `end` are positions in the query; `confidence` is the probability that the shopper meant `meant`.

    `may_apply` is False where the catalog has the words as typed: such a guess is only offered ("did you mean").
    """

    start: int
    end: int
    typed: str
    meant: str
    confidence: float
    may_apply: bool = True
