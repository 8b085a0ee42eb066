"""A small shop to try rules in, for the tests of merchandising."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from rest_framework.test import APIClient

from catalog.models import Attribute, AttributeValue, Brand, Category, Product, Variant
from catalog.steps.index import index_products
from ranking.contracts import Filter, Page, SearchRequest
from ranking.merchandising.book import forget_book
from ranking.merchandising.schema import parse_rule, to_columns
from ranking.models import Rule
from ranking.pipeline import search
from ranking.retrieval.snapshot import forget_snapshot
from searchsite.keys import assign_new_secret
from searchsite.models import ApiKey
from tests.database_states import put_up_shop
from tests.ranking.rule_words import ALWAYS, document


def save_rule(*actions: dict[str, Any], when: Sequence[dict[str, Any]] = (ALWAYS,), **fields: Any) -> Rule:
    written = parse_rule(document(*actions, when=when, **{"status": "live", **fields}))
    return Rule.objects.create(**to_columns(written))


def fresh_process() -> None:
    """A test's database goes back in time; a process that served it must not remember."""
    forget_book()
    forget_snapshot()


def build_shop() -> None:
    """Six lamps that one query finds in the order L1 … L6, and two chairs it does not find."""
    forget_snapshot()
    put_up_shop("lamps and chairs", _build_shop)


def _build_shop() -> None:
    home = Category.objects.create(key="home", name_en="Home", name_zh="家居")
    lamps = Category.objects.create(key="home/lamps", parent=home, name_en="Lamps", name_zh="灯具")
    chairs = Category.objects.create(key="home/chairs", parent=home, name_en="Chairs", name_zh="椅子")
    brands = {key: Brand.objects.create(key=key, name_en=key.title()) for key in ("lumo", "nord")}
    colour = Attribute.objects.create(key="colour", name_en="Colour", name_zh="颜色")
    for key in ("red", "blue"):
        AttributeValue.objects.create(attribute=colour, key=key, name_en=key.title())
    for number in range(1, 7):
        # The longer the title, the less its one "lamp" says.
        title = f"lamp model{number} bright reading light" + " for desk and bedside" * 2 * number
        add_product(f"L{number}", title, lamps, brands["lumo" if number % 2 else "nord"], price=10 * number)
    for number in (1, 2):
        add_product(f"C{number}", f"Oak chair {number}", chairs, brands["nord"], price=100 * number)
    index_products(list(Product.objects.values_list("id", flat=True)))


def add_product(sku: str, title: str, category: Category, brand: Brand, *, price: int) -> Product:
    colour = "red" if price % 20 else "blue"
    product = Product.objects.create(
        sku=sku,
        title_en=title,
        title_zh=category.name_zh,
        category=category,
        brand=brand,
        attributes={"colour": [colour]},
    )
    Variant.objects.create(product=product, sku=f"{sku}-V", price=Decimal(price), stock=5)
    return product


def ask(query: str = "lamp", **fields: Any) -> Page:
    """Its titles have the same words, so they are offers of the same thing unless each is asked for."""
    return search(SearchRequest(query=query, **{"collapse": False, **fields}))


def check_facets_count_clicks(filters: tuple[Filter, ...]) -> None:
    """What a facet says of a brand or a colour is what choosing it shows."""
    for facet in ask(filters=filters).facets:
        if facet.field in ("brand", "colour"):
            others = tuple(item for item in filters if item.field != facet.field)
            for value in facet.values:
                clicked = ask(filters=(*others, Filter(facet.field, (value.key,))))
                assert clicked.total == value.count, (facet.field, value.key)


def rest_client(*scopes: str) -> APIClient:
    """Asks REST with a key of these scopes ("search" unless others are named)."""
    key = ApiKey(name="test", scopes=list(scopes or ("search",)))
    secret = assign_new_secret(key)
    key.save()
    client = APIClient()
    client.credentials(HTTP_X_API_KEY=secret)
    return client


def skus(page: Page) -> list[str]:
    return [hit.product.sku for hit in page.hits]
