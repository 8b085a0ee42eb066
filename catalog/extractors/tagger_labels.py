"""What the tagger's labels mean to a shop: one key for what sources call differently, and the shop's own attribute."""

import re
from collections.abc import Iterable, Mapping

from catalog.contracts import CategorySchema, KnownAttribute
from catalog.text import normalise

# Label → what shops and sources call it, Chinese and English, folded. Only what is plainly the same in every category.
ALIASES: Mapping[str, tuple[str, ...]] = {
    "brand": ("brand", "brand_name", "manufacturer", "品牌"),
    "color": ("color", "colour", "product_colour", "product_color", "颜色", "颜色分类", "色彩"),
    "material": ("material", "materials", "材质", "材料", "面料", "面料材质"),
    "flavor": ("flavor", "flavour", "taste", "口味", "味道"),
    "scent": ("scent", "fragrance", "香型", "气味"),
    "gender": ("gender", "sex", "性别", "适用性别"),
    "size": ("size", "尺码", "尺寸", "shoe_size", "鞋码"),
    "pack_size": ("pack_size", "pack", "quantity_per_pack", "规格", "包装规格"),
    "net_content": ("net_content", "net_weight", "净含量", "净重"),
    "volume": ("volume", "capacity", "容积", "容量"),
    "country": ("country", "origin", "country_of_origin", "产地", "原产地"),
    "item_form": ("item_form", "form", "剂型", "形态"),
    "model_name": ("model_name", "model", "型号", "款式型号"),
    "finish": ("finish", "表面工艺", "工艺"),
    "feature": ("feature", "features", "特点", "功能"),
    "season": ("season", "适用季节", "季节"),
    "occasion": ("occasion", "适用场合"),
    "style": ("style", "风格"),
    "pattern": ("pattern", "图案", "花型"),
    "grade": ("grade", "等级", "产品等级"),
    "filling": ("filling", "填充物", "填充成分"),
    "pet": ("pet", "适用宠物"),
    "skin_type": ("skin_type", "适用肤质"),
}
_SHARED = {alias: label for label, aliases in ALIASES.items() for alias in aliases}
_GAPS = re.compile(r"[\s\-_/.()（）]+")
# What an export puts before the name: attr_t_product_colour.
_PREFIX = re.compile(r"^(?:attr_)?[tnb]_(?=.{3})|^attr_")


def fold_label(name: str) -> str:
    """A source's or a shop's name of an attribute as a label: "Net content" → "net_content", 颜色 → "color"."""
    folded = _PREFIX.sub("", _GAPS.sub("_", normalise(name)).strip("_"))
    return _SHARED.get(folded, folded)


def match_attributes(labels: Iterable[str], schema: CategorySchema) -> dict[str, KnownAttribute]:
    """Label → the attribute of this category that means it: by key, else by one of its names; the most useful first."""
    wanted = set(labels)
    found: dict[str, KnownAttribute] = {}
    for words in (lambda one: (one.key,), lambda one: one.names):
        for attribute in schema.attributes:
            for word in words(attribute):
                label = fold_label(word)
                if label in wanted:
                    found.setdefault(label, attribute)
    return found
