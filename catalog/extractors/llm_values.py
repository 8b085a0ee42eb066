"""An item of the model's answer as a value with its evidence: a value counts as stated only where its quote says it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from catalog.contracts import KnownAttribute, KnownValue, Scalar
from catalog.extractors.agreement import NUMBER_TOLERANCE
from catalog.extractors.llm_shape import MAX_VALUE, Item
from catalog.extractors.llm_text import ShownText, locate
from catalog.extractors.masking import read_text
from catalog.extractors.negation import is_negated
from catalog.text import HAN, analyse, normalise
from catalog.units import NUMBER, find_quantities, find_unit, parse_quantity, to_canonical

# A quote longer than this proves nothing by containing the value's words somewhere.
MAX_LOOSE_QUOTE = 60
_NUMBER = re.compile(rf"(?<![A-Za-z\d.,])(?:{NUMBER})(?![A-Za-z\d])(?![.,]\d)")
# A number and what follows it: units that are too common as words to be found in free text ("3 years", "2个").
_MEASURED = re.compile(rf"(?<![A-Za-z\d.,])({NUMBER})\s?-?\s?([A-Za-z°℃℉µμ²/\"']+|[{HAN}]{{1,4}})")
_YES = frozenset(["yes", "true", "y", "是", "有", "对", "支持"])
_NO = frozenset(["no", "false", "n", "否", "无", "没有", "不", "不支持"])


@dataclass(frozen=True, slots=True)
class Reading:
    """One value, where the text states it (`text` and `place`; None when it is only implied), whether letter for
    letter, and whether the category knows such values (one of its words, a number in its range).
    """

    value: Scalar
    text: ShownText | None
    place: tuple[int, int] | None
    is_exact: bool
    is_usual: bool


@dataclass(frozen=True, slots=True)
class _Quoted:
    text: ShownText
    place: tuple[int, int]
    is_exact: bool

    @property
    def written(self) -> str:
        return self.text.text[slice(*self.place)]


def read_item(item: Item, attribute: KnownAttribute, texts: Sequence[ShownText]) -> Reading | None:
    """None for what must be dropped: no value of the attribute's kind, or one that neither text nor category knows."""
    found = locate(texts, item.quote)
    quoted = _Quoted(*found) if found else None
    if attribute.kind == "boolean":
        return _read_boolean(item, attribute, quoted)
    said = " ".join(str(item.value).split())
    if not said or isinstance(item.value, bool):
        return None
    if attribute.kind == "number":
        return _read_number(said, attribute, quoted)
    return _read_text(said, attribute, quoted)


def _read_text(said: str, attribute: KnownAttribute, quoted: _Quoted | None) -> Reading | None:
    known = find_known(attribute, said)
    if quoted is not None:
        for word in (said, *(known.words if known else ())):
            place = _find_inside(quoted, word)
            if place is not None:
                if is_negated(read_text(quoted.text.text), *place):
                    return None
                value = known.value if known else _written_value(quoted.text, place, attribute)
                return Reading(value, quoted.text, place, quoted.is_exact, known is not None) if value else None
        if known and len(quoted.written) <= MAX_LOOSE_QUOTE and _says_any(quoted.written, known):
            if is_negated(read_text(quoted.text.text), *quoted.place):
                return None
            return Reading(known.value, quoted.text, quoted.place, is_exact=False, is_usual=True)
    return Reading(known.value, None, None, is_exact=False, is_usual=True) if known else None


def _find_inside(quoted: _Quoted, word: str) -> tuple[int, int] | None:
    exact = quoted.text.find(word, within=quoted.place)
    return exact or quoted.text.find_folded(word, within=quoted.place)


def _written_value(text: ShownText, place: tuple[int, int], attribute: KnownAttribute) -> Scalar:
    """A new value is spelled as the text spells it; empty when it is no value but a sentence, or nothing but marks."""
    written = text.text[slice(*place)].strip()
    known = find_known(attribute, written)
    if known:
        return known.value
    return written if len(written) <= MAX_VALUE and analyse(written) else ""


def find_known(attribute: KnownAttribute, said: str) -> KnownValue | None:
    """The value of the category that goes by these words, in either language, whatever their case, width or order."""
    folded, bag = _folded(said), _terms(said)
    for value in attribute.values:
        if any(_folded(word) == folded for word in _words_of(value)):
            return value
    if not bag:
        return None
    return next((value for value in attribute.values if any(_terms(word) == bag for word in _words_of(value))), None)


