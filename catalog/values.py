"""Reads single cells: prices, numbers, yes/no, dates and texts, as merchants really write them."""

import math
import re
import unicodedata
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from catalog.text import strip_html

MAX_PRICE = Decimal("99999999.99")
CENT = Decimal("0.01")
BLANKS = frozenset({"", "-", "--", "—", "n/a", "na", "null", "none", "nil", "#n/a", "无", "暂无", "/"})
_YES = frozenset({"yes", "y", "true", "t", "1", "on", "✓", "√", "是", "有", "支持", "对", "真"})
_NO = frozenset({"no", "n", "false", "f", "0", "off", "✗", "×", "x", "否", "无", "没有", "不支持", "假"})
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]+")
_CURRENCY = re.compile(r"(?i)\b(?:usd|eur|gbp|cny|rmb|jpy|hkd|twd)\b|[\$€£¥￥₩₹元圆\s'’\u00a0\u202f]")
_NUMBER = re.compile(r"[-+]?(?:\d+(?:[.,]\d+)*|[.,]\d+)")
_BLOCK_END = re.compile(r"(?i)<\s*(?:br|/p|/li|/div|/h[1-6]|/tr)\s*/?>")
_CHINESE_DATE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日?")
_PLAIN_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")


def is_blank(value: Any) -> bool:
    """Whether a cell says nothing; "N/A", "-" and "无" say nothing too."""
    if value is None:
        return True
    if type(value) is str:
        return value.isspace() if len(value) > 4 else value.strip().lower() in BLANKS
    return isinstance(value, list | dict) and not value


def is_clean(text: str) -> bool:
    """Whether `clean_text` would change nothing, as for nearly every cell; a short text without anything special."""
    return (
        text.isprintable()
        and len(text) < 1000
        and "<" not in text
        and "&" not in text
        and "  " not in text
        and text[:1] not in " '"
        and text[-1:] != " "
    )


def clean_text(value: Any) -> str:
    """One line of plain text: tags, control characters and double spaces out."""
    text = value if isinstance(value, str) else str(value)
    if is_clean(text):
        return text
    if "<" in text or "&" in text:
        text = strip_html(text)
    if not text.isprintable():
        text = _CONTROL.sub(" ", text)
    if text[:1] == "'" and text[1:2] in "=+-@":  # our own export quotes formulas this way
        text = text[1:]
    return " ".join(text.split())


def clean_paragraphs(value: Any) -> str:
    """Plain text with its line breaks: markup of any kind goes, so nothing in it can run in a page."""
    text = value if isinstance(value, str) else str(value)
    if "<" in text or "&" in text:
        lines = _BLOCK_END.sub("\n", text).split("\n")
        text = (
            strip_html("\n".join(lines))
            if "<script" in text.lower() or "<style" in text.lower()
            else "\n".join(strip_html(line) for line in lines)
        )
    text = _CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n"))
    return "\n".join(line for line in (" ".join(part.split()) for part in text.split("\n")) if line)


def parse_number(value: Any, *, decimal_comma: bool = False) -> Decimal:
    """A number as written in any country: "1,299.00", "1.299,00", "1 299,5", "￥１２"."""
    if isinstance(value, bool):
        raise ValueError(_("“%(value)s” is not a number.") % {"value": value})
    if isinstance(value, int | float):
        return _finite(Decimal(str(value)), value)
    text = _CURRENCY.sub("", unicodedata.normalize("NFKC", str(value)[:80]).replace("−", "-"))
    if not _NUMBER.fullmatch(text):
        raise ValueError(_("“%(value)s” is not a number.") % {"value": str(value)[:80]})
    try:
        return _finite(Decimal(_unify_separators(text, decimal_comma=decimal_comma)), value)
    except InvalidOperation as error:
        raise ValueError(_("“%(value)s” is not a number.") % {"value": str(value)[:80]}) from error


def _finite(number: Decimal, value: Any) -> Decimal:
    if not number.is_finite():
        raise ValueError(_("“%(value)s” is not a number.") % {"value": value})
    return number


