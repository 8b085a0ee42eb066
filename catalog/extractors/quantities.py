"""Numbers with units, dimensions of several sides, and numbers of things ("4 ports"): which attribute each is of."""

import re
from collections.abc import Iterator

from catalog.extractors.assignment import choose_number, confidence_of, count_cues
from catalog.extractors.findings import Finding
from catalog.extractors.masking import ReadText
from catalog.extractors.negation import names_companion
from catalog.extractors.schema_index import NumberChoice, SchemaIndex
from catalog.units import CANONICAL, FoundQuantity, Quantity, find_quantities, find_unit, split_quantity, to_canonical

# What a quantity is called where the category has no attribute of its dimension. Lengths, times and data have too many
# meanings for one name.
GENERIC = {
    "weight": "weight", "volume": "volume", "power": "power", "charge": "battery_capacity", "voltage": "voltage",
    "sound": "noise", "area": "area",
}  # fmt: skip
MAX_QUANTITIES = 80
_UNIT_WORDS = r"mm|cm|m|inch(?:es)?|in|ft|\"|毫米|厘米|公分|米|英寸|寸"
_NUMBER = r"\d{1,5}(?:\.\d{1,3})?"
_AXIS = r"\([lwhd长宽高深]\)|[lwhd长宽高深](?![a-z])"
_SIDES = re.compile(
    rf"(?<![a-z0-9.])(?P<axis1>[lwhd长宽高深]?)\s?(?P<n1>{_NUMBER})\s?(?P<u1>{_UNIT_WORDS})?\s?(?P<after1>{_AXIS})?\s?[x*]\s?"
    rf"(?P<axis2>[lwhd长宽高深]?)\s?(?P<n2>{_NUMBER})\s?(?P<u2>{_UNIT_WORDS})?\s?(?P<after2>{_AXIS})?"
    rf"(?:\s?[x*]\s?(?P<axis3>[lwhd长宽高深]?)\s?(?P<n3>{_NUMBER})\s?(?P<u3>{_UNIT_WORDS})?\s?(?P<after3>{_AXIS})?)?(?![a-z0-9])"
)
# The order of the sides, said before or after them: (W x D x H), 长*宽*高.
_ORDER = re.compile(r"\(?\s*(?P<order>[lwhd长宽高深](?:\s?[x*]\s?[lwhd长宽高深]){1,2})\s*\)?")
_AXIS_NAMES = {
    "l": re.compile(r"\blength|\blong|长"), "w": re.compile(r"\bwidth|\bwide|宽"),
    "h": re.compile(r"\bheight|\bhigh|高"), "d": re.compile(r"\bdepth|\bdeep|深"),
}  # fmt: skip
_AXES = {"长": "l", "宽": "w", "高": "h", "深": "d"}
# The end of a range (10-20 kg) is what it is good for, less often its own weight.
_RANGE_BEFORE = re.compile(r"\d\s?[a-z]{0,2}\s?(?:[-~]|to|至|到)\s?$")
_COUNT = re.compile(r"(?<![a-z0-9.,/-])(?P<number>\d{1,4})(?P<join>\s?-?\s?x?\s?)(?P<noun>[a-z]{3,20}|[一-鿿]{1,4})")


def read_quantities(text: ReadText, index: SchemaIndex) -> Iterator[Finding]:
    """Every quantity that belongs to an attribute; a dimension without one gives a generic name if it stands once."""
    taken: list[tuple[int, int]] = []
    for findings, place in _read_sides(text, index):
        taken.append(place)
        yield from findings
    quantities = [
        found
        for found in find_quantities(text.plain)[:MAX_QUANTITIES]
        if not any(start < found.end and found.start < end for start, end in taken)
    ]
    dimensions = [_dimension(found) for found in quantities]
    for found, dimension in zip(quantities, dimensions, strict=True):
        finding = _read_one(text, index, found, dimension)
        if finding is None and dimension not in index.numbers:
            finding = _name_generically(text, found, dimension, alone=dimensions.count(dimension) == 1)
        if finding is not None:
            yield finding
    yield from _read_counts(text, index)


def _dimension(found: FoundQuantity) -> str:
    unit = find_unit(found.quantity.unit)
    return unit.dimension if unit else ""


def _read_one(text: ReadText, index: SchemaIndex, found: FoundQuantity, dimension: str) -> Finding | None:
    place = (found.start, found.end)
    number, symbol = split_quantity(found.text)
    unit = find_unit(symbol)
    written = (float(number), unit.symbol if unit else "")
    readings = [(dimension, found.quantity), *_other_reading(found)]
    for measured, quantity in readings:
        choice = choose_number(index.numbers.get(measured, ()), quantity, text, place, written)
        if choice is None:
            continue
        # A catalog that names no units leaves open what its numbers count.
        base = 0.85 if choice.attribute.unit or choice.attribute.kind == "text" or choice.is_named else 0.65
        confidence = confidence_of(choice, base if measured == dimension else 0.6)
        if names_companion(text, found.start) or _RANGE_BEFORE.search(text.lower, max(0, found.start - 8), found.start):
            confidence *= 0.6
        if confidence >= 0.12:
            return Finding(choice.attribute.key, choice.value, choice.attribute.unit, *place, confidence)
    return None


