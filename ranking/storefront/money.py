"""Prices and numbers as a shopper of a locale reads them."""

from decimal import Decimal

# Without a decimal: currencies that have no minor unit in shops.
_WHOLE = {"JPY", "KRW", "VND", "CLP", "ISK"}
_SYMBOLS = {
    "USD": "$", "EUR": "€", "GBP": "£", "CNY": "¥", "JPY": "¥", "KRW": "₩", "INR": "₹", "HKD": "HK$", "TWD": "NT$",
}  # fmt: skip
# "$" and "¥" name another currency to readers of the other language.
_AMBIGUOUS = {("zh", "USD"): "US$", ("zh", "JPY"): "JP¥", ("en", "CNY"): "CN¥"}


def format_money(amount: float | Decimal | None, currency: str, locale: str) -> str:
    if amount is None:
        return ""
    digits = 0 if currency in _WHOLE else 2
    symbol = _AMBIGUOUS.get((locale, currency)) or _SYMBOLS.get(currency) or f"{currency} "
    return f"{symbol}{amount:,.{digits}f}"


def format_bound(amount: float, currency: str, locale: str) -> str:
    """A price as a filter's end: cents only where there are some."""
    shown = format_money(amount, currency, locale)
    return shown.removesuffix(".00")


def format_number(number: float) -> str:
    return f"{number:,.10g}"


def percent_off(price: float | Decimal | None, sale_price: float | Decimal | None) -> int:
    """Whole percent saved, rounded down so that the badge never promises too much."""
    if not price or sale_price is None or sale_price >= price:
        return 0
    return int((1 - float(sale_price) / float(price)) * 100)
