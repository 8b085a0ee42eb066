"""Products like a given one: nearest first, nothing that may not be shown, and something even without vectors."""

from collections.abc import Sequence
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from catalog.models import Brand, Category
from ranking.merchandising.book import forget_book
from ranking.registry import forget_live
from ranking.similar import Similar, find_similar
from ranking.similar_answers import SimilarSerializer
from searchsite.keys import assign_new_secret
from searchsite.models import ApiKey
from tests.ranking.rule_shop import save_rule
from tests.ranking.test_answers import check_described
from tests.shop import add_category, add_product, index_all
from tests.vectors import embed_by_hand

pytestmark = pytest.mark.django_db
HIDE_LAMP_4 = {"type": "hide", "target": [{"field": "sku", "values": ["LAMP-4"]}]}


@pytest.fixture
def shop() -> None:
    """Lamps near each other, a chair beside them, a cooker hood that is nearest of all, and a kettle far from all."""
    add_category("home", "Home", "家居")
    lamps = add_category("home/lamps", "Lamps", "灯具")
    chairs = add_category("home/chairs", "Chairs", "椅子")
    kitchen = add_category("kitchen", "Kitchen", "厨房")
    lumo = Brand.objects.create(key="lumo", name_en="Lumo", name_zh="流明")
    for sku, en, zh, category, fields in (
        ("LAMP-1", "Oak desk lamp", "橡木台灯", lamps, {}),
        ("LAMP-2", "Steel desk lamp", "钢制台灯", lamps, {}),
        ("LAMP-3", "Brass desk lamp", "黄铜台灯", lamps, {"stock": 0}),
        ("LAMP-4", "Floor lamp", "落地灯", lamps, {}),
        ("LAMP-4B", "Floor  LAMP", "落地灯", lamps, {}),
        ("LAMP-CN", "Paper lamp", "纸台灯", lamps, {"markets": ["cn"]}),
        ("CHAIR-1", "Oak chair", "橡木椅", chairs, {}),
        ("KETTLE-1", "Steel kettle", "钢制电热水壶", kitchen, {}),
        ("HOOD-1", "Cooker hood with light", "抽油烟机", kitchen, {}),
    ):
        add_product(sku, en, zh, category=category, brand=lumo, **fields)
    index_all()


def embed() -> None:
    embed_by_hand(
        {
            "LAMP-1": (1, 0, 0), "LAMP-2": (1, 0.1, 0), "LAMP-3": (1, 0.05, 0), "LAMP-4": (1, 0.3, 0),
            "LAMP-4B": (1, 0.31, 0), "LAMP-CN": (1, 0.02, 0), "CHAIR-1": (1, 0.6, 0), "KETTLE-1": (0, 0, 1),
            "HOOD-1": (1, 0.01, 0),
        }
    )  # fmt: skip
    forget_live()


def ask(sku: str, **options: object) -> Similar:
    found = find_similar(sku, **{"locale": "en", "market": "us", "now": timezone.now(), **options})  # type: ignore[arg-type]
    assert found is not None
    return found


def skus(found: Similar) -> list[str]:
    return [hit.product.sku for hit in found.hits]


def test_in_stock_then_its_own_kind_then_the_nearest(shop: None) -> None:
    embed()
    found = ask("LAMP-1")
    assert found.basis == "meaning"
    assert skus(found) == ["LAMP-2", "LAMP-4", "CHAIR-1", "HOOD-1", "LAMP-3"]
    assert [hit.position for hit in found.hits] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("market", "there"), [pytest.param("cn", True, id="sold there"), pytest.param("us", False, id="not sold there")]
)
def test_a_market_sees_its_own_products(shop: None, market: str, there: bool) -> None:
    embed()
    assert ("LAMP-CN" in skus(ask("LAMP-1", market=market))) is there


@pytest.mark.parametrize("embedded", [True, False], ids=["by meaning", "by words"])
def test_what_a_rule_hides_stays_hidden_and_its_other_offer_is_shown(shop: None, embedded: bool) -> None:
    if embedded:
        embed()
    save_rule(HIDE_LAMP_4)
    forget_book()
    found = skus(ask("LAMP-1"))
    assert "LAMP-4" not in found
    assert "LAMP-4B" in found