def _other_reading(found: FoundQuantity) -> list[tuple[str, Quantity]]:
    """16g may be memory in a text that writes everything small."""
    if found.text[-1:] in "gt" and found.text[:-1].strip().isdigit():
        value = float(found.text[:-1]) * (1 if found.text[-1] == "g" else 1000)
        if int(value).bit_count() == 1 or found.text[-1] == "t":
            return [("data", Quantity(value, CANONICAL["data"]))]
    return []


def _name_generically(text: ReadText, found: FoundQuantity, dimension: str, *, alone: bool) -> Finding | None:
    name = GENERIC.get(dimension)
    if name is None or not alone or names_companion(text, found.start):
        return None
    return Finding(name, found.quantity.value, found.quantity.unit, found.start, found.end, 0.4)


def _read_sides(text: ReadText, index: SchemaIndex) -> Iterator[tuple[list[Finding], tuple[int, int]]]:
    """36 x 32 x 10 cm as one text, and each side where the text says which it is."""
    for match in _SIDES.finditer(text.lower):
        unit = find_unit(match["u3"] or match["u2"] or match["u1"] or "")
        if unit is None or unit.dimension != "length":
            continue
        findings = [
            finding
            for number, axis in _label_sides(text.lower, match)
            if axis and (finding := _read_side(index, axis, (match, number), unit.symbol))
        ]
        if whole := _read_whole(text, index, match):
            findings.append(whole)
        yield findings, match.span()


def _label_sides(lower: str, match: re.Match[str]) -> list[tuple[str, str]]:
    numbers = [name for name in ("n1", "n2", "n3") if match[name]]
    own = [(match[f"axis{name[1]}"] or match[f"after{name[1]}"] or "").strip("()") for name in numbers]
    if not all(own):
        order = _ORDER.match(lower, match.end()) or _order_before(lower, match.start())
        letters = re.findall(r"[lwhd长宽高深]", order["order"]) if order else []
        own = letters if len(letters) == len(numbers) else [""] * len(numbers)
    return [(name, _AXES.get(axis, axis)) for name, axis in zip(numbers, own, strict=True)]


def _order_before(lower: str, start: int) -> re.Match[str] | None:
    before = lower[max(0, start - 20) : start]
    return next((found for found in _ORDER.finditer(before) if not before[found.end() :].strip(" :=")), None)


def _read_side(index: SchemaIndex, axis: str, side: tuple[re.Match[str], str], symbol: str) -> Finding | None:
    match, name = side
    value, unit = to_canonical(float(match[name]), symbol)
    fitting = [
        choice
        for choice in index.numbers.get("length", ())
        if choice.attribute.unit and any(_AXIS_NAMES[axis].search(word.lower()) for word in choice.attribute.names)
    ]
    own = [choice for choice in fitting if choice.attribute.low is None or _holds(choice, value)]
    if not own:
        return None
    best = max(own, key=lambda choice: choice.attribute.share)
    confidence = 0.85 if len(own) == 1 else 0.65
    return Finding(best.attribute.key, value, unit, match.start(name), match.end(name), confidence)


def _holds(choice: NumberChoice, value: float) -> bool:
    low, high = choice.attribute.low, choice.attribute.high
    return low is None or high is None or low * 0.5 <= value <= high * 2


def _read_whole(text: ReadText, index: SchemaIndex, match: re.Match[str]) -> Finding | None:
    choices = index.roles.get("dimensions", ())
    if not choices:
        return None
    end = match.end()
    while text.lower[end - 1] in " (":
        end -= 1
    written = " ".join(text.quote(match.start(), end).split())
    named = [choice for choice in choices if count_cues(text, match.span(), choice.cues, choice.zh_cues)]
    best = max(named or choices, key=lambda choice: choice.attribute.share)
    return Finding(best.attribute.key, written, "", match.start(), end, 0.6 if named or len(choices) == 1 else 0.4)


def _read_counts(text: ReadText, index: SchemaIndex) -> Iterator[Finding]:
    """4 ports, 24-key, 6 个座位: a number whose attribute is called what follows it."""
    if not index.counts:
        return
    for match in _COUNT.finditer(text.lower):
        noun, value = match["noun"], float(match["number"])
        for choice in index.counts:
            called = _is_called(choice, noun)
            if called and _holds(choice, value):
                end = match.end("join") + len(called)
                confidence = 0.75 if value in choice.bare else 0.45
                yield Finding(choice.attribute.key, value, "", match.start(), end, confidence)
                break


def _is_called(choice: NumberChoice, noun: str) -> str:
    """The part of the text's word that is the attribute's; empty where it is another word."""
    for name in choice.nouns:
        if name.isascii() and noun in (name, f"{name}s", name.removesuffix("s")):
            return noun
        if not name.isascii() and noun.startswith(name):
            return name
    return ""
