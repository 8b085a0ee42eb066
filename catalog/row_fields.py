"""Reads the single fields of a product row, each with the reason and remedy when it cannot be."""

import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Literal, TypeVar

from django.utils.translation import gettext as _

from catalog.contracts import Amount, Empty, Moment
from catalog.mapping import ColumnTarget
from catalog.values import clean_text, is_blank, parse_bool, parse_moment, parse_number, parse_price, split_list

_T = TypeVar("_T")
# As browsers read it: spaces and control characters before and inside are already gone.
_SCHEME = re.compile(r"([^/?#:]*):")
_IMAGE_SEPARATOR = re.compile(r"[|\n;]|,\s*(?=https?:|/)")
MAX_SKU = 100
MAX_IMAGES = 100
MAX_CELL = 1_000_000
_STATUSES: dict[str, Literal["active", "draft", "archived"]] = {
    **dict.fromkeys(
        ["active", "enabled", "published", "online", "available", "live", "上架", "已上架", "在售", "启用"], "active"
    ),
    **dict.fromkeys(["draft", "pending", "unpublished", "草稿", "待上架"], "draft"),
    **dict.fromkeys(
        ["archived", "disabled", "inactive", "offline", "discontinued", "下架", "已下架", "停售", "停用"], "archived"
    ),
}


class RowFault(Exception):
    """Why one row is refused. Never leaves the catalog: it becomes a `Refusal`."""

    def __init__(self, code: str, message: str, column: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.column = code, message, column


def guarded(code: str, column: str, read: Callable[[], _T]) -> _T:
    """Runs a reader of one cell; its ValueError becomes the row's fault."""
    try:
        return read()
    except ValueError as error:
        raise RowFault(code, str(error), column) from error


def read_sku(value: Any, column: str = "sku") -> str:
    if is_blank(value) or isinstance(value, list | dict | bool) or value in (math.inf, -math.inf):
        raise RowFault("missing_sku", _("The row has no SKU. Give every product its own number."), column)
    sku = clean_text(int(value) if isinstance(value, float) and value.is_integer() else value)
    if not sku or len(sku) > MAX_SKU:
        message = _("The SKU has %(length)d characters; between 1 and %(limit)d are possible.")
        raise RowFault("wrong_sku", message % {"length": len(sku), "limit": MAX_SKU}, column)
    return sku


def read_text(column: str, text: str, *, limit: int) -> str:
    if len(text) > limit:
        message = _("The text has %(length)d characters; at most %(limit)d are possible. Shorten it.")
        raise RowFault("too_long", message % {"length": len(text), "limit": limit}, column)
    return text


def read_amount(column: str, value: Any, target: ColumnTarget | None = None) -> Amount:
    if is_blank(value):
        return Empty.EMPTY
    if isinstance(value, list | dict):
        raise RowFault("wrong_price", _("A price must be one number."), column)
    scale = target.scale if target else Decimal(1)
    comma = target.decimal_comma if target else False
    return guarded("wrong_price", column, lambda: parse_price(value, scale=scale, decimal_comma=comma))


def check_prices(price: Amount, sale_price: Amount, column: str = "sale_price") -> Amount:
    """The sale price to keep: equal to the price it is no sale; above it the row is refused."""
    if isinstance(price, Decimal) and isinstance(sale_price, Decimal):
        if sale_price > price:
            message = _("The sale price %(sale)s is above the price %(price)s. Correct one of them.")
            raise RowFault("sale_above_price", message % {"sale": sale_price, "price": price}, column)
        if sale_price == price:
            return Empty.EMPTY
    return sale_price


def read_moment(column: str, value: Any, *, end_of_day: bool = False) -> Moment:
    if is_blank(value):
        return Empty.EMPTY
    return guarded("wrong_date", column, lambda: parse_moment(value, end_of_day=end_of_day))


def read_rating(column: str, value: Any, *, limit: float = 5) -> float | None:
    if is_blank(value):
        return None
    number = guarded("wrong_number", column, lambda: float(parse_number(value)))
    if not 0 <= number <= limit or not math.isfinite(number):
        message = _("%(value)s is not between 0 and %(limit)s.")
        raise RowFault("wrong_number", message % {"value": value, "limit": f"{limit:g}"}, column)
    return number


def read_count(column: str, value: Any) -> int | None:
    number = read_rating(column, value, limit=2_000_000_000)
    return None if number is None else int(number)


def read_images(value: Any, column: str = "images") -> tuple[str, ...]:
    """Addresses of pictures: http(s), or a path on this server. Anything a browser would run is refused."""
    addresses = []
    for entry in _IMAGE_SEPARATOR.split(value) if isinstance(value, str) else split_list(value):
        address = clean_text(entry.get("url", "") if isinstance(entry, dict) else entry)
        scheme = _scheme_of(address)
        if scheme not in ("", "http", "https") or address.startswith("//"):
            message = _("“%(address)s” is no address of a picture. It must begin with https:// or /.")
            raise RowFault("wrong_image", message % {"address": address[:80]}, column)
        if len(address) > 500:
            raise RowFault("wrong_image", _("The address of a picture is longer than 500 characters."), column)
        if address:
            addresses.append(address)
    if len(addresses) > MAX_IMAGES:
        raise RowFault("wrong_image", _("More than %(count)d pictures.") % {"count": MAX_IMAGES}, column)
    return tuple(dict.fromkeys(addresses))


def _scheme_of(address: str) -> str:
    match = _SCHEME.match(address)
    return match[1].lower() if match else ""


def read_markets(value: Any, column: str = "markets") -> tuple[str, ...]:
    codes = tuple(dict.fromkeys(clean_text(code).lower() for code in split_list(value, "|\n;,")))
    if any(len(code) > 16 for code in codes):
        raise RowFault("wrong_market", _("A market's code has at most 16 characters, such as us or cn."), column)
    return codes


def read_status(value: Any, column: str = "status") -> Literal["active", "draft", "archived"] | None:
    if is_blank(value):
        return None
    word = clean_text(value).lower()
    if word in _STATUSES:
        return _STATUSES[word]
    try:
        return "active" if parse_bool(value) else "archived"
    except ValueError as error:
        message = _("“%(value)s” is no status. Write active, draft or archived.")
        raise RowFault("wrong_status", message % {"value": str(value)[:40]}, column) from error