@pytest.mark.parametrize("sku", ["LAMP-4", "LAMP-4B"])
def test_neither_the_product_nor_another_offer_of_it_is_shown(shop: None, sku: str) -> None:
    embed()
    assert not {"LAMP-4", "LAMP-4B"} & set(skus(ask(sku)))


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_without_vectors_the_words_of_the_title_find_it(shop: None, locale: str) -> None:
    found = ask("LAMP-1", locale=locale)
    assert found.basis == "words"
    assert found.hits[0].product.sku == "LAMP-2"
    assert found.hits[0].product.title == {"en": "Steel desk lamp", "zh": "钢制台灯"}[locale]
    assert skus(found)[-1] == "LAMP-3"


@pytest.mark.parametrize(
    ("en", "zh"), [pytest.param("Sunbeam", "", id="english"), pytest.param("", "日光", id="chinese")]
)
def test_without_shared_words_its_category_does(shop: None, en: str, zh: str) -> None:
    add_product("NEW", en, zh, category=Category.objects.get(key="home/lamps"))
    index_all()
    found = ask("NEW")
    assert found.basis == "category"
    assert set(skus(found)) == {"LAMP-1", "LAMP-2", "LAMP-3", "LAMP-4"}


def test_a_product_not_indexed_yet_has_similar_ones_too(shop: None) -> None:
    add_product("NEW", "Glass desk lamp", category=Category.objects.get(key="home/lamps"))
    assert {"LAMP-1", "LAMP-2"} <= set(skus(ask("NEW")))


def test_alone_in_the_shop_there_is_nothing_and_no_error() -> None:
    add_product("ONLY", "Desk lamp")
    index_all()
    assert ask("ONLY") == Similar("ONLY", "", ())
    assert find_similar("NONE", locale="en", now=timezone.now()) is None


@pytest.fixture
def client_with_key(shop: None) -> APIClient:
    key = ApiKey(name="test", scopes=["search"])
    secret = assign_new_secret(key)
    key.save()
    client = APIClient()
    client.credentials(HTTP_X_API_KEY=secret)
    return client


def read(client: APIClient, path: str) -> Sequence[str]:
    answer = client.get(f"/api/v1/products/{path}")
    assert answer.status_code == 200, answer.content
    check_described(SimilarSerializer(), answer.json())
    assert "no-store" in answer["Cache-Control"]
    return [hit["product"]["sku"] for hit in answer.json()["hits"]]


def test_rest_gives_the_same_products(client_with_key: APIClient) -> None:
    embed()
    assert read(client_with_key, "LAMP-1/similar?market=us") == skus(ask("LAMP-1"))
    assert read(client_with_key, "LAMP-1/similar?market=us&limit=2") == ["LAMP-2", "LAMP-4"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("NONE/similar", 404, "not_found"),
        ("a%00b/similar", 404, "not_found"),
        ("没有/similar", 404, "not_found"),
        ("LAMP-1/similar?limit=0", 400, "invalid"),
        ("LAMP-1/similar?limit=51", 400, "invalid"),
        ("LAMP-1/similar?locale=de", 400, "invalid"),
        ("LAMP-1/similar?colour=red", 400, "invalid"),
    ],
)
def test_rest_refuses_with_the_reason(client_with_key: APIClient, path: str, status: int, code: str) -> None:
    answer = client_with_key.get(f"/api/v1/products/{quote(path, safe='/?=&%')}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_key_is_needed(shop: None) -> None:
    assert APIClient().get("/api/v1/products/LAMP-1/similar").status_code == 401


@pytest.mark.parametrize(
    ("language", "heading", "title"),
    [
        pytest.param("en", "Similar products", "Steel desk lamp", id="english"),
        pytest.param("zh-CN", "相似商品", "钢制台灯", id="chinese"),
    ],
)
def test_the_product_page_shows_them(shop: None, language: str, heading: str, title: str) -> None:
    page = Client(headers={"Accept-Language": language}).get("/p/LAMP-1/").content.decode()
    row = page.partition('id="similar"')[2]
    assert title in row
    assert heading in row
    assert "/p/LAMP-1/" not in row.partition("</section>")[0]


def test_a_product_like_no_other_has_no_such_row(client: Client) -> None:
    add_product("ONLY", "Desk lamp")
    index_all()
    assert 'id="similar"' not in client.get("/p/ONLY/").content.decode()
