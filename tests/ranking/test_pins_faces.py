"""A pinned variant and a block of products on all three faces: REST, storefront and preview agree."""

import re
from decimal import Decimal

import pytest
from django.test import Client

from catalog.models import Product, Variant
from catalog.steps.index import index_products
from ranking.answers import render_page
from ranking.rule_preview import preview_rule
from tests.ranking.rule_shop import ask, build_shop, fresh_process, save_rule
from tests.ranking.rule_words import clause, document, group, pin

ACTIONS = (pin("L3-红", 1), group("Nord picks", clause("brand", "nord"), title_zh="北欧精选", size=2, position=2))


@pytest.fixture(autouse=True)
def shop(db):
    fresh_process()
    build_shop()
    product = Product.objects.get(sku="L3")
    Variant.objects.create(
        product=product, sku="L3-红", options={"colour": "red"}, price=Decimal(77), image="red.jpg", stock=2, position=1
    )
    index_products([product.pk])
    yield
    fresh_process()


def shown_by_html(language: str) -> tuple[list[int], str]:
    body = Client(headers={"accept-language": language}).get("/search/", {"q": "lamp", "collapse": "0"}).text
    return [int(found) for found in re.findall(r'data-product-id="(\d+)"', body)], body


@pytest.mark.parametrize(("locale", "title"), [("en", "Nord picks"), ("zh", "北欧精选")])
def test_rest_storefront_and_preview_show_the_same(locale, title):
    previewed = preview_rule(document(*ACTIONS), ask(locale=locale).request)["after"]
    save_rule(*ACTIONS)
    answer = render_page(ask(locale=locale))
    first = answer["hits"][0]["product"]
    assert (first["sku"], first["variant"], first["price"], first["variants"][0]["sku"]) == (
        "L3",
        "L3-红",
        77.0,
        "L3-红",
    )
    (block,) = answer["groups"]
    assert (block["title"], block["position"]) == (title, 2)
    members = [hit["product"]["id"] for hit in block["hits"]]
    hits = [hit["product"]["id"] for hit in answer["hits"]]
    assert [hit["product_id"] for hit in previewed["hits"]] == hits
    assert previewed["hits"][0]["variant"] == "L3-红"
    assert [hit["product_id"] for hit in previewed["groups"][0]["hits"]] == members
    ids, body = shown_by_html("zh-hans" if locale == "zh" else "en")
    assert ids == [hits[0], *members, *hits[1:]]
    assert title in body
    assert "?variant=L3-%E7%BA%A2" in body
    assert "red.jpg" in body


def test_the_price_of_a_shown_variant_is_its_own_not_from():
    save_rule(pin("L3-红", 1))
    _ids, body = shown_by_html("en")
    card = body[body.index('data-position="1"') : body.index('data-position="2"')]
    assert "77.00" in card
    assert "from" not in card
