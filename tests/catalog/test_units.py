"""One unit system: symbols of both languages, canonical values, quantities inside sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.units import (
    CANONICAL,
    UNITS,
    Quantity,
    canonical_unit,
    dimension_of,
    find_quantities,
    find_unit,
    format_quantity,
    from_canonical,
    known_unit,
    parse_quantity,
    quantity_token,
    to_canonical,
)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("55 英寸", 139.7, "cm"),
        ("55寸", 139.7, "cm"),
        ("55吋", 139.7, "cm"),
        ("55 inch", 139.7, "cm"),
        ("55 Inches", 139.7, "cm"),
        ('55"', 139.7, "cm"),
        ("55″", 139.7, "cm"),
        ("55''", 139.7, "cm"),
        ("1,200 mm", 120, "cm"),
        ("1.5米", 150, "cm"),
        ("500 g", 0.5, "kg"),
        ("500克", 0.5, "kg"),
        ("3斤", 1.5, "kg"),
        ("2 公斤", 2, "kg"),
        ("2 lbs", 0.90718474, "kg"),
        ("500ml", 0.5, "l"),
        ("５００毫升", 0.5, "l"),
        ("5升", 5, "l"),
        ("16 GB", 16, "GB"),
        ("16G", 16, "GB"),
        ("16g", 0.016, "kg"),
        ("1T", 1000, "GB"),
        ("65瓦", 65, "W"),
        ("1.2 kW", 1200, "W"),
        ("1.5匹", 1.5, "匹"),
        ("5000毫安", 5000, "mAh"),
        ("2 Ah", 2000, "mAh"),
        ("30小时", 108000, "s"),
        ("2 years", 24, "month"),
        ("2.4GHz", 2.4e9, "Hz"),
        ("20平方米", 20, "m²"),
        ("72 °F", 22.2222222222, "°C"),
        ("-5 °C", -5, "°C"),
        ("12件", 12, "pcs"),
        ("12 pcs.", 12, "pcs"),
        ("4800万像素", 48, "MP"),
        ("1/2 inch", 1.27, "cm"),
        ('1 1/2"', 3.81, "cm"),
        ("5'11\"", 180.34, "cm"),
        ("8 fl oz", 0.236588, "l"),
        ("8 fl. oz.", 0.236588, "l"),
        ("2 quarts", 1.892706, "l"),
        ("2 pt", 0.946353, "l"),
        ("三百克", 0.3, "kg"),
        ("五百千克", 500, "kg"),
    ],
)
def test_a_cell_is_read_into_its_canonical_unit(text, value, unit):
    assert parse_quantity(text) == Quantity(pytest.approx(value, rel=1e-6), unit)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12",
        "inch",
        "abc",
        "1080p",
        "4K",
        "12 34 cm",
        "9" * 5000 + "g",
        "1e400 g",
        "3 m 4",
        "\x00",
        "5 🎧",
        "1/2",
        "三星",
        "百度",
        "三五百克",
        "1/0 inch",
    ],
)
def test_what_is_no_quantity_is_none(text):
    assert parse_quantity(text) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("laptop 15 inch 16gb ram", [("15 inch", 38.1, "cm"), ("16gb", 16, "GB")]),
        ("55寸电视 5升电饭煲", [("55寸", 139.7, "cm"), ("5升", 5, "l")]),
        ('43.2 cm (17")', [("43.2 cm", 43.2, "cm"), ('17"', 43.18, "cm")]),
        ("15.6-inch screen", [("15.6-inch", 39.624, "cm")]),
        ("20 米 延长线", [("20 米", 2000, "cm")]),
        ("3m tape", [("3m", 300, "cm")]),
        ("black,500g", [("500g", 0.5, "kg")]),
        ("salt 500 g, 1,500 g", [("500 g", 0.5, "kg"), ("1,500 g", 1.5, "kg")]),
        ("kettle 1.7 l 2200 w", [("1.7 l", 1.7, "l"), ("2200 w", 2200, "W")]),
        ("5'11\" and 6 ft 2 in", [("5'11\"", 180.34, "cm"), ("6 ft 2 in", 187.96, "cm")]),
        ("1/2 inch bolt, 3-1/2 inch", [("1/2 inch", 1.27, "cm"), ("3-1/2 inch", 8.89, "cm")]),
        (
            "6 qt pot 8 fl oz cup 2 pints",
            [("6 qt", 5.678118, "l"), ("8 fl oz", 0.236588, "l"), ("2 pints", 0.946353, "l")],
        ),
        ("五十五寸电视", [("五十五寸", 139.7, "cm")]),
        ("两升装三百克", [("两升", 2, "l"), ("三百克", 0.3, "kg")]),
        ("四千八百万像素", [("四千八百万像素", 48, "MP")]),
    ],
)
def test_quantities_are_found_in_sentences(text, found):
    quantities = find_quantities(text)
    assert [(q.text, q.quantity.value, q.quantity.unit) for q in quantities] == [
        (span, pytest.approx(value, rel=1e-6), unit) for span, value, unit in found
    ]
    assert all(text[q.start : q.end] == q.text for q in quantities)


@pytest.mark.parametrize(
    "text",
    [
        "2 in 1 laptop",
        "iphone 5s",
        "hp-15s dv7-1211ea",
        "3升级版",
        "5克拉钻石",
        "6w-30w7",
        "usb 3.0",
        "hp 15 laptop",
        "36 w x 32 l",
        "36w x 32l jeans",
        "size 8 m",
        "3,50 g",
        "24/7 service",
        "千克 百米 三伏天",
        "第三米",
    ],
)
def test_model_numbers_and_other_words_are_not_quantities(text):
    assert find_quantities(text) == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((55, "寸"), (55, "inch")),
        ((15.6, "in"), (39.6, "cm")),
        ((55, "in"), (140, "cm")),
        ((1, "TB"), (1000, "GB")),
        ((1.5, "kg"), (3, "斤")),
    ],
)
def test_equal_quantities_share_one_token(one, other):
    assert quantity_token(*one) == quantity_token(*other)


@pytest.mark.parametrize(
    ("value", "unit", "locale", "text"),
    [
        (139.7, "cm", "en", "139.7 cm"),
        (1000, "GB", "en", "1 TB"),
        (0.5, "kg", "zh", "500 克"),
        (24, "month", "en", "2 years"),
        (18, "month", "zh", "18 个月"),
        (7200, "s", "zh", "2 小时"),
        (2.4e9, "Hz", "en", "2.4 GHz"),
        (0, "kg", "en", "0 kg"),
        (3, "furlong", "en", "3 furlong"),
        (3, "", "en", "3"),
    ],
)
def test_values_are_shown_in_the_unit_people_use(value, unit, locale, text):
    assert format_quantity(value, unit, locale=locale) == text


def test_every_dimension_has_its_canonical_unit_in_the_table():
    for dimension, symbol in CANONICAL.items():
        unit = find_unit(symbol)
        assert unit is not None
        assert (unit.dimension, unit.factor, unit.offset) == (dimension, 1, 0)


def test_no_two_units_share_a_word():
    words = [(word.lower(), unit.symbol) for unit in UNITS for word in (*unit.words.split(), *unit.zh.split())]
    assert len({word for word, _ in words}) == len(words)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.symbol)
@pytest.mark.parametrize("value", [0.0, 1.0, 37.5])
def test_converting_there_and_back_changes_nothing(unit, value):
    canonical, name = to_canonical(value, unit.symbol)
    assert name == CANONICAL[unit.dimension] == canonical_unit(unit.symbol)
    assert from_canonical(canonical, unit.symbol) == pytest.approx(value, abs=1e-9)


def test_unknown_units_pass_through():
    assert not known_unit("furlong")
    assert to_canonical(3, "furlong") == (3, "furlong")
    assert dimension_of("furlong") is None


@given(st.text(max_size=80))
def test_any_text_can_be_asked(text):
    parse_quantity(text)
    find_quantities(text)
