"""The one unit system of ingestion, queries and rules: Chinese and English symbols, one canonical unit a dimension."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal


@dataclass(frozen=True, slots=True)
class Unit:
    """`value * factor + offset` is the value in the dimension's canonical unit.

    `words` are read in any case; `exact` only as written ("16G" is data, "16g" weight); `zh` may touch Chinese text
    unless one of `zh_not_before` follows ("3升" is a volume, "3升级" is not). A unit that is not `in_text` is read from
    a cell or a rule, never found inside a sentence, where it usually means something else ("HP", "5s").
    """

    symbol: str
    dimension: str
    factor: float
    words: str = ""
    zh: str = ""
    exact: str = ""
    zh_not_before: str = ""
    offset: float = 0.0
    in_text: bool = True


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in a canonical unit."""

    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class FoundQuantity:
    """A quantity and where it stands in the text it was found in."""

    quantity: Quantity
    start: int
    end: int
    text: str


CANONICAL = {
    "length": "cm", "weight": "kg", "volume": "l", "data": "GB", "data rate": "Mbps", "power": "W",
    "cooling power": "匹", "charge": "mAh", "energy": "Wh", "voltage": "V", "current": "A", "time": "s",
    "period": "month", "frequency": "Hz", "area": "m²", "temperature": "°C", "count": "pcs", "pack": "pack",
    "pressure": "bar", "sound": "dB", "light": "lm", "rotation": "rpm", "resolution": "MP", "density": "dpi",
    "speed": "km/h", "print speed": "ppm",
}  # fmt: skip

