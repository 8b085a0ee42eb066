"""A small bilingual shop for tests that search."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from catalog.documents import stale_for_index
from catalog.models import Attribute, AttributeValue, Brand, Category, Product, Variant
from catalog.steps.index import index_products
from tests.database_states import put_up_shop


def add_category(key: str, name_en: str = "", name_zh: str = "") -> Category:
    parent = Category.objects.filter(key=key.rpartition("/")[0]).first()
    return Category.objects.create(key=key, name_en=name_en or key, name_zh=name_zh, parent=parent)


def add_attribute(
    key: str, kind: str = "text", values: Sequence[tuple[str, str, str]] = (), **fields: Any
) -> Attribute:
    attribute = Attribute.objects.create(key=key, name_en=fields.pop("name_en", key.title()), kind=kind, **fields)
    for value, en, zh in values:
        AttributeValue.objects.create(attribute=attribute, key=value, name_en=en, name_zh=zh)
    return attribute


def add_product(
    sku: str,
    title_en: str = "",
    title_zh: str = "",
    *,
    price: str | None = "10.00",
    stock: int = 5,
    attributes: Mapping[str, Sequence[Any]] | None = None,
    **fields: Any,
) -> Product:
    sale_price = fields.pop("sale_price", None)
    product = Product.objects.create(
        sku=sku, title_en=title_en, title_zh=title_zh, attributes=dict(attributes or {}), **fields
    )
    Variant.objects.create(
        product=product,
        sku=sku,
        price=None if price is None else Decimal(price),
        sale_price=None if sale_price is None else Decimal(sale_price),
        stock=stock,
    )
    return product


def index_all() -> None:
    while ids := stale_for_index(1000):
        index_products(ids)


def build_bilingual_shop() -> None:
    """Headphones and kettles in both languages, one dress in Chinese alone."""
    put_up_shop("bilingual", _build_bilingual_shop)


def _build_bilingual_shop() -> None:
    audio = add_category("audio", "Audio", "影音")
    headphones = add_category("audio/headphones", "Headphones", "耳机")
    kitchen = add_category("kitchen", "Kitchen", "厨房")
    sonar = Brand.objects.create(key="sonar", name_en="Sonar", name_zh="声纳")
    tetto = Brand.objects.create(key="tetto", name_en="Tetto", name_zh="特图")
    add_attribute("colour", values=[("black", "Black", "黑色"), ("white", "White", "白色")], name_zh="颜色")
    add_attribute("capacity", "number", unit="l")
    add_product(
        "HP-1", "Sonar wireless headphones", "声纳无线蓝牙耳机", price="99.00", brand=sonar, category=headphones,
        attributes={"colour": ["Black"]}, popularity=50, rating_average=4.5, rating_count=120,
    )  # fmt: skip
    add_product(
        "HP-2", "Sonar wired headphones", "声纳有线耳机", price="29.00", brand=sonar, category=headphones,
        attributes={"colour": ["Black", "White"]}, popularity=10,
    )  # fmt: skip
    add_product("SPK-1", "Sonar bluetooth speaker", "声纳蓝牙音箱", price="59.00", brand=sonar, category=audio, stock=0)
    add_product(
        "KET-1", "Tetto electric kettle 1.7 l", "特图电热水壶 1.7升", price="39.00", brand=tetto, category=kitchen,
        attributes={"capacity": [1.7], "colour": ["White"]},
    )  # fmt: skip
    add_product("DRESS-1", "", "法式碎花连衣裙", price="49.00")
    index_all()
