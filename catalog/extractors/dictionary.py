"""Finds the values a category already uses, word for word, in a product's texts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import log10

from catalog.contracts import (
    TEXT_FIELDS,
    CategorySchema,
    Extracted,
    FoundAttribute,
    KnownAttribute,
    KnownValue,
    ReadableProduct,
)
from catalog.extractors.assignment import CUE_WEIGHT, count_cues
from catalog.extractors.findings import Finding, Reader, keep_best
from catalog.extractors.masking import ReadText, read_text
from catalog.extractors.negation import is_negated, names_companion
from catalog.extractors.phrases import FoundPhrase, PhraseTable
from catalog.extractors.schema_index import SchemaCache, name_cues

# Said of anything, so as words of a text they state no value.
_SAYS_NOTHING = frozenset(
    ("yes", "no", "none", "n/a", "other", "others", "standard", "normal", "default", "unknown", "various", "general")
    + (
        "new",
        "home",
        "all",
        "any",
        "type",
        "set",
        "single",
        "full",
        "high",
        "low",
        "是",
        "否",
        "有",
        "无",
        "其他",
        "标准",
    )
    + ("普通", "通用", "默认", "常规", "支持", "不支持", "中国", "其它", "暂无")
)
# Below this part of all that a value may mean, the attribute is a guess.
LEAST_RATIO = 0.25
# A text with more known values is a list of other products.
MAX_PHRASES = 300


@dataclass(frozen=True, slots=True)
class _Meaning:
    """That a phrase is a value of an attribute; of a boolean attribute, its name."""

    attribute: KnownAttribute
    value: KnownValue | None
    cues: frozenset[str]
    zh_cues: tuple[str, ...]
    weight: float  # how common this value is in the category


class DictionaryExtractor:
    """Longest phrase first, whole words only; a value of several attributes goes to the likeliest, less sure.

    The table of a schema is made once, about 30 µs a value, and reading is linear in the text.
    """

    name = "dictionary"
    version = "1"

    def __init__(self) -> None:
        self._schemas = SchemaCache(make_table)
        self._reader = Reader(self.name, self.version)

    def extract(self, products: Sequence[ReadableProduct]) -> list[Extracted]:
        return [keep_best(self._read(product)) for product in products]

    def _read(self, product: ReadableProduct) -> Iterator[FoundAttribute]:
        table = self._schemas.get(product.schema)
        if not len(table):
            return
        for field in TEXT_FIELDS:
            stored = product.texts.get(field, "")
            if not stored or stored.isspace():
                continue
            text = read_text(stored)
            for phrase in islice(table.find(text), MAX_PHRASES):
                if is_negated(text, phrase.start, phrase.end):
                    continue
                for finding in _judge(text, phrase):
                    found = self._reader.record(field, text, finding)
                    if found is not None:
                        yield found


def make_table(schema: CategorySchema) -> PhraseTable[_Meaning]:
    return PhraseTable((words, meaning) for attribute in schema.attributes for words, meaning in _phrases_of(attribute))


def _phrases_of(attribute: KnownAttribute) -> Iterator[tuple[str, _Meaning]]:
    cues = name_cues(attribute)
    total = sum(value.count for value in attribute.values) or 1
    if attribute.kind == "boolean":
        true = sum(value.count for value in attribute.values if value.value is True)
        weight = attribute.share * (true / total if attribute.values else 0.5)
        for name in attribute.names:
            if _is_telling(name):
                yield name, _Meaning(attribute, None, *cues, weight)
    elif attribute.kind == "text":
        for value in attribute.values:
            weight = (attribute.share + 0.02) * (value.count + 0.5) / total
            spellings = dict.fromkeys((*value.words, *([value.value] if isinstance(value.value, str) else [])))
            for words in spellings:
                if words.strip().lower() not in _SAYS_NOTHING and any(character.isalpha() for character in words):
                    yield words, _Meaning(attribute, value, *cues, weight)


def _is_telling(name: str) -> bool:
    return len(name) >= 4 or not name.isascii() and len(name) >= 2


def _judge(text: ReadText, phrase: FoundPhrase[_Meaning]) -> Iterator[Finding]:
    place = (phrase.start, phrase.end)
    weighed = []
    for meaning in phrase.meanings:
        named = (
            0
            if meaning.value is None
            else count_cues(text, place, meaning.cues - _words_of(phrase, text), meaning.zh_cues)
        )
        weighed.append((meaning.weight * CUE_WEIGHT**named, named, meaning))
    total = sum(weight for weight, _, _ in weighed) or 1.0
    base = _specificity(text.lower[phrase.start : phrase.end], phrase.atoms)
    if names_companion(text, phrase.start):
        base *= 0.6
    for weight, named, meaning in weighed:
        ratio = weight / total
        if ratio < LEAST_RATIO:
            continue
        sure = base * (0.4 + 0.6 * ratio) * _experience(meaning)
        sure = 1 - (1 - sure) * 0.5 if named else sure
        value = True if meaning.value is None else meaning.value.value
        yield Finding(meaning.attribute.key, value, "", *place, sure)


def _words_of(phrase: FoundPhrase[_Meaning], text: ReadText) -> frozenset[str]:
    return frozenset(text.lower[phrase.start : phrase.end].split())


def _specificity(written: str, atoms: int) -> float:
    """Long phrases and codes mean one thing; a short word means many."""
    if not written.isascii():
        return {1: 0.25, 2: 0.6}.get(len(written), 0.75)
    if atoms > 1:
        return 0.85 if len(written) > 8 else 0.7
    if any(character.isdigit() for character in written):
        return 0.75 if len(written) > 3 else 0.5
    return 0.25 if len(written) <= 2 else 0.5 if len(written) <= 4 else 0.65


def _experience(meaning: _Meaning) -> float:
    """A value that many products of the category have is one that titles state."""
    if meaning.value is None:
        return 0.6 + 0.4 * min(1.0, meaning.weight * 2)
    return 0.7 + 0.2 * min(1.0, log10(1 + meaning.value.count) / 2) + 0.1 * meaning.attribute.share