UNITS = (
    Unit("nm", "length", 1e-7, "nm nanometre nanometer nanometres nanometers", "纳米"),
    Unit("µm", "length", 1e-4, "µm μm um micron microns micrometre micrometer", "微米"),
    Unit("mm", "length", 0.1, "mm millimetre millimeter millimetres millimeters", "毫米"),
    Unit("cm", "length", 1, "cm cms centimetre centimeter centimetres centimeters", "厘米 公分"),
    Unit("m", "length", 100, "m metre meter metres meters", "米 公尺", zh_not_before="白色黄兰其家线粉饭奇勒"),
    Unit("km", "length", 1e5, "km kilometre kilometer kilometres kilometers", "公里 千米"),
    Unit("in", "length", 2.54, "\" '' in inch inches", "英寸 英吋 寸 吋"),
    Unit("ft", "length", 30.48, "ft foot feet", "英尺"),
    Unit("yd", "length", 91.44, "yd yard yards", "英码"),
    Unit("mg", "weight", 1e-6, "mg milligram milligrams", "毫克"),
    Unit("g", "weight", 1e-3, "g gr gram grams gramme grammes", "克", zh_not_before="拉力莱罗斯隆"),
    Unit("kg", "weight", 1, "kg kgs kilo kilos kilogram kilograms", "公斤 千克"),
    Unit("斤", "weight", 0.5, "jin", "斤 市斤"),
    Unit("两", "weight", 0.05, "", "两", in_text=False),
    Unit("t", "weight", 1000, "t ton tons tonne tonnes", "吨"),
    Unit("lb", "weight", 0.45359237, "lb lbs pound pounds", "磅"),
    Unit("oz", "weight", 0.028349523125, "oz ounce ounces", "盎司"),
    Unit("ml", "volume", 0.001, "ml millilitre milliliter millilitres milliliters cc", "毫升"),
    Unit("cl", "volume", 0.01, "cl centilitre centiliter centilitres centiliters"),
    Unit("l", "volume", 1, "l ltr litre liter litres liters", "升 公升", zh_not_before="级降学华职"),
    # American measures: a British pint or fluid ounce is not told apart by its name.
    Unit("fl oz", "volume", 0.0295735295625, "floz fl.oz fluidoz fluidounce fluidounces", "液盎司 液量盎司"),
    Unit("pt", "volume", 0.473176473, "pint pints", "品脱"),
    Unit("qt", "volume", 0.946352946, "qt qts quart quarts", "夸脱"),
    Unit("gal", "volume", 3.785411784, "gal gallon gallons", "加仑"),
    Unit("KB", "data", 1e-6, "kb kib kilobyte kilobytes"),
    Unit("MB", "data", 1e-3, "mb mib megabyte megabytes", "兆"),
    Unit("GB", "data", 1, "gb gib gbyte gbytes gigabyte gigabytes gigs", exact="G"),
    Unit("TB", "data", 1000, "tb tib terabyte terabytes", exact="T"),
    Unit("kbps", "data rate", 1e-3, "kbps kbit/s kb/s"),
    Unit("Mbps", "data rate", 1, "mbps mbit/s mbits/s mb/s"),
    Unit("Gbps", "data rate", 1000, "gbps gbit/s gb/s"),
    Unit("mW", "power", 1e-3, "mw milliwatt milliwatts", "毫瓦"),
    Unit("W", "power", 1, "w watt watts", "瓦 瓦特", zh_not_before="斯罐楞片"),
    Unit("kW", "power", 1000, "kw kilowatt kilowatts", "千瓦"),
    Unit("匹", "cooling power", 1, "hp", "匹", zh_not_before="配克", in_text=False),
    Unit("mAh", "charge", 1, "mah", "毫安时 毫安"),
    Unit("Ah", "charge", 1000, "ah", "安时"),
    Unit("Wh", "energy", 1, "wh watt-hour watt-hours", "瓦时"),
    Unit("kWh", "energy", 1000, "kwh", "千瓦时 度", in_text=False),
    Unit("mV", "voltage", 1e-3, "mv millivolt millivolts", "毫伏"),
    Unit("V", "voltage", 1, "v volt volts", "伏 伏特", zh_not_before="特击天贴"),
    Unit("kV", "voltage", 1000, "kv kilovolt kilovolts", "千伏"),
    Unit("mA", "current", 1e-3, "ma milliamp milliamps"),
    Unit("A", "current", 1, "a amp amps ampere amperes", "安 安培", in_text=False),
    Unit("ms", "time", 1e-3, "ms millisecond milliseconds", "毫秒"),
    Unit("s", "time", 1, "s sec secs second seconds", "秒", in_text=False),
    Unit("min", "time", 60, "min mins minute minutes", "分钟"),
    Unit("h", "time", 3600, "h hr hrs hour hours", "小时 个小时", in_text=False),
    Unit("day", "time", 86400, "d day days", "天 日", in_text=False),
    Unit("week", "time", 604800, "week weeks", "周 星期", in_text=False),
    Unit("month", "period", 1, "mo month months", "月 个月", in_text=False),
    Unit("year", "period", 12, "yr yrs year years", "年", in_text=False),
    Unit("Hz", "frequency", 1, "hz hertz", "赫兹 赫"),
    Unit("kHz", "frequency", 1e3, "khz kilohertz", "千赫兹 千赫"),
    Unit("MHz", "frequency", 1e6, "mhz megahertz", "兆赫兹 兆赫"),
    Unit("GHz", "frequency", 1e9, "ghz gigahertz", "吉赫兹 吉赫"),
    Unit("cm²", "area", 1e-4, "cm² cm2 sqcm", "平方厘米"),
    Unit("m²", "area", 1, "m² m2 sqm", "平方米 平米 平方"),
    Unit("ft²", "area", 0.09290304, "ft² ft2 sqft", "平方英尺"),
    Unit("°C", "temperature", 1, "°c ℃ celsius", "摄氏度"),
    Unit("°F", "temperature", 5 / 9, "°f ℉ fahrenheit", "华氏度", offset=-160 / 9),
    Unit("pcs", "count", 1, "pc pcs pce pieces piece ct count units", "个 件 只 支 片 枚 张 条 颗 粒", in_text=False),
    Unit("pair", "count", 2, "pair pairs", "双 对", in_text=False),
    Unit("pack", "pack", 1, "pack packs pk", "包 盒 袋 瓶 罐 箱", in_text=False),
    Unit("bar", "pressure", 1, "bar bars", "巴", in_text=False),
    Unit("psi", "pressure", 0.0689476, "psi"),
    Unit("kPa", "pressure", 0.01, "kpa", "千帕"),
    Unit("dB", "sound", 1, "db dba decibel decibels", "分贝"),
    Unit("lm", "light", 1, "lm lumen lumens", "流明"),
    Unit("rpm", "rotation", 1, "rpm r/min", "转/分 转每分"),
    Unit("MP", "resolution", 1, "mp megapixel megapixels mpx mpix", "百万像素"),
    Unit("万像素", "resolution", 0.01, "", "万像素"),
    Unit("dpi", "density", 1, "dpi ppi"),
    Unit("km/h", "speed", 1, "km/h kmh kph", "公里/小时 千米/小时"),
    Unit("ppm", "print speed", 1, "ppm", "页/分钟 页/分"),
)
# What a value is shown in: the largest of these that leaves at least 1.
_SHOWN = {
    "length": ("mm", "cm", "m"), "weight": ("mg", "g", "kg", "t"), "volume": ("ml", "l"),
    "data": ("KB", "MB", "GB", "TB"), "data rate": ("kbps", "Mbps", "Gbps"), "power": ("mW", "W", "kW"),
    "frequency": ("Hz", "kHz", "MHz", "GHz"), "time": ("ms", "s", "min", "h", "day"), "period": ("month", "year"),
    "voltage": ("mV", "V", "kV"), "current": ("mA", "A"), "energy": ("Wh", "kWh"), "pressure": ("kPa", "bar"),
}  # fmt: skip
_SHOWN_ZH = {
    "in": "英寸", "mm": "毫米", "cm": "厘米", "m": "米", "km": "公里", "mg": "毫克", "g": "克", "kg": "公斤", "t": "吨",
    "ml": "毫升", "l": "升", "W": "瓦", "kW": "千瓦", "mAh": "毫安时", "V": "伏", "A": "安", "ms": "毫秒", "s": "秒",
    "min": "分钟", "h": "小时", "day": "天", "month": "个月", "year": "年", "m²": "平方米", "pcs": "件", "pack": "包",
    "dB": "分贝", "lm": "流明", "rpm": "转/分", "ppm": "页/分", "week": "周", "pair": "双",
}  # fmt: skip

