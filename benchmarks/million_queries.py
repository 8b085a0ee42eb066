"""What shoppers of the synthetic catalog type, in both languages: kinds of things, colours, brands, lines, models."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from benchmarks.million_catalog import BRANDS, LINES, make_names

if TYPE_CHECKING:
    from catalog.demo.kinds import ProductType

Language = Literal["en", "zh"]
# Shares of the groups; "head" words stand in a hundred thousand products and more.
GROUPS: Mapping[str, float] = {"head": 0.1, "kind": 0.25, "pair": 0.3, "brand": 0.15, "long": 0.1, "tail": 0.1}
_LONG = {"en": "{a} {b} {colour} {noun}", "zh": "{colour}{noun} {a} {b}"}


@dataclass(frozen=True, slots=True)
class AskedQuery:
    text: str
    language: Language
    group: str


def make_queries(count: int, *, seed: int) -> list[AskedQuery]:
    """English and Chinese in turn, groups by their shares; the same seed gives the same queries."""
    maker = _Maker(np.random.default_rng(seed))
    groups = maker.dice.choice(list(GROUPS), count, p=list(GROUPS.values()))
    languages: tuple[Language, Language] = ("en", "zh")
    return [maker.make(str(group), languages[place % 2]) for place, group in enumerate(groups)]


class _Maker:
    def __init__(self, dice: np.random.Generator) -> None:
        from catalog.demo.material import read_departments

        self.dice = dice
        self._types = [type_ for department in read_departments() for type_ in department.types]
        self._brands, self._lines = make_names(BRANDS, seed=1), make_names(LINES, seed=2)
        self._made: Mapping[str, Callable[[Language], str]] = {
            "head": self._word,
            "kind": self._noun,
            "pair": lambda language: f"{self._word(language)} {self._noun(language)}",
            "brand": lambda language: f"{self._name(self._brands, language)} {self._noun(language)}",
            "long": self._long,
            "tail": self._tail,
        }

    def make(self, group: str, language: Language) -> AskedQuery:
        return AskedQuery(self._made[group](language).lower(), language, group)

    def _type(self) -> "ProductType":
        return self._types[self.dice.integers(len(self._types))]

    def _noun(self, language: Language) -> str:
        return str(getattr(self._type().nouns, language))

    def _word(self, language: Language) -> str:
        """A colour, or another value of an attribute."""
        type_ = self._type()
        texts = [text for choice in type_.attributes for text in choice.texts]
        if texts and self.dice.random() < 0.5:
            return str(getattr(texts[self.dice.integers(len(texts))], language))
        return str(getattr(type_.colours[self.dice.integers(len(type_.colours))].words, language))

    def _name(self, names: list[tuple[str, str]], language: Language) -> str:
        place = int(np.exp(self.dice.random() * np.log(len(names)))) - 1
        return names[place][0 if language == "en" else 1]

    def _long(self, language: Language) -> str:
        words = {"a": self._word(language), "b": self._word(language), "colour": self._word(language)}
        return _LONG[language].format(**words, noun=self._noun(language))

    def _tail(self, language: Language) -> str:
        if self.dice.random() < 0.5:
            return self._name(self._lines, language)
        prefix = next((type_.model_prefix for type_ in (self._type() for _ in range(50)) if type_.model_prefix), "N")
        return f"{prefix}-{self.dice.integers(21_000, 1_000_000)}"
