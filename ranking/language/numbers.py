"""The numbers a query asks for: prices, sizes, weights, ranges; and the query without the words that only bound them.

55寸电视 asks for 139.7 cm, "under 100" for a price, 至少16G内存 for data; iPhone 15, 5G, 3M and size 42 for nothing.
All units are catalog.units'.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from catalog.units import CANONICAL, Unit, to_canonical
from ranking.contracts import NumberNeed
from ranking.language.amounts import Amount, find_amounts, find_counts
from ranking.language.lexicon import Lexicon, piece_key
from ranking.language.number_fields import adjacent_name, choose_fields
from ranking.language.number_words import (
    AFTER,
    BEFORE,
    BETWEEN_AFTER,
    BETWEEN_BEFORE,
    BOUNDS,
    BUDGET_BEFORE,
    JOINED,
    PRICE_AFTER,
    PRICE_BEFORE,
    SAYS_LENGTH,
    Bound,
)
from ranking.language.numerals import PlainNumbers, write_digits
from ranking.language.pieces import MAX_CHARACTERS, blank_spans, split_pieces

# A plain quantity is met to three significant digits, as index terms are; what is "about" or a price, more freely.
EXACT = 0.005
ABOUT = 0.1
ABOUT_PRICE = 0.2
# A bare number from here on can be a price that something costs at least ("over 100"); "at least 2" cannot.
LEAST_BARE_MINIMUM = 20
LEAST_JOINED_PRICE = 50


@dataclass(frozen=True, slots=True)
class NumberReading:
    """`needs` in order; `rest` is the text with pure range words as blanks, every other character where it was."""

    needs: tuple[NumberNeed, ...]
    rest: str


@dataclass(frozen=True, slots=True)
class _Reading:
    """One need in the making; `start` and `end` take in what bounds it; `drop` need not be searched."""

    amount: Amount
    start: int
    end: int
    minimum: float | None = None
    maximum: float | None = None
    about: bool = False
    price: bool = False
    drop: tuple[tuple[int, int], ...] = ()


def read_numbers(text: str, lexicon: Lexicon | None = None) -> NumberReading:
    """Reads a normalised text; with a lexicon, each need says which number attributes it may be about."""
    plain = write_digits(text[:MAX_CHARACTERS])
    counts = find_counts(plain.text)
    amounts = find_amounts(plain.text, counts)
    readings = [_Reading(count, count.start, count.end) for count in counts]
    place = 0
    while place < len(amounts):
        following = amounts[place + 1] if place + 1 < len(amounts) else None
        joined = _read_joined(plain.text, amounts[place], following) if following else None
        reading = joined or _read_single(plain.text, amounts[place])
        place += 2 if joined else 1
        if reading is not None and not _is_brand(plain.text, reading, lexicon):
            readings.append(reading)
    readings.sort(key=lambda reading: reading.start)
    needs, dropped = [], []
    for reading in readings:
        need = _make_need(text, plain, reading, lexicon)
        needs.append(need)
        dropped += [_original(plain, *span) for span in _dropped(plain.text, reading, need, lexicon)]
    return NumberReading(tuple(needs), blank_spans(text, dropped))


def _dropped(text: str, reading: _Reading, need: NumberNeed, lexicon: Lexicon | None) -> tuple[tuple[int, int], ...]:
    """What a filter says better than words: of a range with a field, the field's name as well."""
    if lexicon is None or need.target is not None or need.dimension == "price" or not need.fields:
        return reading.drop
    node = lexicon.vocabulary.attributes[need.fields[0]]
    return tuple(adjacent_name(node, text, span) for span in reading.drop)


def _read_joined(text: str, first: Amount, second: Amount) -> _Reading | None:
    """ "10-20kg", "between 10 and 20 euro", 3000到5000, from the first number to the second."""
    joined = JOINED.fullmatch(text, first.end, second.start)
    if joined is None or second.number <= first.number * _ratio(first, second):
        return None
    before = BETWEEN_BEFORE.search(text, 0, first.start)
    after = (
        BETWEEN_AFTER.match(text, second.end)
        or AFTER["about"].match(text, second.end)
        or PRICE_AFTER.match(text, second.end)
    )
    sign = joined["sign"]
    if sign in ("and", "&", "和", "与") and not (before or after):
        return None
    amount = second if first.bare else first
    if not first.bare and not second.bare and not _comparable(first, second):
        return None
    price = bool(amount.money)
    if amount.bare:
        price = _joined_is_price(
            text, first, second, sign, bool(before or after or PRICE_BEFORE.search(text, 0, first.start))
        )
        if not price:
            return None
    priced = (before or PRICE_BEFORE.search(text, 0, first.start)) if price else before
    start = priced.start() if priced else first.start
    inside = AFTER["max"].match(text, second.end)  # 100-200以内 says no more than 100-200
    end = (after or inside).end() if after or inside else second.end  # type: ignore[union-attr]
    low, high = first.number * _ratio(first, second), second.number
    holder = second if not second.bare else first
    return _Reading(holder, start, end, low, high, price=price, drop=((start, end),))


def _joined_is_price(text: str, first: Amount, second: Amount, sign: str, said: bool) -> bool:
    if said:
        return True
    big = first.number >= LEAST_JOINED_PRICE
    if sign in ("到", "至"):
        return big
    return big and sign in ("-", "~") and text[second.end : second.end + 1] in ("的", "以") and second.number < 100_000


def _ratio(first: Amount, second: Amount) -> float:
    """What makes the first number one of the second's unit (10cm-1m)."""
    if first.unit and second.unit and first.unit.dimension == second.unit.dimension:
        return first.unit.factor / second.unit.factor
    return 1.0