_BY_SYMBOL = {unit.symbol: unit for unit in UNITS}
_BY_EXACT = {name: unit for unit in UNITS for name in (unit.symbol, *unit.exact.split())}
_BY_WORD = {name.lower(): unit for unit in UNITS for name in (*unit.words.split(), *unit.zh.split())}
_BY_WORD |= {unit.symbol.lower(): unit for unit in UNITS if unit.symbol.lower() not in _BY_WORD}

NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_WIDTHS = str.maketrans("０１２３４５６７８９．，－＂", '0123456789.,-"')
_MARKS = str.maketrans("″“”＂′’‘", '""""\'\'\'')
# 15 digits hold every quantity a shop sells; longer runs are codes, and int("9"*5000) is slow.
_CELL = re.compile(rf"\s*(?P<number>[-−+]?(?:{NUMBER}))\s*-?\s*(?P<unit>[^\d\s,;，；][^,;，；]{{0,30}}?)?\s*")


def _unit_words() -> dict[str, list[str]]:
    """The words of units by how they may follow a number in running text, longest first."""
    words: dict[str, list[str]] = {"glued": [], "free": [], "zh": [], "sign": []}
    for unit in UNITS:
        if not unit.in_text:
            continue
        for word in unit.words.split():
            kind = "sign" if not word[0].isalnum() and word[0] not in "µμ°℃℉" else "glued" if len(word) == 1 else "free"
            words[kind].append(re.escape(word))
        guard = f"(?![{unit.zh_not_before}])" if unit.zh_not_before else ""
        words["zh"] += [re.escape(word) + guard for word in unit.zh.split()]
    for names in words.values():
        names.sort(key=len, reverse=True)
    words["free"].remove("in")
    return words


_WORDS = _unit_words()
_BORDER = r"(?![a-z0-9])"
_ZH_UNIT = f"(?:{'|'.join(_WORDS['zh'])})"
# Width and length of trousers (36w x 32l) are neither watts nor litres, and "size 8 m" is no length.
_NOT_SIZES = r"(?!\s?[x*]\s?\d+\s?[lh](?![a-z0-9]))"
_NOT_SECOND_SIZE = r"(?!(?:(?<=w x )|(?<=wx)|(?<=w\*))\d+\s?[lh](?![a-z0-9]))"
_LOOSE = rf"(?<!size )(?<!/)(?:{NUMBER})\s[glmvw](?![-'+&]?[a-z0-9]){_NOT_SIZES}"
_FLUID = rf"\s?-?fl(?:uid|\.)?\s?(?:oz|ounces?){_BORDER}"
_UNIT = (
    rf"(?:[ -]?(?:{'|'.join(_WORDS['free'])}){_BORDER}|{_FLUID}|in{_BORDER}"
    rf"|(?:{'|'.join(_WORDS['glued'])})(?!-?[a-z0-9]){_NOT_SIZES}"
    rf"|\s?(?:{'|'.join(_WORDS['sign'])})|\s?{_ZH_UNIT})"
)
# 3/4 inch, 1 1/2 pints. Only measures that shops write in fractions: 8/16 GB are two sizes.
_FRACTION = r"(?:(?P<whole>\d{1,3})[ -])?(?P<over>\d{1,2})/(?P<under>2|3|4|8|16|32|64)"
_FRACTION_UNIT = (
    r"\s?(?:-?(?:inch(?:es)?|in|ft|foot|feet|yds?|yards?|lbs?|pounds?|oz|ounces?|cups?|pints?|quarts?|qt|gal|gallons?"
    rf"|miles?|lit(?:er|re)s?){_BORDER}|\"|''|英寸|寸|吋|英尺|磅|盎司|加仑|品脱|夸脱)"
)
_FEET_INCHES = (
    r"(?P<feet>\d{1,2})\s?(?:'(?!')|ft\.?|foot|feet)\s?(?P<inches>(?:1[01]|\d)(?:\.\d+)?)"
    rf"(?:\s?(?:\"|'')|\s?in(?:ch(?:es)?)?{_BORDER})"
)
_UNNAMED = re.compile(r"\?P<\w+>")


