"""A category page without products of its own holds what a rule says, on REST and in the shop, and its counts agree."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from catalog.models import Category, Product
from ranking.contracts import Filter, Page
from tests.ranking.rule_shop import ask, build_shop, fresh_process, save_rule, skus
from tests.ranking.rule_words import boost, clause, on_query, pin, show_only

GIFTS = "gifts-under-50"
ON_GIFTS = {"type": "category", "keys": [GIFTS]}
CHEAP = {"field": "price", "maximum": 50}


@pytest.fixture(autouse=True)
def shop(db: None) -> Iterator[None]:
    fresh_process()
    build_shop()
    Category.objects.create(key=GIFTS, name_en="Gifts under 50", name_zh="五十元以下的礼物")
    save_rule(show_only(CHEAP), when=[ON_GIFTS], name="gifts")
    with translation.override("en"):
        yield
    fresh_process()


def browse(category: str = GIFTS, query: str = "", **fields: object) -> Page:
    return ask(query, category=category, **fields)


def count(page: Page, field: str) -> dict[str, int]:
    facet = next(facet for facet in page.facets if facet.field == field)
    return {value.key: value.count for value in facet.values if value.count}


def test_the_rule_alone_says_what_the_page_holds() -> None:
    page = browse()
    assert sorted(skus(page)) == ["L1", "L2", "L3", "L4", "L5"]
    assert (page.total, page.is_virtual) == (5, True)
    assert skus(browse(query="lamp")) == ["L1", "L2", "L3", "L4", "L5"]
    assert "C1" not in skus(browse(query="chair"))


def test_a_category_that_the_catalog_does_not_know_works_too() -> None:
    save_rule(show_only(clause("brand", "nord")), when=[{"type": "category", "keys": ["北欧/精选"]}])
    assert sorted(skus(browse("北欧/精选"))) == ["C1", "C2", "L2", "L4", "L6"]


def test_its_facets_count_what_a_click_returns() -> None:
    page = browse()
    assert count(page, "brand") == {"lumo": 3, "nord": 2}
    assert count(page, "category") == {"home": 5}
    for field in ("brand", "category", "colour"):
        for key, number in count(page, field).items():
            assert browse(filters=(Filter(field, (key,)),)).total == number
    narrowed = browse(filters=(Filter("category", ("home",)),))
    assert count(narrowed, "category") == {"home": 5, "home/lamps": 5}


def test_other_rules_work_on_it() -> None:
    save_rule(pin("C1", 1), boost(100, clause("sku", "L5")), when=[ON_GIFTS], priority=1)
    assert skus(browse())[0] == "C1", "a stronger rule's pin stays"
    assert skus(browse(query="lamp"))[1] == "L5"


def test_without_its_rule_the_page_is_empty_and_a_rule_for_the_category_above_does_not_fill_it() -> None:
    Category.objects.create(key="home/empty", parent=Category.objects.get(key="home"))
    save_rule(show_only(CHEAP), when=[{"type": "category", "keys": ["home"]}])
    assert browse("home/empty").total == 0
    assert browse("home/lamps").total == 5
    assert browse(without_rules=("all",)).total == 0


def test_a_category_with_products_is_only_narrowed() -> None:
    Product.objects.filter(sku="L6").update(category=Category.objects.get(key=GIFTS))
    from catalog.steps.index import index_products  # noqa: PLC0415

    index_products([Product.objects.get(sku="L6").pk])
    page = browse()
    assert (page.total, page.is_virtual) == (0, False)


def test_rest_and_the_storefront_show_the_same(client: Client, settings: Any) -> None:
    settings.SEARCH_API_PUBLIC = True
    answer = client.get("/api/v1/search", {"category": GIFTS, "collapse": "0"}).json()
    shown = re.findall(r'href="/p/([LC]\d)/', client.get(f"/c/{GIFTS}/?collapse=0").content.decode())
    assert [hit["product"]["sku"] for hit in answer["hits"]] == list(dict.fromkeys(shown)) == skus(browse())


def test_on_the_storefront_a_category_narrows_the_page_and_the_way_back_leads_to_it(client: Client) -> None:
    page = client.get(f"/c/{GIFTS}/").content.decode()
    assert "Gifts under 50" in page
    assert f'href="/c/{GIFTS}/?f.category=home"' in page
    inside = client.get(f"/c/{GIFTS}/?f.category=home").content.decode()
    assert f'href="/c/{GIFTS}/"' in inside
    assert f'href="/c/{GIFTS}/?f.category=home%2Flamps"' in inside
    assert "五十元以下的礼物" in client.get(f"/c/{GIFTS}/", headers={"Accept-Language": "zh-CN"}).content.decode()


def test_a_brand_page_is_a_brand_chosen_and_nothing_typed() -> None:
    on_brand = [{"type": "filter", "field": "brand", "values": ["nord"], "exactly": True}, on_query(match="empty")]
    save_rule(pin("L6", 1), when=on_brand)
    nord = (Filter("brand", ("nord",)),)
    assert skus(ask("", filters=nord))[0] == "L6"
    assert skus(ask("lamp", filters=nord))[0] == "L2"
    assert skus(ask("", filters=(Filter("brand", ("nord", "lumo")),)))[0] != "L6"
