"""What a product's own text says of it, as facts a shopper may ask for: its kind, brand, numbers, qualities, names.

A fact is a set of keys; a product meets it when it has all of them. So grades need no human labels: a product's grade
for a query is the share of the query's facts that it meets.
"""

import random
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from catalog.text import normalise
from catalog.units import find_unit, quantity_token
from feedback.trainers.catalogs import TrainingProduct, describe, title_language
from feedback.trainers.lexicon import Lexicon, split_words

Grades = NDArray[np.float32]
# A product of another kind is another thing, however much else it shares: the bag of a laptop is no laptop.
OTHER_KIND = 0.25
WEIGHTS = {"kind": 2.0, "brand": 1.5, "model": 2.0, "name": 1.0, "number": 1.0, "value": 1.0}
_NUMBER = re.compile(
    r"(?<![\w.-])(\d{1,5}(?:\.\d{1,2})?) ?"
    r"(\"|''|[a-z]{1,5}|寸|英寸|升|毫升|克|千克|公斤|瓦|米|厘米|英尺)(?![\w-])"
)
_MODEL = re.compile(r"(?=[a-z-]*\d)(?=[\d-]*[a-z])[a-z0-9][a-z0-9-]{2,15}")
# Small words that stand where Icecat names the kind, and words that name nothing.
_NO_KIND = frozenset(
    ("pixels", "pages", "black", "white", "cyan", "magenta", "yellow", "over", "sheets", "series", "year", "inch",
     "luxe", "select", "quiet", "port", "pieces")
)  # fmt: skip
_NO_NAME = frozenset(
    ("for", "with", "and", "the", "without", "per", "not", "new", "all", "more", "from", "plus", "your", "our", "this",
     "that", "select", "other", "each")
)  # fmt: skip
_UNITS = {
    "in": ("{} inch", '{}"', "{}in", "{}寸", "{}英寸"), "gb": ("{}gb", "{} gb", "{}g"), "tb": ("{}tb", "{} tb", "{}t"),
    "w": ("{}w", "{} watt", "{}瓦"), "l": ("{}l", "{} litre", "{}升"), "ml": ("{}ml", "{} ml", "{}毫升"),
    "kg": ("{}kg", "{} kg", "{}公斤"), "g": ("{}g", "{} g", "{}克"), "m": ("{}m", "{} m", "{} meter", "{}米"),
    "cm": ("{}cm", "{} cm", "{}厘米"), "ft": ("{}ft", "{} ft", "{} foot"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fact:
    """`wordings`: language → the ways to say it; a language that has none cannot ask for it."""

    type: str
    keys: tuple[str, ...]
    wordings: Mapping[str, tuple[str, ...]]


class FactBook:
    """Every fact of one catalog's products and, key by key, which products have it."""

    def __init__(self, products: Sequence[TrainingProduct], lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self.facts: list[list[Fact]] = []
        holders: dict[str, list[int]] = defaultdict(list)
        for ordinal, product in enumerate(products):
            facts, keys = self._read(product)
            self.facts.append(facts)
            for key in keys:
                holders[key].append(ordinal)
        self.holders = {key: np.array(found, np.int32) for key, found in holders.items()}
        self.count = len(products)

    def grades(self, facts: Sequence[Fact]) -> Grades:
        """Of every product for a query of these facts, 0..1."""
        grades = np.zeros(self.count, np.float32)
        kind = None
        for fact in facts:
            met = self._meets(fact)
            grades[met] += WEIGHTS[fact.type]
            kind = met if fact.type == "kind" else kind
        grades /= sum(WEIGHTS[fact.type] for fact in facts)
        if kind is not None:
            other = np.ones(self.count, bool)
            other[kind] = False
            grades[other] = np.minimum(grades[other], OTHER_KIND)
        return grades

    def _meets(self, fact: Fact) -> NDArray[np.int32]:
        found = self.holders.get(fact.keys[0], np.empty(0, np.int32))
        for key in fact.keys[1:]:
            found = np.intersect1d(found, self.holders.get(key, np.empty(0, np.int32)), assume_unique=True)
        return found

    def _read(self, product: TrainingProduct) -> tuple[list[Fact], set[str]]:
        language = title_language(product)
        title = product.titles.get("en") or product.titles.get("zh") or ""
        everything = describe(product, ("en", "zh"))
        words = split_words(everything)
        found = self._lexicon.find(words)
        keys = {f"word:{word}" for word in words} | {f"concept:{match.concept.key}" for match in found}
        facts = [*self._kinds(product, language), *_brand(product), *_numbers(everything)]
        facts += [fact for fact in self._values(product) if set(fact.keys) <= keys]
        facts += _names(title, facts, self._lexicon)
        return facts, keys.union(*(fact.keys for fact in facts if fact.type != "name"))

    def _kinds(self, product: TrainingProduct, language: str) -> list[Fact]:
        """Its most exact kind, and what the last words of that say alone: a gaming laptop is a laptop, a notebook case
        is a case. Higher categories do not count: a charger may lie below "Cell Phones".
        """
        texts = list(product.kinds[-1:]) or [_guess_kind(product, self._lexicon, language)]
        brand = {word for name in product.brands.values() for word in split_words(name)}
        facts: dict[tuple[str, ...], Fact] = {}
        for kind in texts:
            words = {word for text in kind.values() for word in split_words(text)}
            if words - brand - _NO_KIND:
                facts |= {fact.keys: fact for fact in self._kind_facts(kind) if fact.keys not in facts}
        return list(facts.values())

    def _kind_facts(self, kind: Mapping[str, str]) -> list[Fact]:
        facts = []
        for language, text in kind.items():
            words = split_words(text)
            for start in range(len(words)):
                concept = self._lexicon.get(_join(words[start:], language))
                if concept and (concept.is_kind or start == 0):
                    wordings = {"en": concept.en, "zh": concept.zh}
                    facts.append(Fact("kind", (f"kind:{concept.key}",), wordings))
            if words and not any(char.isdigit() for char in text) and 3 <= len(text) + 2 * (language == "zh") <= 40:
                facts.insert(0, Fact("kind", (f"kind:{normalise(text)}",), {language: (normalise(text),)}))
        return facts

    def _values(self, product: TrainingProduct) -> list[Fact]:
        """Attribute values, and the qualities that the title names (black, wireless, 纯棉)."""
        facts: dict[tuple[str, ...], Fact] = {}
        for value in product.values:
            wordings = {language: (normalise(text),) for language, text in value.items() if 1 < len(text) <= 24}
            for text in list(value.values())[:1]:
                words = split_words(text)
                if 0 < len(words) <= 4 and not all(word[0].isdigit() for word in words):
                    keys = tuple(sorted({f"word:{word}" for word in words}))
                    facts[keys] = Fact("value", keys, wordings)
        for title in product.titles.values():
            for match in self._lexicon.find(split_words(title)):
                if not match.concept.is_kind:
                    keys = (f"concept:{match.concept.key}",)
                    facts[keys] = Fact("value", keys, {"en": match.concept.en, "zh": match.concept.zh})
        return list(facts.values())


def _guess_kind(product: TrainingProduct, lexicon: Lexicon, language: str) -> Mapping[str, str]:
    """The last of the first run of things that the title names ("Targus laptop case for …": a case)."""
    title = next(iter(product.titles.values()))
    words = split_words(re.split(r" for | with |,", title, maxsplit=1)[0])
    found = [match for match in lexicon.find(words) if match.concept.is_kind]
    if not found:
        return {}
    last = found[0]
    for match in found[1:]:
        if match.start == last.end or language == "zh":
            last = match
    return {language: _join(words[last.start : last.end], language)}


def _brand(product: TrainingProduct) -> list[Fact]:
    wordings = {language: (normalise(name),) for language, name in product.brands.items() if name}
    if not wordings:
        return []
    # A Latin brand is typed as it is by Chinese shoppers too.
    wordings.setdefault("zh", next(iter(wordings.values())))
    return [Fact("brand", (f"brand:{next(iter(wordings.values()))[0]}",), wordings)]


def _numbers(text: str) -> list[Fact]:
    facts: dict[str, Fact] = {}
    for number, symbol in _NUMBER.findall(normalise(text)):
        unit = find_unit({"''": '"'}.get(symbol, symbol))
        if unit is None or unit.symbol.lower() not in _UNITS:
            continue
        patterns = [pattern.format(number) for pattern in _UNITS[unit.symbol.lower()]]
        key = f"number:{quantity_token(float(number), unit.symbol)}"
        english = tuple(wording for wording in patterns if wording.isascii())
        facts[key] = Fact("number", (key,), {"en": english, "zh": tuple(patterns)})
    return list(facts.values())


def _names(title: str, known: Sequence[Fact], lexicon: Lexicon) -> list[Fact]:
    """Series and model names: words of the title that are no kind, brand or quality, alone or two together."""
    words = split_words(title)
    taken = {at for match in lexicon.find(words) for at in range(match.start, match.end)}
    said = {word for fact in known for texts in fact.wordings.values() for text in texts for word in split_words(text)}
    facts = []
    for at, word in enumerate(words[:12]):
        if at in taken or word in said or word in _NO_NAME or not word.isascii() or len(word) < 3:
            continue
        both = {"en": (word,), "zh": (word,)}
        if _MODEL.fullmatch(word):
            facts.append(Fact("model", (f"word:{word}",), both))
        elif word.isalpha():
            facts.append(Fact("name", (f"word:{word}",), both))
            after = words[at + 1] if at + 1 < len(words) else "的"
            if after.isascii() and after not in said and after not in _NO_NAME:
                pair = f"{word} {after}"
                facts.append(Fact("name", (f"word:{word}", f"word:{after}"), {"en": (pair,), "zh": (pair,)}))
    return facts


def _join(words: Sequence[str], language: str) -> str:
    return ("" if language == "zh" else " ").join(words)


def pick(random_: random.Random, options: Sequence[str], *, usual: float = 0.5) -> str:
    """The first way to say it with probability `usual`, else any."""
    return options[0] if random_.random() < usual else random_.choice(options)
