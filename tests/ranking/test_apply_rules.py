"""Rules in a whole search. Numbers name the complaint (of users of other engines) that a test answers."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from catalog.models import Product, Variant
from catalog.steps.index import refresh_offers
from ranking.contracts import Filter
from ranking.models import Rule
from tests.ranking.rule_shop import ask, build_shop, fresh_process, save_rule, skus
from tests.ranking.rule_words import boost, clause, document, hide, on_query, pin, show_only

LAMPS = ["L1", "L2", "L3", "L4", "L5", "L6"]
BLUE = (Filter("colour", ("blue",)),)


@pytest.fixture(autouse=True)
def shop(db):
    fresh_process()
    build_shop()
    yield
    fresh_process()


def sell_out(sku: str) -> None:
    Variant.objects.filter(product__sku=sku).update(stock=0)
    refresh_offers([Product.objects.get(sku=sku).pk])


def moves(page) -> dict[str, list[str]]:
    return {hit.product.sku: [move.effect for move in hit.moves] for hit in page.hits if hit.moves}


def test_without_rules_the_order_is_by_relevance():
    assert skus(ask()) == LAMPS


def test_complaint_1_a_pin_is_shown_for_its_query_even_when_the_words_do_not_find_it_and_only_then():
    save_rule(pin("C1", 2), when=[on_query("lamp")])
    assert skus(ask())[:3] == ["L1", "C1", "L2"]
    assert "C1" not in skus(ask("bedside"))


def test_complaint_1_a_pin_never_passes_the_shoppers_filter():
    save_rule(pin("L1", 1), pin("C1", 2))
    assert "L1" not in skus(ask(filters=BLUE))


def test_complaint_2_filters_bind_pins_even_when_nothing_is_found():
    save_rule(pin("L1", 1), pin("L2", 2))
    assert skus(ask("zzzz", filters=BLUE)) == ["L2"]
    assert skus(ask("zzzz")) == ["L1", "L2"]


def test_complaint_3_a_pin_without_the_filtered_attribute_is_out():
    Product.objects.filter(sku="C1").update(attributes={})
    fresh_process()
    from catalog.steps.index import index_products  # noqa: PLC0415

    index_products([Product.objects.get(sku="C1").pk])
    save_rule(pin("C1", 1))
    assert "C1" not in skus(ask(filters=BLUE))


@pytest.mark.parametrize(("policy", "expected"), [("compact", ["L6", "L1"]), ("keep_gap", ["L1", "L6"])])
def test_complaint_4_a_missing_pin_closes_or_keeps_its_gap(policy, expected):
    sell_out("L5")
    save_rule(pin("L5", 1, on_missing=policy), pin("L6", 2))
    assert skus(ask())[:2] == expected


def test_complaint_5_a_pin_may_be_made_to_obey_the_query():
    save_rule(pin("C1", 1, obey_query=True), pin("L6", 2, obey_query=True))
    assert skus(ask())[:2] == ["L6", "L1"]


@pytest.mark.parametrize("sort", ["price_asc", "price_desc", "newest", "rating", "popularity"])
def test_complaint_6_pins_and_boosts_rest_when_the_shopper_sorts(sort):
    plain = skus(ask(sort=sort))
    save_rule(pin("L3", 1), boost(100, clause("sku", "L4")))
    assert skus(ask(sort=sort)) == plain


def test_complaint_6_unless_the_merchandiser_says_otherwise():
    save_rule(pin("L3", 1, obey_sort=False))
    assert skus(ask(sort="price_desc"))[0] == "L3"


def test_complaint_8_a_sold_out_product_leaves_its_pin_at_once_and_may_be_buried():
    save_rule(pin("L2", 1), boost(-100, clause("in_stock", "false")))
    assert skus(ask())[0] == "L2"
    sell_out("L2")
    assert skus(ask()) == ["L1", "L3", "L4", "L5", "L6", "L2"]


def test_complaint_9_a_sold_out_product_can_be_pinned_before_it_returns():
    sell_out("L2")
    save_rule(pin("L2", 1, obey_stock=False))
    assert skus(ask())[0] == "L2"


def test_complaint_10_sold_out_products_can_be_kept_out():
    sell_out("L2")
    save_rule(hide(clause("in_stock", "false")))
    page = ask(filters=(Filter("category", ("home",)),))
    assert "L2" not in skus(page)
    assert page.total == 5


@pytest.mark.parametrize(("policy", "shown"), [({}, False), ({"obey_stock": False}, True)], ids=["obeys", "not"])
@pytest.mark.parametrize("query", ["lamp", "灯具"])
def test_complaint_10_a_stronger_pin_that_waits_for_stock_brings_no_sold_out_product_back(query, policy, shown):
    """It escaped the hiding rule, and stood on the page as an ordinary result."""
    sell_out("L2")
    save_rule(pin("L2", 1, **policy), priority=10)
    save_rule(hide(clause("in_stock", "false")), priority=20)
    page = ask(query, locale="zh" if query == "灯具" else "en")
    assert ("L2" in skus(page)) is shown
    assert page.total == (6 if shown else 5)


def test_complaint_13_a_rule_never_empties_a_filtered_search():
    save_rule(boost(50, clause("brand", "lumo")))
    assert sorted(skus(ask(filters=BLUE))) == ["L2", "L4", "L6"]


def test_hidden_products_leave_count_and_facets_too():
    save_rule(hide(clause("brand", "lumo")))
    page = ask()
    assert skus(page) == ["L2", "L4", "L6"]
    assert page.total == 3
    brands = next(facet for facet in page.facets if facet.field == "brand")
    assert {value.key: value.count for value in brands.values if value.count} == {"nord": 3}


def test_show_only_keeps_what_passes_every_clause():
    save_rule(show_only(clause("brand", "nord"), {"field": "price", "minimum": 30}))
    assert skus(ask()) == ["L4", "L6"]


def test_a_boost_and_a_bury_move_products_and_say_by_how_much():
    save_rule(boost(100, clause("sku", "L6")), boost(-100, clause("sku", "L1-V")))
    page = ask()
    assert (skus(page)[0], skus(page)[-1]) == ("L6", "L1")
    assert moves(page) == {"L6": ["boost"], "L1": ["bury"]}
    assert page.hits[0].moves[0].points > 0 > page.hits[-1].moves[0].points


@pytest.mark.parametrize(
    ("pin_priority", "hide_priority", "shown"),
    [(100, 100, False), (100, 50, False), (50, 100, True)],
    ids=["equal-hide-wins", "stronger-hide", "stronger-pin"],
)
def test_hide_beats_pin_unless_the_pin_is_of_a_stronger_rule(pin_priority, hide_priority, shown):
    save_rule(pin("L6", 1), priority=pin_priority)
    save_rule(hide(clause("sku", "L6")), priority=hide_priority)
    assert ("L6" in skus(ask())) is shown


def test_two_rules_that_pin_one_position_and_the_loser_is_on_record():
    save_rule(pin("L6", 1), name="weak", priority=20)
    strong = save_rule(pin("L5", 1), name="strong", priority=10)
    page = ask(explain=True)
    assert skus(page)[:2] == ["L5", "L6"]
    beaten = [rule for rule in page.ledger["rules"] if rule["status"] == "beaten"]
    assert [(rule["name"], rule["beaten_by"]) for rule in beaten] == [("weak", str(strong.pk))]


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(boost(50, clause("no-such-attribute", "x")), id="boost-by-unknown-attribute"),
        pytest.param(hide(clause("没有的属性", "红")), id="hide-by-unknown-attribute"),
        pytest.param(hide(clause("brand", "no-such-brand")), id="hide-unknown-brand"),
        pytest.param(pin("NO-SUCH-SKU", 1), id="pin-unknown-sku"),
    ],
)
def test_a_rule_about_what_the_catalog_lost_changes_nothing(broken):
    save_rule(broken)
    assert skus(ask()) == LAMPS


def test_a_rule_holds_in_its_market_only_and_pins_stay_in_theirs():
    Product.objects.filter(sku="C1").update(markets=["cn"])
    refresh_offers([Product.objects.get(sku="C1").pk])
    save_rule(pin("C1", 1))
    assert skus(ask(market="cn"))[0] == "C1"
    assert "C1" not in skus(ask(market="us"))


def test_a_saved_changed_paused_or_deleted_rule_rules_the_next_search():
    rule = save_rule(pin("L6", 1))
    assert skus(ask())[0] == "L6"
    rule.actions = [pin("L5", 1)]
    rule.save()
    assert skus(ask())[0] == "L5"
    Rule.objects.update(status="paused")
    assert skus(ask()) == LAMPS
    Rule.objects.update(status="live")
    assert skus(ask())[0] == "L5"
    Rule.objects.all().delete()
    assert skus(ask()) == LAMPS


def test_complaints_20_21_a_preview_is_the_page_the_saved_rule_makes():
    draft = document(pin("L6", 2), boost(60, clause("brand", "nord")), when=[on_query("lamp")], status="draft")
    previewed = ask(draft_rules=(draft,))
    save_rule(*draft["actions"], when=draft["conditions"])
    saved = ask()
    assert skus(previewed) == skus(saved)
    assert [hit.score for hit in previewed.hits] == [hit.score for hit in saved.hits]


def test_complaint_23_a_campaign_is_previewed_on_its_date():
    save_rule(pin("L6", 1), windows=[{"from": "2031-11-11T00:00", "timezone": "Asia/Shanghai"}])
    assert skus(ask())[0] == "L1"
    assert skus(ask(now=datetime(2031, 11, 11, tzinfo=UTC)))[0] == "L6"


SKUS = st.sampled_from([*LAMPS, "C1", "C2", "GONE"])
PINS = st.lists(st.tuples(SKUS, st.integers(1, 12)), max_size=4, unique_by=(lambda one: one[0], lambda one: one[1]))


@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    pins=PINS,
    sold_out=st.sets(st.sampled_from(LAMPS), max_size=2),
    filters=st.sampled_from([(), BLUE, (Filter("brand", ("lumo",)),)]),
    sort=st.sampled_from(["relevance", "price_asc"]),
    size=st.integers(1, 5),
)
def test_pages_filters_sorts_and_stock_agree_whatever_is_pinned(pins, sold_out, filters, sort, size):
    """Complaints 1–10 together: every page is a slice of one list; nothing is lost, doubled or slips a filter."""
    hidden = hide(clause("in_stock", "false")) if sold_out else boost(1, clause("brand", "lumo"))
    for sku in sold_out:
        sell_out(sku)
    rules = (document(hidden, *(pin(sku, position) for sku, position in pins)),)
    whole = ask(draft_rules=rules, filters=filters, sort=sort, page_size=50)
    paged = []
    for number in range(1, -(-whole.total // size) + 1):
        paged += skus(ask(draft_rules=rules, filters=filters, sort=sort, page=number, page_size=size))
    for sku in sold_out:
        Variant.objects.filter(product__sku=sku).update(stock=5)
        refresh_offers([Product.objects.get(sku=sku).pk])
    passing = set(skus(ask("", filters=filters, page_size=50)))
    assert paged == skus(whole)
    assert len(paged) == len(set(paged)) == whole.total
    assert set(paged) <= passing - sold_out
    assert set(LAMPS) & passing - sold_out <= set(paged)
