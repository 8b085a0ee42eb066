"""A bilingual shop in memory, without a database: names, counts and numbers for the tests of query understanding."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from ranking.language.lexicon import Lexicon, build_lexicon
from ranking.retrieval.index_reader import COLUMN_TYPES
from ranking.retrieval.snapshot import IndexSnapshot
from ranking.retrieval.vocabulary import AttributeNode, Node, Vocabulary

CATEGORIES = {
    "tv": ("Televisions", "电视"),
    "audio": ("Audio", "影音"),
    "audio/headphones": ("Headphones", "耳机"),
    "computers": ("Laptops & tablets", "笔记本与平板"),
    "furniture": ("Furniture", "家具"),
    "furniture/sofas": ("Sofas", "沙发"),
    "phones": ("Phones", "手机"),
    "phones/cases": ("Phone cases", "手机壳"),
    "creams": ("Creams", "面霜"),
    "cleansers": ("Cleansers", "洁面"),
}
BRANDS = {"sonar": ("Sonar", "声纳"), "orange": ("Orange", ""), "3m": ("3M", "3M"), "case-logic": ("Case Logic", "")}
ATTRIBUTES = {
    "colour": ("Colour", "颜色", "text", ""),
    "material": ("Material", "材质", "text", ""),
    "storage": ("Storage", "存储", "text", ""),
    "skin_type": ("Skin type", "肤质", "text", ""),
    "hair_type": ("Hair type", "发质", "text", ""),
    "screen": ("Screen size", "屏幕尺寸", "number", "cm"),
    "width": ("Width", "宽度", "number", "cm"),
    "memory": ("Memory", "内存", "number", "GB"),
    "weight": ("Weight", "重量", "number", "kg"),
    "wifi": ("Wi-Fi", "无线网络", "boolean", ""),
    "noise_cancelling": ("Noise cancelling", "主动降噪", "boolean", ""),
}
VALUES = {
    "colour": {
        "black": ("Black", "黑色"),
        "red": ("Red", "红色"),
        "orange": ("Orange", "橙色"),
        "cream": ("Cream", "米色"),
    },
    "material": {"leather": ("Leather", "真皮"), "stainless-steel": ("Stainless steel", "不锈钢")},
    "storage": {"512-gb": ("512 GB", "512GB")},
    "skin_type": {"oily": ("Oily", "油性"), "sensitive": ("Sensitive", "敏感肌")},
    "hair_type": {"oily": ("Oily", "油性")},
}
# category, brand, attributes; made so that black is common, the brand Orange rare and the colour not.
Product = tuple[str, str, Mapping[str, Any]]
PRODUCTS: tuple[Product, ...] = (
    *[
        ("tv", "sonar", {"screen": size, "width": 123.0, "colour": "black", "wifi": True})
        for size in (139.7, 140.0, 165.1)
    ],
    ("tv", "sonar", {"screen": 109.2, "width": 97.0, "colour": "black"}),
    *[("audio/headphones", "sonar", {"colour": "black", "noise_cancelling": True})] * 6,
    *[("audio/headphones", "sonar", {"colour": "orange", "weight": 0.2})] * 9,
    ("phones", "orange", {"colour": "red", "memory": 8.0, "storage": "512-gb"}),
    *[("computers", "sonar", {"memory": memory, "weight": 1.3, "screen": 39.6}) for memory in (8.0, 16.0, 32.0)],
    *[
        ("furniture/sofas", "sonar", {"width": width, "material": "leather", "colour": "cream"})
        for width in (140.0, 200.0)
    ],
    ("phones/cases", "case-logic", {"material": "leather"}),
    ("creams", "3m", {"weight": 0.05}),
    ("creams", "sonar", {"weight": 0.016}),
    *[("cleansers", "3m", {"skin_type": "oily"})] * 3,
    ("cleansers", "3m", {"skin_type": "sensitive"}),
    ("creams", "3m", {"hair_type": "oily"}),
)


@cache
def build_small_shop() -> tuple[IndexSnapshot, Lexicon]:
    snapshot, rows = _build(PRODUCTS)
    return snapshot, build_lexicon(snapshot, rows)


def small_lexicon() -> Lexicon:
    return build_small_shop()[1]


def _build(products: Sequence[Product]) -> tuple[IndexSnapshot, list[tuple[int, str, str, str]]]:
    categories = {key: Node(place, key, *names) for place, (key, names) in enumerate(CATEGORIES.items(), start=1)}
    brands = {key: Node(place, key, *names) for place, (key, names) in enumerate(BRANDS.items(), start=1)}
    attributes = {
        key: AttributeNode(place, key, names[0], names[1], names[2], names[3], True, 0)
        for place, (key, names) in enumerate(ATTRIBUTES.items(), start=1)
    }
    ids: dict[tuple[str, Any], int] = {}
    for _, _, held in products:
        for pair in held.items():
            ids.setdefault(pair, len(ids) + 1)
    facets = [[ids[pair] for pair in held.items()] for _, _, held in products]
    numbers = [np.nan, *(np.nan if isinstance(value, str) else float(value) for _, value in ids)]
    vocabulary = Vocabulary(
        version=1,
        categories=categories,
        category_by_id={node.id: node for node in categories.values()},
        brands=brands,
        brand_by_id={node.id: node for node in brands.values()},
        attributes=attributes,
        attribute_by_id={node.id: node for node in attributes.values()},
        market_bits={},
        value_attribute=np.array([-1, *(attributes[key].id for key, _ in ids)], np.int32),
        value_number=np.array(numbers),
    )
    columns = {name: np.zeros(len(products), kind) for name, kind in COLUMN_TYPES.items()}
    columns["live"] = np.ones(len(products), bool)
    columns["category_id"] = np.array([categories[category].id for category, _, _ in products])
    columns["brand_id"] = np.array([brands[brand].id for _, brand, _ in products])
    snapshot = IndexSnapshot(
        version=1,
        segments=((1, 0, len(products)),),
        product_ids=np.arange(1, len(products) + 1),
        facet_offsets=np.concatenate([[0], np.cumsum([len(held) for held in facets])]),
        facet_values=np.array([value for held in facets for value in held], np.int32),
        title_keys=np.zeros(len(products), np.int64),
        columns=columns,
        vocabulary=vocabulary,
        _sorted_ids=np.arange(1, len(products) + 1),
        _sorted_ordinals=np.arange(len(products)),
    )
    rows = [(id_, value, *VALUES[key][value]) for (key, value), id_ in ids.items() if isinstance(value, str)]
    return snapshot, rows
