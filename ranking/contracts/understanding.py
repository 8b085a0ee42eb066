"""What the words of a query mean, as far as it was found out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

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
