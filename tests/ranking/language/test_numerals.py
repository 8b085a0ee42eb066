"""Written numbers become digits only where a number is meant."""

import pytest

from ranking.language.numerals import parse_numeral, write_digits


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("一千五", 1500), ("两百五", 250), ("三百五十", 350), ("一千零五", 1005), ("一万二", 12000), ("十五", 15),
        ("五十五", 55), ("三万五千", 35000), ("千", 1000), ("1.5万", 15000), ("1千5", 1500), ("半", 0.5),
    ],
)  # fmt: skip
def test_chinese_numerals_are_numbers(numeral: str, value: float) -> None:
    assert parse_numeral(numeral) == value


@pytest.mark.parametrize("numeral", ["三五百", "一两", "七八"])
def test_rough_numbers_are_no_number(numeral: str) -> None:
    assert parse_numeral(numeral) is None


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        pytest.param("两百元以内", "200元以内", id="money"),
        pytest.param("五百到一千", "500到1000", id="range"),
        pytest.param("五十五寸电视", "55寸电视", id="unit"),
        pytest.param("一米八的床", "1.8米的床", id="metre and tenths"),
        pytest.param("两斤半茶", "2.5斤茶", id="and a half"),
        pytest.param("3 1/2 inch pull", "3.5 inch pull", id="fraction"),
        pytest.param("rug 160x230 cm", "rug 160*230 cm", id="two sides"),
        pytest.param("8 fl oz", "8floz", id="fluid ounces"),
    ],
)
def test_numbers_are_written_in_digits(text: str, plain: str) -> None:
    assert write_digits(text).text == plain


@pytest.mark.parametrize(
    "text",
    [
        "三星手机",
        "三元牛奶",
        "千斤顶",
        "七匹狼夹克",
        "小米手机",
        "一次性手套",
        "2千瓦电热水器",
        "24/7 support",
        "半身裙",
    ],
)
def test_words_with_numerals_stay_words(text: str) -> None:
    assert write_digits(text).text == text


def test_every_digit_knows_where_it_came_from() -> None:
    text = "买一千五以下的"
    plain = write_digits(text)
    start = plain.text.index("1500")
    assert text[plain.origin[start] : plain.origin[start + 4]] == "一千五"
    assert plain.origin[-1] == len(text)
