"""Numbers a query asks for, in both languages and every way of writing them; and numbers that ask for nothing."""

import pytest

from catalog.text import normalise
from ranking.language.numbers import ABOUT, ABOUT_PRICE, EXACT, NumberReading, read_numbers
from tests.ranking.language.small_shop import small_lexicon


def read(text: str) -> NumberReading:
    return read_numbers(normalise(text), small_lexicon())


@pytest.mark.parametrize(
    ("text", "dimension", "target"),
    [
        pytest.param("55寸电视", "length", 139.7, id="zh inches"),
        pytest.param("55 inch tv", "length", 139.7, id="en inches"),
        pytest.param("五十五寸电视", "length", 139.7, id="zh numeral"),
        pytest.param("3 1/2 inch drawer pull", "length", 8.89, id="fraction"),
        pytest.param("一米八的床", "length", 180.0, id="zh metre and tenths"),
        pytest.param("2T 移动硬盘", "data", 2000.0, id="T is data"),
        pytest.param("2TB ssd", "data", 2000.0, id="TB"),
        pytest.param("16g内存", "data", 16.0, id="g beside memory is data"),
        pytest.param("100g 茶叶", "weight", 0.1, id="g beside tea is weight"),
        pytest.param("500毫升 杯子", "volume", 0.5, id="zh millilitres"),
        pytest.param("1.7 l kettle", "volume", 1.7, id="letter apart"),
        pytest.param("5斤大米", "weight", 2.5, id="jin"),
        pytest.param("半斤红茶", "weight", 0.25, id="half a jin"),
        pytest.param("24 pack gel pens", "pack", 24.0, id="en pack"),
        pytest.param("pack of 24 pens", "pack", 24.0, id="en pack of"),
        pytest.param("24支装中性笔", "pack", 24.0, id="zh pack"),
        pytest.param("1000片拼图", "count", 1000.0, id="zh pieces"),
        pytest.param("1.5匹空调", "cooling power", 1.5, id="zh horse power"),
        pytest.param("平底锅，28厘米", "length", 28.0, id="behind a Chinese comma"),
    ],
)
def test_a_quantity_is_a_target_and_stays_searched(text: str, dimension: str, target: float) -> None:
    (need,) = read(text).needs
    assert (need.dimension, need.target, need.tolerance) == (dimension, pytest.approx(target), EXACT)
    assert read(text).rest == normalise(text)


@pytest.mark.parametrize(
    ("text", "minimum", "maximum", "rest"),
    [
        ("headphones under 100", None, 100, "headphones"),
        ("keyboards below $50", None, 50, "keyboards"),
        ("less than 40 usd mouse", None, 40, "mouse"),
        ("no more than 50 euros toaster", None, 50, "toaster"),
        ("price lower than 50.00 dollars lamp", None, 50, "lamp"),
        ("between 10 and 20 euro gift", 10, 20, "gift"),
        ("dresses from 50 to 100", 50, 100, "dresses"),
        ("sweater £20-£40", 20, 40, "sweater"),
        ("laptop over 1,200", 1200, None, "laptop"),
        ("laptop under 2k", None, 2000, "laptop"),
        ("budget 500 for a tv", None, 500, "for a tv"),
        ("100-200元耳机", 100, 200, "耳机"),
        ("200块以下耳机", None, 200, "耳机"),
        ("不超过1000手表", None, 1000, "手表"),
        ("两百元以内 水壶", None, 200, "水壶"),
        ("一千五以下的手机", None, 1500, "的手机"),
        ("1.5万以内的电脑", None, 15000, "的电脑"),
        ("3000到5000的冰箱", 3000, 5000, "的冰箱"),
        ("预算3000买游戏本", None, 3000, "买游戏本"),
        ("1千元以上的椅子", 1000, None, "的椅子"),
    ],
)
def test_a_price_range_leaves_the_searched_words(
    text: str, minimum: float | None, maximum: float | None, rest: str
) -> None:
    reading = read(text)
    (need,) = reading.needs
    assert (need.dimension, need.fields) == ("price", ("price",))
    assert (need.minimum, need.maximum, need.target) == (minimum, maximum, None)
    assert reading.rest.strip() == rest
    assert len(reading.rest) == len(normalise(text))


