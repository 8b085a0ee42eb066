"""Prices as readers of each language write them."""

import pytest

from ranking.storefront.money import format_bound, format_money, percent_off


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "expected"),
    [
        (1299.5, "USD", "en", "$1,299.50"),
        (1299.5, "USD", "zh", "US$1,299.50"),
        (1299.5, "CNY", "zh", "¥1,299.50"),
        (1299.5, "CNY", "en", "CN¥1,299.50"),
        (1300, "JPY", "en", "¥1,300"),
        (5, "XYZ", "en", "XYZ 5.00"),
        (None, "USD", "en", ""),
    ],
)
def test_prices(amount: float | None, currency: str, locale: str, expected: str) -> None:
    assert format_money(amount, currency, locale) == expected


def test_bounds_show_cents_only_where_there_are_some() -> None:
    assert (format_bound(25, "USD", "en"), format_bound(25.5, "USD", "en")) == ("$25", "$25.50")


@pytest.mark.parametrize(
    ("price", "sale", "percent"), [(100, 75, 25), (100, 66.7, 33), (10, 10, 0), (10, 12, 0), (0, 0, 0), (None, 5, 0)]
)
def test_savings_are_never_overstated(price: float | None, sale: float, percent: int) -> None:
    assert percent_off(price, sale) == percent
