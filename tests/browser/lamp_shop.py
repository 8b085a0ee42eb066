"""The shop of the browser tests: enough lamps for several pages, in three colours, besides the bilingual shop."""

from catalog.models import AttributeValue, Brand, Category, Product, Variant
from ranking.retrieval.suggest_refresh import rebuild_suggestions
from tests.database_states import put_up_shop
from tests.shop import add_category, add_product, build_bilingual_shop, index_all

COLOURS = ("black", "white", "red")
LAMPS = 60


def build_lamp_shop() -> None:
    put_up_shop("lamps", _build_lamp_shop)


def _build_lamp_shop() -> None:
    build_bilingual_shop()
    lamps = add_category("kitchen/lamps", "Lamps", "灯具")
    brands = [Brand.objects.create(key=f"lumo-{n}", name_en=f"Lumo {n}", name_zh=f"流明{n}") for n in range(12)]
    colour = AttributeValue.objects.filter(attribute__key="colour").first()
    if colour is not None:
        AttributeValue.objects.create(attribute=colour.attribute, key="red", name_en="Red", name_zh="红色")
    for number in range(LAMPS):
        _add_lamp(number, lamps, brands[number % len(brands)])
    index_all()
    rebuild_suggestions()


def _add_lamp(number: int, category: Category, brand: Brand) -> Product:
    colours = COLOURS[: 1 + number % 3]
    product = add_product(
        f"LAMP-{number:02}", f"Desk lamp {number:02}", f"台灯 {number:02}", price=f"{10 + number}.00", stock=number % 7,
        brand=brand, category=category, popularity=LAMPS - number, attributes={"colour": list(colours)},
        description_en="A warm light for the evening.", description_zh="温暖的灯光。",
    )  # fmt: skip
    if len(colours) > 1:
        Variant.objects.filter(product=product).delete()
        for position, name in enumerate(colours):
            Variant.objects.create(
                product=product, sku=f"{product.sku}-{name}", options={"colour": name}, price=f"{10 + number}.00",
                stock=5, position=position,
            )  # fmt: skip
    return product
