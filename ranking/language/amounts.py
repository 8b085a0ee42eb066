"""The amounts in a query one by one: a number with its unit, its money, or nothing; what they bound comes later."""

import re
from dataclasses import dataclass, replace

from catalog.units import NUMBER, QUANTITY_IN_TEXT, Unit, find_unit, split_quantity
from ranking.language.number_words import (
    COUNTS_SOMETHING,
    MEMORY_FOLLOWS,
    MONEY_AFTER,
    MONEY_BEFORE,
    NETWORK,
    NOT_A_PRICE_BEFORE,
    PACKS,
    PAIRS,
    PIECES,
    SAYS_DATA,
    SAYS_WEIGHT,
    SIZE_LETTERS,
)

MOST_AMOUNTS = 12
_NUMBER = re.compile(rf"(?<![a-z0-9.,/])(?<![a-z]-)(?:{NUMBER})(?![\d/])")
_QUANTITY = re.compile(QUANTITY_IN_TEXT)
_THOUSAND = re.compile(r"k(?![a-z0-9])")
# Units that running text means only where a range or a whole word says so ("at least 10 hours", 1.5匹).
_WORD_UNIT = re.compile(r"\s?-?(?P<unit>[a-z]+|个?[小时年月天周星期匹巴秒]{1,2}|kwh)(?![a-z0-9])")
_TIMES = re.compile("hours?|hrs?|个?小时|匹")
# A single letter with a blank ("1.7 l", "65 w") is a unit unless a size stands before it.
_LOOSE_LETTER = re.compile(r"\s(?P<unit>[glwvm])(?![a-z0-9'])")
_INCHES_AT_START = re.compile(
    r"\s?in (?!stock|1\b|one\b|a\b|the\b|my\b|black|white|red|blue|green|grey|gray|brown|pink|silver)"
)
# Lower case hides whether 16g is memory. Both are offered; the catalog's numbers decide what the words leave open.
_DOUBLE = {"g": "GB", "t": "TB"}


@dataclass(frozen=True, slots=True)
class Amount:
    """`start` and `end` are positions in the text with digits. No unit and no money: a bare number.

    `other` is a second unit that the same letters may mean. `loose` units count only inside a range.
    """

    start: int
    end: int
    number: float
    unit: Unit | None = None
    other: Unit | None = None
    money: str = ""
    loose: bool = False
    follows_dimension: bool = False  # the next amount is the other side: 160 * 230 cm

    @property
    def bare(self) -> bool:
        return self.unit is None and not self.money


def find_counts(text: str) -> list[Amount]:
    """ "24 pack", "pack of 12", 24支装, "300 pieces", 1000片: how many are in it."""
    found = []
    for patterns, symbol in ((PACKS, "pack"), (PIECES, "pcs"), (PAIRS, "pair")):
        for pattern in patterns:
            for match in pattern.finditer(text):
                if _QUANTITY.match(text, match.start("number")) is None:
                    found.append(Amount(match.start(), match.end(), float(match["number"]), find_unit(symbol)))
    found.sort(key=lambda amount: (amount.start, -amount.end))
    return [amount for place, amount in enumerate(found) if not place or amount.start >= found[place - 1].end]


def find_amounts(text: str, counts: list[Amount]) -> list[Amount]:
    """Amounts in order, without what `counts` holds already; at most MOST_AMOUNTS."""
    found: list[Amount] = []
    at = 0
    taken = [(count.start, count.end) for count in counts] + [match.span() for match in SIZE_LETTERS.finditer(text)]
    while len(found) < MOST_AMOUNTS and (match := _NUMBER.search(text, at)):
        at = match.end()
        if any(start <= match.start() < end for start, end in taken):
            continue
        amount = _read_amount(text, match)
        if amount is not None:
            found.append(amount)
            at = amount.end
    return [_share_unit(found, place) for place in range(len(found))]


def _read_amount(text: str, match: re.Match[str]) -> Amount | None:
    if len(match[0]) > 15:
        return None
    number = float(match[0].replace(",", ""))
    before = MONEY_BEFORE.search(text, max(match.start() - 6, 0), match.start())
    end = match.end()
    if thousand := _THOUSAND.match(text, end):
        return Amount(match.start(), thousand.end(), number * 1000, money=_money(text, before, thousand.end())[0])
    money, end = _money(text, before, end)
    if money:
        return Amount(before.start() if before else match.start(), end, number, money=money)
    if quantity := _QUANTITY.match(text, match.start()):
        return _read_unit(text, match.start(), quantity.end(), number)
    return _read_loose(text, match, number)


def _money(text: str, before: re.Match[str] | None, end: int) -> tuple[str, int]:
    after = MONEY_AFTER.match(text, end)
    found = after or before
    return (found.lastgroup or "" if found else "", after.end() if after else end)


def _read_unit(text: str, start: int, end: int, number: float) -> Amount | None:
    symbol = split_quantity(text[start:end])[1]
    unit = find_unit(symbol)
    other = find_unit(_DOUBLE[symbol]) if symbol in _DOUBLE else None
    if other is None:
        return Amount(start, end, number, unit)
    says_data, says_weight = SAYS_DATA.search(text), SAYS_WEIGHT.search(text, 0, start) or SAYS_WEIGHT.search(text, end)
    follows = MEMORY_FOLLOWS.match(text, end) or text[start - 1 : start] == "+"
    if NETWORK.fullmatch(text, start, end) and not follows:
        return None
    power_of_two = number.is_integer() and int(number).bit_count() == 1
    if follows or (says_data and not says_weight) or (symbol == "t" and number < 100 and not says_weight):
        return Amount(start, end, number, other)
    if says_weight or not power_of_two:
        return Amount(start, end, number, unit)
    return Amount(start, end, number, unit, other)


def _read_loose(text: str, match: re.Match[str], number: float) -> Amount | None:
    start, end = match.span()
    if (letter := _LOOSE_LETTER.match(text, end)) and not NOT_A_PRICE_BEFORE.search(text, 0, start):
        return Amount(start, letter.end(), number, find_unit(letter["unit"]))
    if not start and (inches := _INCHES_AT_START.match(text, end)):
        return Amount(start, inches.end() - 1, number, find_unit("in"))
    if word := _WORD_UNIT.match(text, end):
        unit = find_unit(word["unit"])
        if unit is not None and unit.dimension in ("time", "period", "pressure", "cooling power", "current", "energy"):
            plain = _TIMES.fullmatch(word["unit"]) is not None
            return Amount(start, word.end(), number, unit, loose=not plain)
    if text[end : end + 1].isalpha() and text[end : end + 1].isascii():
        return None
    if COUNTS_SOMETHING.match(text, end) or NOT_A_PRICE_BEFORE.search(text, 0, start):
        return None
    return Amount(start, end, number, follows_dimension=text[end : end + 1] == "*")


def _share_unit(found: list[Amount], place: int) -> Amount:
    """160 of 160*230cm is in centimetres too."""
    amount = found[place]
    last = place
    while last + 1 < len(found) and found[last].follows_dimension and found[last].end + 1 == found[last + 1].start:
        last += 1
    return amount if last == place else replace(amount, unit=found[last].unit)
