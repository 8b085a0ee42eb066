"""Titled blocks of products: what they hold, where they stand; the list, its count and its facets stay true."""

import pytest

from catalog.models import Product, Variant
from catalog.steps.index import refresh_offers
from ranking.answers import render_page
from ranking.contracts import Filter
from tests.ranking.rule_shop import ask, build_shop, check_facets_count_clicks, fresh_process, save_rule, skus
from tests.ranking.rule_words import clause, group, hide, pin

LAMPS = ["L1", "L2", "L3", "L4", "L5", "L6"]
NORD = (Filter("brand", ("nord",)),)
BLUE = (Filter("colour", ("blue",)),)
RED = (Filter("colour", ("red",)),)


@pytest.fixture(autouse=True)
def shop(db):
    fresh_process()
    build_shop()
    yield
    fresh_process()


def blocks(page) -> list[tuple[str, int, list[str]]]:
    return [(each.title, each.position, [hit.product.sku for hit in each.hits]) for each in page.groups]


def reasons(page):
    return [rule["reason"] for rule in page.ledger["rules"] if rule["status"] == "beaten"]


def test_a_block_holds_the_best_of_a_kind_which_then_leave_the_list():
    save_rule(group("Nord", clause("brand", "nord"), size=2, position=3))
    page = ask()
    assert blocks(page) == [("Nord", 3, ["L2", "L4"])]
    assert skus(page) == ["L1", "L3", "L5", "L6"]
    assert page.total == 4


def test_other_words_choose_it_in_either_language():
    save_rule(group("To go with it", words="oak chair", size=2))
    assert blocks(ask()) == [("To go with it", 1, ["C1", "C2"])]
    save_rule(group(title_zh="搭配", words="椅子", size=1, position=2), priority=200)
    assert [title for title, _position, _skus in blocks(ask("灯具", locale="zh"))] == ["To go with it"]


def test_words_and_properties_together():
    save_rule(group("Dear chairs", {"field": "price", "minimum": 150}, words="chair"))
    assert blocks(ask())[0][2] == ["C2"]


def test_it_may_show_only_what_the_list_does_not_have():
    save_rule(group("Nord", clause("brand", "nord"), words="lamp chair", dedupe="group"))
    page = ask()
    assert skus(page) == LAMPS
    assert set(blocks(page)[0][2]) == {"C1", "C2"}


@pytest.mark.parametrize(
    ("position", "page", "shown"),
    [
        pytest.param(1, 1, True, id="before-the-first"),
        pytest.param(1, 2, False, id="not-again-on-the-second-page"),
        pytest.param(4, 2, True, id="before-a-result-of-the-second-page"),
        pytest.param(50, 1, False, id="behind-the-end-not-on-the-first-page"),
        pytest.param(50, 2, True, id="behind-the-end-on-the-last-page"),
        pytest.param(50, 3, False, id="no-page-behind-the-last"),
    ],
)
def test_its_position_counts_over_all_pages(position, page, shown):
    save_rule(group("Chairs", words="chair", position=position))
    assert bool(ask(page=page, page_size=3).groups) is shown


def test_an_empty_page_shows_it_too():
    save_rule(group("Chairs", words="chair", position=4))
    page = ask("zzzz")
    assert (page.total, blocks(page)[0][2]) == (0, ["C1", "C2"])


def test_it_obeys_filters_stock_market_and_hides():
    Variant.objects.filter(product__sku="L2").update(stock=0)
    Product.objects.filter(sku="L4").update(markets=["cn"])
    refresh_offers(list(Product.objects.filter(sku__in=["L2", "L4"]).values_list("pk", flat=True)))
    save_rule(group("Nord", clause("brand", "nord"), size=4))
    assert blocks(ask(market="us"))[0][2] == ["L6"]
    assert blocks(ask(market="us", filters=(Filter("brand", ("lumo",)),))) == []
    save_rule(hide(clause("sku", "L6")))
    assert blocks(ask(market="us")) == []


def test_a_pinned_product_stays_in_the_list_and_the_ledger_says_why():
    strong = save_rule(pin("L2", 1), name="pinner")
    save_rule(group("Nord", clause("brand", "nord"), size=2))
    page = ask(explain=True)
    assert skus(page)[0] == "L2"
    assert blocks(page)[0][2] == ["L4", "L6"]
    assert reasons(page) == ["L2: pinned by “pinner”, so the block leaves it out"]
    assert {rule["beaten_by"] for rule in page.ledger["rules"] if rule["beaten_by"]} == {str(strong.pk)}


def test_a_product_is_in_one_block_only_and_a_page_has_three_at_most():
    for number in range(4):
        save_rule(group(f"B{number}", clause("brand", "nord"), size=1), priority=number)
    page = ask(explain=True)
    assert [title for title, _position, _skus in blocks(page)] == ["B0", "B1", "B2"]
    assert blocks(page)[2][2] == ["L6"]
    assert "The page has enough blocks of products already; “rule” shows the first." in reasons(page)


def test_blocks_rest_while_the_shopper_sorts_unless_told_otherwise():
    save_rule(group("Nord", clause("brand", "nord")))
    assert ask(sort="price_asc").groups == ()
    save_rule(group("Always", clause("brand", "lumo"), obey_sort=False))
    assert len(ask(sort="price_asc").groups) == 1


@pytest.mark.parametrize("filters", [(), BLUE, NORD])
@pytest.mark.parametrize("policy", ["list", "group"])
def test_facets_count_what_a_click_shows(filters, policy):
    save_rule(group("Nord", clause("brand", "nord"), size=2, dedupe=policy, words="lamp chair"))
    check_facets_count_clicks(filters)


def test_other_offers_of_what_it_shows_leave_the_list_too():
    """The lamps' titles have the same words; those of one brand and colour are offers of one thing."""
    alone = ask(collapse=True)
    save_rule(group("Nord", clause("brand", "nord"), size=1))
    page = ask(collapse=True)
    assert len(page.groups[0].hits) == 1
    assert page.total == alone.total - 1
    assert set(skus(page)).isdisjoint(hit.product.sku for hit in page.groups[0].hits)


def test_rest_and_the_ledger_tell_of_blocks():
    save_rule(group("Nord", clause("brand", "nord"), size=1, position=2))
    page = ask(explain=True)
    (told,) = render_page(page)["groups"]
    assert (told["title"], told["position"]) == ("Nord", 2)
    assert told["hits"][0]["product"]["sku"] == "L2"
    assert told["hits"][0]["moves"][0]["effect"] == "group"
    assert page.ledger["groups"][0]["skus"] == ["L2"]