def _without_names(pattern: str) -> str:
    return _UNNAMED.sub("?:", pattern)


# On lower-case text; a number inside a model number ("dv7-1211ea", "hp-15s") is not a quantity, nor are decimals
# after a comma (3,50 g).
QUANTITY_IN_TEXT = (
    r"(?=\d)(?<![a-z0-9.])(?<!\d,)(?<![a-z]-)"
    rf"{_NOT_SECOND_SIZE}(?:{_without_names(_FEET_INCHES)}|(?<!/){_without_names(_FRACTION)}{_FRACTION_UNIT}|(?:{NUMBER}){_UNIT}|{_LOOSE})"
)
# 五十五寸, 两升, 三百克. What begins with a bare power is a unit's name (千克, 百米) or a word.
_NUMERALS = "零〇一二两三四五六七八九十百千万半"
NUMERAL_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_POWERS = {"十": 10, "百": 100, "千": 1000}
NUMERAL_QUANTITY = (
    rf"(?<![{_NUMERALS}第\d])(?P<numeral>[一二两三四五六七八九十半][{_NUMERALS}]{{0,8}}?)(?!百万像素)(?P<of>{_ZH_UNIT})"
)
_FIND = re.compile(f"{QUANTITY_IN_TEXT}|{_without_names(NUMERAL_QUANTITY)}", re.IGNORECASE)
_SPLIT = re.compile(rf"({NUMBER})\s*-?\s*(.*)", re.DOTALL)
_SPLIT_FEET = re.compile(_FEET_INCHES, re.IGNORECASE)
_SPLIT_FRACTION = re.compile(rf"{_FRACTION}\s?-?(?P<of>\D+)", re.IGNORECASE)
_SPLIT_NUMERAL = re.compile(NUMERAL_QUANTITY)


def find_unit(symbol: str) -> Unit | None:
    """The unit a symbol names, in any language and case ("英寸", "Inches", "G")."""
    name = symbol.strip().translate(_MARKS)
    if name.endswith(".") and len(name) > 1:
        name = name[:-1]
    return _BY_EXACT.get(name) or _BY_WORD.get(name.lower()) or _BY_WORD.get(name.lower().replace(" ", ""))


def known_unit(symbol: str) -> bool:
    return find_unit(symbol) is not None


def canonical_unit(symbol: str) -> str | None:
    """The canonical unit of whatever dimension the symbol belongs to; None when it is no unit."""
    unit = find_unit(symbol)
    return CANONICAL[unit.dimension] if unit else None


def to_canonical(value: float, unit: str) -> tuple[float, str]:
    """The value in the canonical unit; an unknown unit comes back as it is."""
    found = find_unit(unit)
    if found is None:
        return value, unit
    return _trim(value * found.factor + found.offset), CANONICAL[found.dimension]


def from_canonical(value: float, unit: str) -> float:
    """A canonical value in the given unit of the same dimension; an unknown unit leaves the value as it is."""
    found = find_unit(unit)
    return value if found is None else _trim((value - found.offset) / found.factor)


def parse_quantity(text: str) -> Quantity | None:
    """The quantity that the whole text is ("55 英寸" → 139.7 cm); None for anything else, a bare number included."""
    if len(text) > 60:
        return None
    plain = text.translate(_WIDTHS)
    match = _CELL.fullmatch(plain)
    number, symbol = (match["number"].replace(",", "").replace("−", "-"), match["unit"] or "") if match else ("", "")
    unit = find_unit(symbol) if symbol else None
    if unit is None and (symbol or not match):
        number, symbol = _split_composed(plain.strip().translate(_MARKS))
        unit = find_unit(symbol) if symbol else None
    if unit is None or len(number) > 15:
        return None
    return Quantity(*to_canonical(float(number), unit.symbol))


def find_quantities(text: str) -> tuple[FoundQuantity, ...]:
    """Every number with a unit inside a sentence or query, in order, in canonical units."""
    return tuple(_iterate_quantities(text))