@pytest.mark.parametrize(
    ("text", "dimension", "minimum", "maximum", "rest"),
    [
        ("至少16G内存的电脑", "data", 16, None, "的电脑"),
        ("laptop 16gb or more", "data", 16, None, "laptop"),
        ("laptop at least 16gb memory", "data", 16, None, "laptop"),
        ("大米10-20kg", "weight", 10, 20, "大米"),
        ("sofa wider than 200 cm", "length", 200, None, "sofa"),
        ("lens 24-70mm", "length", 2.4, 7.0, "lens"),
        ("重量不到1公斤的", "weight", None, 1, "的"),
        ("30-50寸的电视", "length", 76.2, 127, "的电视"),
        ("battery at least 10 hours", "time", 36000, None, "battery"),
        ("续航10小时以上", "time", 36000, None, "续航"),
    ],
)
def test_a_range_with_a_unit(
    text: str, dimension: str, minimum: float | None, maximum: float | None, rest: str
) -> None:
    reading = read(text)
    (need,) = reading.needs
    assert (need.dimension, need.minimum, need.maximum) == (dimension, minimum, maximum)
    assert reading.rest.strip() == rest


@pytest.mark.parametrize(
    ("text", "target", "tolerance", "rest"),
    [
        ("about 2 kg", 2, ABOUT, "2 kg"),
        ("500g左右的茶", 0.5, ABOUT, "500g  的茶"),
        ("耳机 800元左右", 800, ABOUT_PRICE, "耳机"),
        ("30 euro gift", 30, ABOUT_PRICE, "gift"),
        ("around 300 for a tv", 300, ABOUT_PRICE, "for a tv"),
    ],
)
def test_about_and_plain_money_have_a_tolerance(text: str, target: float, tolerance: float, rest: str) -> None:
    reading = read(text)
    (need,) = reading.needs
    assert (need.target, need.tolerance) == (pytest.approx(target), tolerance)
    assert reading.rest.strip() == rest


@pytest.mark.parametrize(
    "text",
    [
        "iphone 15", "iphone 15 in black", "3m tape", "5g phone", "小米手机 5G", "s23+ case", "2024 laptop",
        "2024新款连衣裙", "size 42 shoes", "42码跑步鞋", "2 in 1 laptop", "at least 2 usb ports", "3岁以上玩具",
        "70% dark chocolate", "三星手机", "三元牛奶", "tent for 4 people", "dv7-1211ea", "1080p projector",
        "usb 3.0 hub",
        "4.5 stars and up",
        "36w x 32l jeans", "windows 10", "千斤顶",
    ],
)  # fmt: skip
def test_numbers_that_ask_for_nothing(text: str) -> None:
    assert read(text) == NumberReading((), normalise(text))


def test_several_needs_keep_their_places() -> None:
    text = "smartphone 128 gb black under 300"
    needs = read(text).needs
    assert [need.dimension for need in needs] == ["data", "price"]
    assert [text[need.start : need.end] for need in needs] == ["128 gb", "under 300"]


def test_both_sides_of_a_rug() -> None:
    assert [need.target for need in read("rug 160x230 cm").needs] == [160, 230]


def test_a_length_of_a_brands_name_needs_a_word_for_length() -> None:
    assert [need.target for need in read("3m hdmi cable").needs] == [300]


@pytest.mark.parametrize(
    "text", ["1 " * 5000, "9" * 10_000, "under 100 " * 1000, "一千五" * 3000, "预算" * 5000, "1x" * 5000, "$" * 10_000]
)
def test_hostile_text_gives_few_needs(text: str) -> None:
    reading = read_numbers(text)
    assert len(reading.needs) <= 12
    assert len(reading.rest) == len(text)