def _unify_separators(text: str, *, decimal_comma: bool) -> str:
    """The last separator is the decimal one when both occur; alone, a comma before three digits groups thousands."""
    comma, dot = text.rfind(","), text.rfind(".")
    if comma >= 0 and dot >= 0:
        group = "." if comma > dot else ","
        return text.replace(group, "").replace(",", ".")
    if comma >= 0:
        groups = text.count(",") > 1 or (not decimal_comma and len(text) - comma == 4)
        return text.replace(",", "" if groups else ".")
    if text.count(".") > 1 or (decimal_comma and dot >= 0 and len(text) - dot == 4):
        return text.replace(".", "")
    return text


def parse_price(value: Any, *, scale: Decimal = Decimal(1), decimal_comma: bool = False) -> Decimal:
    """An amount of money rounded to cents; `scale` is 0.01 for files that count cents."""
    number = parse_number(value, decimal_comma=decimal_comma) * scale
    if number < 0:
        raise ValueError(_("A price cannot be negative (%(value)s).") % {"value": value})
    if number > MAX_PRICE:
        raise ValueError(_("The price %(value)s is beyond %(limit)s.") % {"value": value, "limit": MAX_PRICE})
    return number.quantize(CENT, ROUND_HALF_UP)


def parse_stock(value: Any) -> int:
    """Whole pieces; yes and no are one and none. Oversold (negative) stock counts as none."""
    if isinstance(value, bool) or (isinstance(value, str) and value.strip().lower() in (_YES | _NO) - {"0", "1"}):
        return int(parse_bool(value))
    number = parse_number(value)
    if abs(number) > 2_000_000_000:
        raise ValueError(_("The stock %(value)s is beyond what can be counted.") % {"value": value})
    return max(int(number), 0)


def parse_bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(int(value) if isinstance(value, float) and value.is_integer() else value).strip().lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise ValueError(_("“%(value)s” is neither yes nor no.") % {"value": str(value)[:80]})


def parse_moment(value: Any, *, end_of_day: bool = False) -> datetime:
    """A date or time; a date alone begins its day, or with `end_of_day` lasts through it."""
    text = unicodedata.normalize("NFKC", str(value)[:40]).strip()
    if match := _CHINESE_DATE.fullmatch(text) or _PLAIN_DATE.fullmatch(text):
        text = "{}-{:0>2}-{:0>2}".format(*match.groups())
        moment = _parse_iso(f"{text}T00:00:00", value)
        if end_of_day:
            moment += timedelta(days=1)
    else:
        moment = _parse_iso(text.replace("/", "-"), value)
    if timezone.is_naive(moment):
        moment = timezone.make_aware(moment)
    if not 1990 <= moment.year <= 2100:
        raise ValueError(_("The date %(value)s is not between 1990 and 2100.") % {"value": value})
    return moment.astimezone(UTC)


def _parse_iso(text: str, value: Any) -> datetime:
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise ValueError(
            _("“%(value)s” is not a date. Write 2026-11-28 or 2026-11-28 18:00.") % {"value": str(value)[:40]}
        )
    return moment


def split_list(value: Any, separators: str = "|\n") -> list[Any]:
    """The entries of a cell that holds several: a JSON list, or a text with one of the separators."""
    if isinstance(value, list):
        return [entry for entry in value if not is_blank(entry)]
    if isinstance(value, str):
        for separator in separators:
            if separator in value:
                return [part.strip() for part in value.split(separator) if part.strip()]
    return [] if is_blank(value) else [value]


def storable(value: Any) -> Any:
    """A value from JSON as Postgres can keep it: no zero bytes, no half characters, no infinities."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, list):
        return [storable(entry) for entry in value]
    if isinstance(value, dict):
        return {storable(str(key)): storable(entry) for key, entry in value.items()}
    return value


def plain_number(number: Decimal | float) -> int | float:
    """Equal numbers written equally: 6, 6.0 and Decimal("6.00") are all 6."""
    as_float = float(number)
    return int(as_float) if as_float.is_integer() and abs(as_float) < 1e15 else as_float
