"""Which attribute of the category a found value belongs to, and how sure that is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from catalog.contracts import KnownAttribute, KnownValue, Scalar
from catalog.extractors.masking import ReadText
from catalog.extractors.phrases import phrase_key
from catalog.extractors.schema_index import NumberChoice, TextChoice
from catalog.units import Quantity, quantity_token, to_canonical

_BEFORE, _AFTER = 30, 18
_CLAUSE_END = re.compile(r"[,;.。，；、|\n()（）/+]")
_NEXT_NUMBER = re.compile(r"[,;.。，；、|\n()（）/+]|\d")
_LATIN = re.compile(r"[a-z]+")
# An attribute's own word beside a number says more than how common the attribute is.
CUE_WEIGHT = 8.0
MANY_VALUES = 8


@dataclass(frozen=True, slots=True)
class Choice:
    """`ratio` is the best attribute's part of all that could be meant (1: nothing else could)."""

    attribute: KnownAttribute
    value: Scalar
    ratio: float
    is_known: bool
    is_named: bool
    is_in_range: bool = True


def count_cues(text: ReadText, place: tuple[int, int], cues: frozenset[str], zh_cues: Sequence[str]) -> int:
    """How many of the words (none, one, several: 0..2) stand just before or after, within the same clause and before
    the next number.
    """
    start, end = place
    before = text.lower[max(0, start - _BEFORE) : start]
    breaks = [match.end() for match in _CLAUSE_END.finditer(before.rstrip(" :("))]
    before = before[breaks[-1] :] if breaks else before
    after = text.lower[end : end + _AFTER]
    stop = _NEXT_NUMBER.search(after)
    after = after[: stop.start()] if stop else after
    latin = cues.intersection(_LATIN.findall(f"{before} {after}"))
    return min(2, len(latin) + sum(cue in before or cue in after for cue in zh_cues))


def choose_text(
    choices: Sequence[TextChoice], spellings: Sequence[str], text: ReadText, place: tuple[int, int], *, written: str
) -> Choice | None:
    """The attribute that this value is most often of; its known value where one has the same words, else `written`."""
    keys = [phrase_key(spelling) for spelling in spellings]
    best: Choice | None = None
    top = total = 0.0
    for choice in choices:
        known = next((choice.values[key] for key in keys if key in choice.values), None)
        named = count_cues(text, place, choice.cues, choice.zh_cues)
        score = (choice.attribute.share + 0.05) * (0.15 + _commonness(known, choice.total)) * CUE_WEIGHT**named
        total += score
        if score > top:
            value = known.value if known else written
            best, top = Choice(choice.attribute, value, 1.0, known is not None, named > 0), score
    return _with_ratio(best, top / total) if best else None


def choose_number(
    choices: Sequence[NumberChoice],
    quantity: Quantity,
    text: ReadText,
    place: tuple[int, int],
    written: tuple[float, str],
) -> Choice | None:
    """The attribute of the quantity's dimension whose words stand near, whose range holds it and whose values it is
    among. `written` is the number as it stands and its unit.
    """
    best: Choice | None = None
    top = total = 0.0
    for choice in choices:
        known, value = _as_value(choice, quantity, written)
        if value is None:
            continue
        named = count_cues(text, place, choice.cues, choice.zh_cues)
        fit = _fit(choice.attribute, value)
        score = (choice.attribute.share + 0.05) * fit * (0.5 + 2 * _commonness(known, choice.total))
        score *= CUE_WEIGHT**named
        total += score
        if score > top:
            best, top = Choice(choice.attribute, value, 1.0, known is not None, named > 0, fit >= 0.5), score
    return _with_ratio(best, top / total) if best else None


def _as_value(
    choice: NumberChoice, quantity: Quantity, written: tuple[float, str]
) -> tuple[KnownValue | None, Scalar | None]:
    """The value as this attribute would hold it. Text attributes and those without a unit take only what they know."""
    known = choice.known.get(quantity_token(quantity.value, quantity.unit))
    if choice.attribute.kind == "text":
        return known, known.value if known else None
    if choice.attribute.unit:
        canonical, _ = to_canonical(quantity.value, quantity.unit)
        return known, known.value if known else canonical
    number, symbol = written
    shown = [number if unit == symbol else _convert(quantity, unit) for unit in dict.fromkeys((symbol, *choice.units))]
    held = [
        value
        for value in (choice.bare.get(float(f"{n:.6g}")) or choice.bare.get(float(f"{n:.3g}")) for n in shown)
        if value is not None
    ]
    # A catalog may have counted in several units; the value that more products have is the likelier.
    best = max(held, key=lambda value: value.count, default=None)
    return best, best.value if best else None


def _convert(quantity: Quantity, unit: str) -> float:
    return quantity.value / to_canonical(1.0, unit)[0]


def _fit(attribute: KnownAttribute, value: Scalar) -> float:
    """1 inside the category's range, less beside it; what no product ever had is most likely another attribute's."""
    if isinstance(value, str | bool) or attribute.low is None or attribute.high is None:
        return 0.7
    if attribute.low <= value <= attribute.high:
        return 1.0
    return 0.25 if attribute.low * 0.5 <= value <= attribute.high * 2 else 0.04


def _commonness(known: KnownValue | None, total: int) -> float:
    if known is None:
        return 0.0
    return 0.5 + (known.count / total if total else 0.0)


def _with_ratio(choice: Choice, ratio: float) -> Choice:
    return Choice(choice.attribute, choice.value, ratio, choice.is_known, choice.is_named, choice.is_in_range)


def confidence_of(choice: Choice, base: float) -> float:
    """From a reader's own certainty: less for a doubtful attribute, a value nobody knows or one out of range."""
    sure = base * (0.45 + 0.55 * choice.ratio)
    if not choice.is_known:
        # Where the shop has many values, one it never used is seldom the right one.
        sure *= 0.8 if choice.attribute.kind == "number" or len(choice.attribute.values) < MANY_VALUES else 0.55
    if not choice.is_in_range:
        sure *= 0.4
    return 1 - (1 - sure) * 0.5 if choice.is_named and choice.is_in_range else sure