def _words_of(value: KnownValue) -> tuple[str, ...]:
    return (*value.words, value.value) if isinstance(value.value, str) else value.words


def _says_any(quote: str, known: KnownValue) -> bool:
    terms = _terms(quote)
    return any(_terms(word) and _terms(word) <= terms for word in _words_of(known))


def _read_number(said: str, attribute: KnownAttribute, quoted: _Quoted | None) -> Reading | None:
    wanted = _parse_number(said, attribute.unit)
    if wanted is None:
        return None
    canonical, bare = wanted
    if quoted is not None:
        for value, start, end, written in _numbers_in(quoted.written, attribute.unit):
            if _near(value, canonical) or (bare is not None and (_near(value, bare) or _near(written, bare))):
                place = quoted.place[0] + start, quoted.place[0] + end
                return Reading(value, quoted.text, place, quoted.is_exact, _in_range(value, attribute))
    # A bare number of an attribute with a unit may be in any unit; one the text does not say must at least be usual.
    if canonical is None or not _in_range(canonical, attribute) or attribute.low is None:
        return None
    return Reading(canonical, None, None, is_exact=False, is_usual=True)


def _parse_number(said: str, unit: str) -> tuple[float | None, float | None] | None:
    """(in the canonical unit, as a bare number); None when it is no number or of another dimension."""
    quantity = parse_quantity(said)
    if quantity is not None:
        return (quantity.value, None) if quantity.unit == unit else None
    match = _NUMBER.fullmatch(said)
    if match is None or len(said) > 15:
        return None
    number = float(said.replace(",", ""))
    return (None, number) if unit else (number, number)


def _numbers_in(quote: str, unit: str) -> Iterator[tuple[float, int, int, float | None]]:
    """(value in the unit, start, end, the number as written) of everything in the quote that has this unit."""
    if not unit:
        for match in _NUMBER.finditer(quote):
            if len(match[0]) <= 15:
                number = float(match[0].replace(",", ""))
                yield number, match.start(), match.end(), number
        return
    for found in find_quantities(quote):
        if found.quantity.unit == unit:
            yield found.quantity.value, found.start, found.end, _leading_number(found.text)
    for match in _MEASURED.finditer(quote):
        for length in range(len(match[2]), 0, -1):
            known = find_unit(match[2][:length])
            if known is None or len(match[1]) > 15 or (length < len(match[2]) and match[2].isascii()):
                continue
            written = float(match[1].replace(",", ""))
            value, canonical = to_canonical(written, known.symbol)
            if canonical == unit:
                yield value, match.start(), match.start(2) + length, written
            break


def _leading_number(text: str) -> float | None:
    match = re.match(NUMBER, normalise(text))
    return float(match[0].replace(",", "")) if match and len(match[0]) <= 15 else None


def _near(first: float | None, second: float | None) -> bool:
    if first is None or second is None:
        return False
    return abs(first - second) <= NUMBER_TOLERANCE * max(abs(first), abs(second))


def _in_range(value: float, attribute: KnownAttribute) -> bool:
    """Within the category's numbers, half as much again on either side."""
    if attribute.low is None or attribute.high is None:
        return True
    slack = 0.5 * max(attribute.high - attribute.low, abs(attribute.high))
    return attribute.low - slack <= value <= attribute.high + slack


def _read_boolean(item: Item, attribute: KnownAttribute, quoted: _Quoted | None) -> Reading | None:
    """Stated where the quote names the attribute; whether the text denies it must agree with the value."""
    value = item.value if isinstance(item.value, bool) else _parse_truth(str(item.value))
    if value is None or quoted is None:
        return None
    for name in (*attribute.names, attribute.key.replace("-", " ")):
        place = _find_inside(quoted, name)
        if place is not None:
            denied = is_negated(read_text(quoted.text.text), *place)
            return None if value is denied else Reading(value, quoted.text, place, quoted.is_exact, is_usual=True)
    return Reading(value, None, None, is_exact=False, is_usual=True)


def _parse_truth(said: str) -> bool | None:
    folded = normalise(said)
    return True if folded in _YES else False if folded in _NO else None


@lru_cache(maxsize=20_000)
def _folded(text: str) -> str:
    return normalise(text)


@lru_cache(maxsize=20_000)
def _terms(text: str) -> frozenset[str]:
    return frozenset(analyse(text))
