"""Numbers as people write them, made plain: Chinese numerals, fractions, 1米8 and 两斤半 become digits in place.

Only where a unit, money or a range word shows that a number is meant: 三星, 一加 and 千斤顶 stay words.
"""

import re
from dataclasses import dataclass

from catalog import units
from catalog.units import NUMBER, NUMERAL_DIGITS, QUANTITY_IN_TEXT

POWERS = {"百": 100, "千": 1000, "万": 10_000}
_NUMERAL = "零〇一二两三四五六七八九十百千万半"
_MONEY_ZH = "元|块钱|块|人民币|美元|美金|欧元|英镑|刀"
_RANGE_AFTER = "以下|以内|之内|以上|之上|左右|上下|起|封顶|价位|的?预算"
_RANGE_BEFORE = re.compile(
    r"(?:不超过|不高于|不大于|不多于|低于|小于|少于|最多|至多|不到|至少|不低于|不少于|大于|高于|超过|最少|起码|大约|大概|约|预算|到|至|[-~])\s*$"
)
_QUANTITY = re.compile(QUANTITY_IN_TEXT)
_COUNTED = "[支只件个片包瓶盒袋罐条卷粒枚双对张颗]装"
_NOT_NUMBERS = re.compile("千斤顶|百分|万能|七匹狼|半身|三元(?!以|左)|一[次些样起个款]|千克拉")

_CANDIDATE = re.compile(
    # 1米8, 一米八, 1米65: metres and the part after the point, without a unit of its own.
    rf"(?P<metres>(?:\d|[一两二三四五])米)(?P<part>[1-9一二三四五六七八九]\d?)(?!\d|[{_NUMERAL}]|\.\d|[a-z]|[厘毫]?米|[块元件个只])"
    rf"|(?P<half>(?:\d+|[{_NUMERAL}]+)(?:公斤|斤|升|米|小时))半"
    r"|(?P<whole>(?<![\d.,/])\d{1,3})[ -](?P<over>\d{1,2})/(?P<under>\d{1,2})(?![\d/])"
    r"|(?<![\d./])(?P<top>\d{1,2})/(?P<bottom>\d{1,2})(?![\d/])"
    rf"|(?P<mixed>(?<![\d.,])\d+(?:\.\d+)?[百千万](?:\d(?!\d))?)"
    rf"|(?P<numeral>[{_NUMERAL}]+)"
    r"|(?P<comma>(?<!\d)[,、](?=\d))"
    r"|(?P<by>(?<=\d)(?:\s?x\s?|\sby\s)(?=\d))"
    r"|(?P<fluid>(?<=\d)\s?-?fl(?:uid)?\.?\s?(?:oz\b|ounces?\b))"
)

# The unit system takes a comma before a number for a part of it, and knows "fl oz" as one word.
_PLAIN = {"comma": " ", "by": "*", "fluid": "floz"}


@dataclass(frozen=True, slots=True)
class PlainNumbers:
    """`text` with digits; its character i stands for `origin[i]` of the text it was made from (one longer: the end)."""

    text: str
    origin: tuple[int, ...]


def write_digits(text: str) -> PlainNumbers:
    """The normalised text with every number that is meant as one in digits; "3x4" becomes "3*4", "fl oz" "floz"."""
    parts: list[str] = []
    origin: list[int] = []
    at = 0
    for match in _CANDIDATE.finditer(text):
        plain = _rewrite(text, match)
        if plain is None or plain == match[0]:
            continue
        parts += [text[at : match.start()], plain]
        origin += range(at, match.start())
        origin += [match.start()] * len(plain)
        at = match.end()
    parts.append(text[at:])
    origin += range(at, len(text) + 1)
    return PlainNumbers("".join(parts), tuple(origin))


def _rewrite(text: str, match: re.Match[str]) -> str | None:
    rest = text[match.end() : match.end() + 12]
    groups = match.groupdict()
    for name, plain in _PLAIN.items():
        if groups[name]:
            return plain
    if groups["metres"]:
        return f"{_digit(groups['metres'][0])}.{_digits(groups['part'])}米"
    if groups["half"]:
        return _add_half(groups["half"])
    if groups["over"] or groups["top"]:
        return _read_fraction(groups, rest)
    before = text[max(match.start() - 8, 0) : match.start()]
    numeral = groups["mixed"] or groups["numeral"]
    if groups["numeral"] and _NOT_NUMBERS.match(text, match.start()):
        return None
    return _read_in_context(numeral, before, rest)


def _read_in_context(numeral: str, before: str, rest: str) -> str | None:
    """Digits when the neighbours say that a number is meant; a bare power ("千元") needs a range word as well."""
    value = parse_numeral(numeral)
    if value is None:
        return None
    plain = f"{value:.10g}"
    after = bool(re.match(rf"\s*(?:{_MONEY_ZH})?\s*(?:{_RANGE_AFTER}|[到至~-]\s*[\d{_NUMERAL}])", rest))
    ranged = after or bool(_RANGE_BEFORE.search(before))
    if re.match(rf"\s*(?:{_MONEY_ZH})", rest):
        return plain if ranged or len(numeral) > 1 or numeral[0].isdigit() else None
    if _QUANTITY.match(f"{plain}{rest}") or re.match(rf"{_COUNTED}", rest):
        # 2千瓦 is read by the unit system itself.
        return None if numeral[0].isdigit() and _QUANTITY.match(f"{numeral}{rest}") else plain
    if not ranged:
        return None
    # 到 and "-" join two numbers; a number alone behind a range word is at least two characters or followed by money.
    return plain if len(numeral) > 1 or re.match(rf"\s*(?:{_RANGE_AFTER})", rest) else None


def parse_numeral(numeral: str) -> float | None:
    """As catalog.units reads it, and what is half digits: 1.5万 → 15000, 3千5 → 3500."""
    if match := re.fullmatch(r"(\d+(?:\.\d+)?)([百千万])(\d)?", numeral):
        power = POWERS[match[2]]
        return float(match[1]) * power + int(match[3] or 0) * power / 10
    return units.parse_numeral(numeral)


def _read_fraction(groups: dict[str, str | None], rest: str) -> str | None:
    whole = int(groups["whole"] or 0)
    over, under = int(groups["over"] or groups["top"] or 0), int(groups["under"] or groups["bottom"] or 0)
    if not under or over >= under:
        return None
    plain = f"{whole + over / under:.6g}"
    return plain if _QUANTITY.match(f"{plain}{rest}") else None


def _add_half(written: str) -> str | None:
    match = re.match(rf"({NUMBER}|[{_NUMERAL}]+)(.+)", written)
    if match is None:
        return None
    value = float(match[1]) if match[1][0].isdigit() else parse_numeral(match[1])
    return None if value is None else f"{value + 0.5:.10g}{match[2]}"


def _digit(character: str) -> str:
    return character if character.isdigit() else str(NUMERAL_DIGITS[character])


def _digits(written: str) -> str:
    return "".join(_digit(character) for character in written)
