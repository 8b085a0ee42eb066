"""Complaints 1–10 of users of other engines about pins, stock and filters: none can be reproduced here."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from catalog.models import Product, Variant
from catalog.steps.index import index_products, refresh_offers
from ranking.contracts import Filter
from ranking.rule_preview import preview_rule
from tests.ranking.rule_shop import ask, build_shop, fresh_process, save_rule, skus
from tests.ranking.rule_words import boost, clause, document, hide, on_query, pin

LAMPS = ["L1", "L2", "L3", "L4", "L5", "L6"]
BLUE = (Filter("colour", ("blue",)),)
LUMO = (Filter("brand", ("lumo",)),)
IN_STOCK = (Filter("in_stock", ("true",)),)


@pytest.fixture(autouse=True)
def shop(db):
    fresh_process()
    build_shop()
    yield
    fresh_process()


def sell_out(*wanted: str) -> None:
    Variant.objects.filter(product__sku__in=wanted).update(stock=0)
    refresh_offers(list(Product.objects.filter(sku__in=wanted).values_list("pk", flat=True)))


@pytest.mark.parametrize("words", ["lamp", "灯具"])
def test_complaint_1_pinned_hits_shown_although_they_match_no_filter(words):
    save_rule(pin("L2", 1), pin("C1", 2), when=[on_query("lamp", "灯具")])
    assert skus(ask(words))[:2] == ["L2", "C1"]
    assert sorted(skus(ask(words, filters=LUMO))) == ["L1", "L3", "L5"]


def test_complaint_1_nor_the_words_unless_the_merchandiser_wants_it_and_the_preview_shows_the_same():
    rule = document(pin("C1", 1, obey_query=True), when=[on_query("lamp")])
    assert skus(ask(draft_rules=(rule,))) == LAMPS
    after = preview_rule(document(pin("C1", 1), when=[on_query("lamp")]), ask().request)["after"]
    assert after["hits"][0]["sku"] == "C1"


def test_complaint_2_filters_on_pins_ignored_when_the_organic_list_is_empty():
    save_rule(pin("L1", 1), pin("L2", 2))
    page = ask("zzzz", filters=BLUE)
    assert (skus(page), page.total) == (["L2"], 1)


@pytest.mark.parametrize("collapse", [True, False], ids=["grouped", "ungrouped"])
def test_complaint_3_a_pin_without_the_field_grouped_by_leaks_past_a_filter(collapse):
    """Offers are grouped by title, brand and values: one that has none of them is filtered all the same."""
    Product.objects.filter(sku="C1").update(attributes={}, title_en="", title_zh="", brand=None, markets=["cn"])
    index_products([Product.objects.get(sku="C1").pk])
    save_rule(pin("C1", 1))
    asked = {"collapse": collapse, "market": "cn"}
    assert skus(ask(**asked))[0] == "C1"
    assert "C1" not in skus(ask(**asked, filters=BLUE))
    assert "C1" not in skus(ask(**asked, filters=(Filter("brand", ("nord",)),)))
    assert "C1" not in skus(ask(collapse=collapse, market="us"))
    sell_out("C1")
    assert "C1" not in skus(ask(**asked))


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        pytest.param({"on_missing": "compact"}, ["L6", "L1"], id="slide-up"),
        pytest.param({"on_missing": "keep_gap"}, ["L1", "L6"], id="keep-position-and-fill-organically"),
        pytest.param(
            {"on_missing": "substitute", "substitute": [clause("brand", "nord")]}, ["L2", "L6"], id="a-substitute"
        ),
    ],
)
def test_complaint_4_surviving_pins_slide_up_and_nobody_may_choose(policy, expected):
    sell_out("L5")
    save_rule(pin("L5", 1, **policy), pin("L6", 2))
    assert skus(ask())[:2] == expected


def test_complaint_5_pins_respect_the_filter_but_not_the_query():
    save_rule(pin("C1", 1, obey_query=True), pin("L6", 2, obey_query=True))
    assert skus(ask())[:2] == ["L6", "L1"]
    assert skus(ask("oak chair"))[0] == "C1"


@pytest.mark.parametrize("sort", ["price_asc", "price_desc", "newest", "rating", "popularity"])
def test_complaint_6_pins_stay_when_the_shopper_sorts_by_price(sort):
    plain = skus(ask(sort=sort))
    save_rule(pin("L3", 1), pin("L4", 2, soft=True), pin("C1", 3))
    assert skus(ask(sort=sort)) == plain


def test_complaint_7_one_matching_pin_brings_back_all_pins():
    """Each pin is judged by itself: one that passes the filter does not open the door to its neighbours."""
    save_rule(pin("C1", 1), pin("L2", 2), pin("L5", 3))
    assert skus(ask(filters=LUMO)) == ["L5", "L1", "L3"]
    assert skus(ask("zzzz", filters=LUMO)) == ["L5"]


def test_complaint_8_an_out_of_stock_product_stays_pinned_on_top_and_no_boost_moves_it():
    sell_out("L2")
    save_rule(pin("L2", 1), boost(-100, clause("in_stock", "false"), by="position"))
    assert skus(ask()) == ["L1", "L3", "L4", "L5", "L6", "L2"]


def test_complaint_9_the_preview_hides_out_of_stock_products_so_that_they_cannot_be_positioned_before_restock():
    sell_out("L2")
    after = preview_rule(document(pin("L2", 1, obey_stock=False)), ask().request)["after"]
    assert (after["hits"][0]["sku"], after["hits"][0]["in_stock"]) == ("L2", False)
    client = Client()
    client.force_login(User.objects.create_superuser("admin"))
    found = client.get("/admin/ranking/rule/products/", {"q": "L2"}).json()["products"]
    assert [(product["sku"], product["in_stock"]) for product in found][:1] == [("L2", False)]


@pytest.mark.parametrize("collapse", [True, False])
def test_complaint_10_out_of_stock_products_in_filtered_results(collapse):
    sell_out("L2", "L3")
    save_rule(pin("L2", 1, obey_stock=False), pin("L3", 2))
    page = ask(filters=IN_STOCK, collapse=collapse)
    assert {"L2", "L3"}.isdisjoint(skus(page))
    save_rule(hide(clause("in_stock", "false")))
    assert {"L2", "L3"}.isdisjoint(skus(ask(collapse=collapse)))
