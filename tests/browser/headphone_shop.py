"""The shop of the 双11 story: two dozen headphones of three brands, each with a picture and texts in both languages."""

from pathlib import Path

from django.conf import settings

from catalog.demo.pictures import draw_picture
from catalog.models import Brand, Product
from ranking.models import RankingConfig
from ranking.steps.understand import VECTOR_PARTS
from tests.shop import add_category, add_product, index_all

BRANDS = (("sonar", "Sonar", "声纳"), ("kaiyue", "Kaiyue", "凯悦"), ("nordton", "Nordton", "诺音"))
KINDS = (
    ("headphones", "Over-ear headphones", "头戴式耳机"), ("earbuds", "True wireless earphones", "真无线耳机"),
    ("headphones", "Noise-cancelling headphones", "降噪耳机"), ("earbuds", "Sports earphones", "运动耳机"),
)  # fmt: skip
COLOURS = ("#2f3b52", "#b23a48", "#e8e4da", "#3f7d6e", "#c08a3e", "#6d5a9c")
PRODUCTS = 24


def build_headphone_shop() -> None:
    folder = Path(settings.MEDIA_ROOT) / "story"
    folder.mkdir(parents=True, exist_ok=True)
    category = add_category("headphones", "Headphones", "耳机")
    brands = [Brand.objects.create(key=key, name_en=en, name_zh=zh) for key, en, zh in BRANDS]
    for number in range(PRODUCTS):
        picture, english, chinese = KINDS[number % len(KINDS)]
        brand = brands[number % len(brands)]
        name = f"story/{number}.svg"
        (folder.parent / name).write_text(draw_picture(picture, COLOURS[number % len(COLOURS)]), encoding="utf-8")
        product = add_product(
            sku_of(number), f"{brand.name_en} {english} S{number + 1}", f"{brand.name_zh}{chinese} S{number + 1}",
            price=f"{199 + 50 * number}.00", stock=0 if number == PRODUCTS - 1 else 20, brand=brand, category=category,
            popularity=PRODUCTS - number, rating_average=4.9 - number % 5 / 5, rating_count=500 - 20 * number,
        )  # fmt: skip
        Product.objects.filter(pk=product.pk).update(images=[name])
    search_by_words_alone()
    index_all()


def search_by_words_alone() -> None:
    """No encoder is loaded in tests; the shop should not apologise for that in the guide's pictures."""
    for config in RankingConfig.objects.filter(is_live=True):
        config.weights |= dict.fromkeys(VECTOR_PARTS, 0)
        config.save()


def sku_of(number: int) -> str:
    return f"HP-{number + 1:02}"