def _comparable(first: Amount, second: Amount) -> bool:
    if first.unit and second.unit:
        return first.unit.dimension == second.unit.dimension
    return first.money == second.money and bool(first.money)


def _read_single(text: str, amount: Amount) -> _Reading | None:
    bound, start, end = _find_bound(text, amount)
    if amount.bare:
        return _read_bare(text, amount, (bound, start, end))
    if amount.loose and bound is None:
        return None
    if amount.money:
        priced = PRICE_BEFORE.search(text, 0, start)
        if bound is None and BUDGET_BEFORE.search(text, 0, start):
            bound = "max"
        start = priced.start() if priced else start
        return _bounded(amount, (bound, start, end), price=True)
    if bound is None:
        return _Reading(amount, amount.start, amount.end)
    return _bounded(amount, (bound, start, end), price=False)


def _find_bound(text: str, amount: Amount) -> tuple[Bound | None, int, int]:
    """Which side the words around an amount bound it on, and where those words begin and end."""
    for bound in BOUNDS:
        if match := BEFORE[bound].search(text, max(amount.start - 60, 0), amount.start):
            after = AFTER["about"].match(text, amount.end)
            return bound, match.start(), after.end() if after else amount.end
    for bound in BOUNDS:
        if match := AFTER[bound].match(text, amount.end):
            return bound, amount.start, match.end()
    return None, amount.start, amount.end


def _read_bare(text: str, amount: Amount, bounded: tuple[Bound | None, int, int]) -> _Reading | None:
    """A number alone is a price where it is bounded as prices are, or a price word stands by it."""
    bound, start, end = bounded
    priced = PRICE_BEFORE.search(text, 0, start)
    named = (
        priced is not None
        or PRICE_AFTER.match(text, end) is not None
        or _PRICE_WORD.search(text, start, end) is not None
    )
    if bound is None:
        if not named or not priced:
            return None
        bound = "max" if BUDGET_BEFORE.search(text, 0, start) else None
    elif not named and not _could_cost(text, amount, bound):
        return None
    return _bounded(amount, (bound, priced.start() if priced else start, end), price=True)


_PRICE_WORD = re.compile("price|cost|budget|价|预算")
_NOUN_OF_NUMBER = re.compile(r"\s+[a-z]")


def _could_cost(text: str, amount: Amount, bound: Bound) -> bool:
    if bound == "max":
        return amount.number >= 1
    if bound == "about":
        return amount.number >= LEAST_BARE_MINIMUM
    # "at least 4 usb ports": what follows is counted, unless the number is too large for that.
    counted = _NOUN_OF_NUMBER.match(text, amount.end) is not None
    return amount.number >= (LEAST_JOINED_PRICE if counted else LEAST_BARE_MINIMUM)


def _bounded(amount: Amount, bounded: tuple[Bound | None, int, int], *, price: bool) -> _Reading:
    bound, start, end = bounded
    if bound in (None, "about"):
        drop = ((start, end),) if price else ((start, amount.start), (amount.end, end))
        return _Reading(amount, start, end, about=bound == "about", price=price, drop=drop)
    low, high = (amount.number, None) if bound == "min" else (None, amount.number)
    return _Reading(amount, start, end, low, high, price=price, drop=((start, end),))


def _is_brand(text: str, reading: _Reading, lexicon: Lexicon | None) -> bool:
    """Whether a glued number and letter is a brand (3M, or one of this catalog) and nothing says length."""
    amount = reading.amount
    written = text[amount.start : amount.end]
    if reading.minimum is not None or reading.maximum is not None or not written[-1:].isascii():
        return False
    if written == "3m":
        return not SAYS_LENGTH.search(text, amount.end)
    if len(written) > 4 or SAYS_LENGTH.search(text, amount.end):
        return False
    keys = [piece_key(piece) for piece in split_pieces(written)]
    return lexicon is not None and len(keys) == 1 and any(entry.kind == "brand" for entry in lexicon.find(keys[0]))


def _make_need(text: str, plain: PlainNumbers, reading: _Reading, lexicon: Lexicon | None) -> NumberNeed:
    start, end = _original(plain, reading.start, reading.end)
    written = text[start:end].strip()
    start += len(text[start:end]) - len(text[start:end].lstrip())
    end = start + len(written)
    amount = reading.amount
    ranged = reading.minimum is not None or reading.maximum is not None
    if reading.price:
        tolerance = 0.0 if ranged else ABOUT_PRICE
        target = None if ranged else amount.number
        return NumberNeed(
            "price", amount.money, written, start, end, reading.minimum, reading.maximum, target, tolerance, ("price",)
        )
    tolerance = 0.0 if ranged else ABOUT if reading.about else EXACT
    options = [
        _convert(reading, unit, (written, start, end), tolerance) for unit in (amount.unit, amount.other) if unit
    ]
    if lexicon is None:
        return options[-1]
    return choose_fields(options, plain.text, (reading.start, reading.end), lexicon)


def _convert(reading: _Reading, unit: Unit, span: tuple[str, int, int], tolerance: float) -> NumberNeed:
    def canonical(number: float | None) -> float | None:
        return None if number is None else to_canonical(number, unit.symbol)[0]

    ranged = reading.minimum is not None or reading.maximum is not None
    low, high = canonical(reading.minimum), canonical(reading.maximum)
    target = None if ranged else canonical(reading.amount.number)
    written, start, end = span
    return NumberNeed(unit.dimension, CANONICAL[unit.dimension], written, start, end, low, high, target, tolerance)


def _original(plain: PlainNumbers, start: int, end: int) -> tuple[int, int]:
    return plain.origin[start], plain.origin[end]


def list_prices(needs: Sequence[NumberNeed]) -> tuple[NumberNeed, ...]:
    return tuple(need for need in needs if need.dimension == "price")