def _iterate_quantities(text: str) -> Iterator[FoundQuantity]:
    for match in _FIND.finditer(text.translate(_WIDTHS).translate(_MARKS)):
        quantity = parse_quantity(match[0])
        if quantity is not None:
            yield FoundQuantity(quantity, match.start(), match.end(), text[match.start() : match.end()])


def split_quantity(text: str) -> tuple[str, str]:
    """Number and unit of a text that QUANTITY_IN_TEXT or NUMERAL_QUANTITY matched, without thousands separators."""
    composed = _split_composed(text)
    if composed[1]:
        return composed
    match = _SPLIT.match(text)
    return (match[1].replace(",", ""), match[2]) if match else (text, "")


def _split_composed(text: str) -> tuple[str, str]:
    """Number and unit of 5'11", 1 1/2 inch and 三百克; two empty texts for all others."""
    if "/" in text and (fraction := _SPLIT_FRACTION.fullmatch(text)):
        value = int(fraction["whole"] or 0) + int(fraction["over"]) / int(fraction["under"])
        return f"{value:.6g}", fraction["of"]
    if text[:1].isdigit() and (feet := _SPLIT_FEET.fullmatch(text)):
        return f"{int(feet['feet']) + float(feet['inches']) / 12:.13g}", "ft"
    if text[:1] in _NUMERALS and (numeral := _SPLIT_NUMERAL.fullmatch(text)):
        number = parse_numeral(numeral["numeral"])
        return ("", "") if number is None else (f"{number:.10g}", numeral["of"])
    return "", ""


def parse_numeral(numeral: str) -> float | None:
    """一千五 → 1500, 三百五十 → 350, 半 → 0.5; None for what is no one number (三五百, 一两)."""
    if numeral == "半":
        return 0.5
    if "半" in numeral or not numeral:
        return None
    total, section, digit, last = 0.0, 0.0, -1, 1
    for character in numeral:
        if character in NUMERAL_DIGITS:
            if digit > 0:
                return None
            digit, last = NUMERAL_DIGITS[character], (1 if NUMERAL_DIGITS[character] == 0 else last)
        elif character == "万":
            total, section, digit, last = (total + section + max(digit, 0)) * 10_000, 0.0, -1, 10_000
            total = total or 10_000.0
        else:
            section += (1 if digit < 0 else digit) * _POWERS[character]
            digit, last = -1, _POWERS[character]
    # 一千五 leaves the next power out; 一千零五 does not.
    return total + section + max(digit, 0) * (last / 10 if last > 10 else 1)


def format_quantity(value: float, unit: str, *, locale: Literal["en", "zh"] = "en") -> str:
    """A canonical value for people: "139.7 cm", "1 TB", "2 年"; the unit as given when it is unknown."""
    shown, symbol = _fit_unit(value, unit)
    name = _SHOWN_ZH.get(symbol, symbol) if locale == "zh" else symbol
    if locale == "en" and symbol in {"day", "week", "month", "year", "pair", "pack"} and shown != 1:
        name += "s"
    return f"{_plain(shown, digits=6)} {name}".strip()


@lru_cache(maxsize=4096)
def quantity_token(value: float, unit: str) -> str:
    """One index token for equal quantities: three significant digits, so that 15.6" and 39.6 cm meet."""
    canonical, canonical_name = to_canonical(value, unit)
    shown, symbol = _fit_unit(float(f"{canonical:.3g}"), canonical_name)
    return f"{_plain(shown, digits=3)}{symbol.lower()}"


def _fit_unit(value: float, unit: str) -> tuple[float, str]:
    found = find_unit(unit)
    if found is None or CANONICAL[found.dimension] != found.symbol or value == 0:
        return value, unit
    ladder = _SHOWN.get(found.dimension, (found.symbol,))
    if found.dimension == "length" and 100 <= abs(value) < 1000:
        return value, unit
    symbol = next((name for name in reversed(ladder) if abs(from_canonical(value, name)) >= 1), ladder[0])
    if found.dimension == "period" and value % 12:
        symbol = "month"
    return from_canonical(value, symbol), symbol


def _plain(value: float, *, digits: int) -> str:
    text = f"{float(f'{value:.{digits}g}'):.9f}"
    return text.rstrip("0").rstrip(".")


def _trim(value: float) -> float:
    """Hides binary dust (55 × 2.54 = 139.70000000000002); twelve significant digits stay."""
    return float(f"{value:.12g}")


def dimension_of(symbol: str) -> str | None:
    """The dimension of a unit ("length", "data"); two units are comparable when their dimensions are equal."""
    unit = find_unit(symbol)
    return unit.dimension if unit else None
