"""Above the results stands how the words were read, in the shopper's language, with the way back."""

import pytest
from django.test import Client

from ranking.models import RankingConfig
from tests.shop import add_product, index_all

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lamps() -> None:
    RankingConfig.objects.filter(is_live=True).update(weights={"bm25": 1})
    for sku, price in (("A", "10.00"), ("B", "90.00")):
        add_product(sku, f"desk lamp {sku}", f"台灯 {sku}", price=price)
    add_product("C", "oak chair", "橡木椅子", price="10.00")
    index_all()


@pytest.mark.parametrize(
    ("language", "query", "said"),
    [
        ("en", "desk lamp under 50", "Only what fits: “under 50”."),
        ("zh-hans", "50元以下 台灯", "只显示符合“50元以下”的商品。"),
        ("en", "desk lamp waterproof", "No product holds “waterproof” as well; these hold the rest."),
        ("zh-hans", "台灯 防水", "没有商品同时包含“防水”；以下商品包含其余的词。"),
    ],
    ids=["limit-en", "limit-zh", "word-en", "word-zh"],
)
def test_the_reading_is_told(client: Client, language: str, query: str, said: str) -> None:
    page = client.get("/search/", {"q": query}, headers={"Accept-Language": language}).content.decode()
    assert said in page


def test_the_way_back_searches_for_exactly_what_was_typed(client: Client) -> None:
    read = client.get("/search/", {"q": "desk lamp under 50"}).content.decode()
    assert "/search/?q=desk+lamp+under+50&amp;literal=1" in read
    exact = client.get("/search/", {"q": "desk lamp under 50", "literal": "1"}).content.decode()
    assert "Only what fits" not in exact
    assert "1–2 of 2" in exact
