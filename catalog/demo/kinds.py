"""What the demo's phrase material is made of once read: departments, product types, sentences, values."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Words:
    """The same thing said in both languages."""

    en: str
    zh: str

    def as_dict(self) -> dict[str, str]:
        return {"en": self.en, "zh": self.zh}


@dataclass(frozen=True, slots=True)
class AttributeDef:
    key: str
    names: Words
    kind: Literal["text", "number", "boolean"]
    unit: str = ""
    written_unit: str = ""


@dataclass(frozen=True, slots=True)
class AttributeChoice:
    """What values a product type may have: numbers from modest to best, texts (`take` at once) or a probability.

    `follows` names an attribute whose choice decides: its third value goes with the third value here.
    """

    definition: AttributeDef
    numbers: tuple[float, ...] = ()
    texts: tuple[Words, ...] = ()
    probability: float = 0.0
    take: int = 1
    follows: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """`key` (true), `key=English value` or `key=one/another`; `!` negates. `type` is the key of the product type."""

    key: str
    values: tuple[str, ...] = ()
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    words: Words
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class OptionValue:
    words: Words
    price_factor: float = 1.0


@dataclass(frozen=True, slots=True)
class Option:
    definition: AttributeDef
    values: tuple[OptionValue, ...]


@dataclass(frozen=True, slots=True)
class Colour:
    key: str
    words: Words
    hex: str


@dataclass(frozen=True, slots=True)
class Brand:
    words: Words
    tier: int


@dataclass(frozen=True, slots=True)
class ProductType:
    key: str
    path: tuple[Words, ...]
    nouns: Words
    titles: tuple[Words, ...]
    picture: str
    prices: tuple[float, float]
    weight: float
    model_prefix: str
    colours: tuple[Colour, ...]
    shows_colour: bool
    option: Option | None
    attributes: tuple[AttributeChoice, ...]
    openings: tuple[Sentence, ...]
    features: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Department:
    key: str
    name: Words
    series: tuple[Words, ...]
    brands: tuple[Brand, ...]
    closings: tuple[Sentence, ...]
    types: tuple[ProductType, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the departments share: attributes, units as written, colours."""

    attributes: dict[str, AttributeDef]
    units: dict[str, Words]
    colours: dict[str, Colour]
