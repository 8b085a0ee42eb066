"""Effective attributes: the catalog's own stay, enrichment fills what they leave open, merges rename."""

import pytest

from catalog.effective import merge_attributes, value_key

TEXTS = {"title_en": "Steel kettle 1.7 l", "title_zh": "不锈钢水壶"}


@pytest.mark.parametrize(
    ("attributes", "extracted", "expected"),
    [
        pytest.param({"color": ["Red"]}, {}, {"color": ["Red"]}, id="nothing extracted"),
        pytest.param(
            {"color": ["Red"]}, {"values": {"color": [["Black", "", "Black"]]}}, {"color": ["Red"]}, id="catalog wins"
        ),
        pytest.param(
            {},
            {"values": {"material": [["Steel", "title_en", "Steel"]]}},
            {"material": ["Steel"]},
            id="fills what is open, en",
        ),
        pytest.param(
            {},
            {"values": {"材质": [["不锈钢", "title_zh", "不锈钢"]]}},
            {"材质": ["不锈钢"]},
            id="fills what is open, zh",
        ),
        pytest.param({}, {"values": {"material": [["Wood", "title_en", "wood"]]}}, {}, id="a quote that the text lost"),
        pytest.param({}, {"values": {"use": [["camping", "", ""]]}}, {"use": ["camping"]}, id="implied, accepted"),
        pytest.param(
            {"color": ["Blk", "black"]},
            {"same": {"color": {"blk": "black", "黑色": "black"}}},
            {"color": ["black"]},
            id="merged values appear once",
        ),
        pytest.param(
            {"colour": ["黑色"], "color": ["white"]},
            {"same_keys": {"colour": "color"}, "same": {"colour": {"黑色": "black"}}},
            {"color": ["black", "white"]},
            id="merged attributes",
        ),
        pytest.param({"color": ["red"]}, {"same": {"color": {"blk": "black"}}}, {"color": ["red"]}, id="others stay"),
    ],
)
def test_effective_attributes(attributes, extracted, expected):
    assert merge_attributes(attributes, extracted, TEXTS) == expected


def test_without_texts_nothing_is_checked():
    extracted = {"values": {"material": [["Wood", "title_en", "wood"]]}}
    assert merge_attributes({}, extracted) == {"material": ["Wood"]}


@pytest.mark.parametrize(
    ("value", "key"), [("Dark  Blue", "dark-blue"), ("ＡＢ", "ab"), (1.50, "1.5"), (True, "true"), ("红色", "红色")]
)
def test_value_keys_are_equal_for_equal_values(value, key):
    assert value_key(value) == key
