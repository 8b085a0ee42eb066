"""What a pin may be told, in whole searches: stand-ins, soft places, one variant, offers of the same thing, dates."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from catalog.models import Product, Variant
from catalog.steps.index import index_products, refresh_offers
from ranking.contracts import Filter
from tests.ranking.rule_shop import ask, build_shop, fresh_process, save_rule, skus
from tests.ranking.rule_words import boost, clause, document, hide, pin

LAMPS = ["L1", "L2", "L3", "L4", "L5", "L6"]
BLUE = (Filter("colour", ("blue",)),)
RED = (Filter("colour", ("red",)),)


@pytest.fixture(autouse=True)
def shop(db):
    fresh_process()
    build_shop()
    yield
    fresh_process()


def sell_out(*wanted: str) -> None:
    """Products, or single variants of them."""
    variants = Variant.objects.filter(sku__in=wanted) | Variant.objects.filter(product__sku__in=wanted)
    variants.update(stock=0)
    refresh_offers(list(variants.values_list("product_id", flat=True)))


def add_variants(sku: str) -> None:
    """A red and a blue one, dearer than the first."""
    product = Product.objects.get(sku=sku)
    for number, colour in enumerate(("Red", "Blue"), 1):
        Variant.objects.create(
            product=product, sku=f"{sku}-{colour}", options={"colour": colour}, image=f"{colour}.jpg", stock=3,
            price=Decimal(100 * number), position=number,
        )  # fmt: skip
    product.attributes = {"colour": ["red", "blue"]}
    product.save()
    index_products([product.pk])


def moves_of(page, sku):
    return [(move.effect, move.position) for hit in page.hits if hit.product.sku == sku for move in hit.moves]


def reasons(page):
    return [rule["reason"] for rule in page.ledger["rules"] if rule["status"] in ("beaten", "inactive")]


def stand_in(sku: str, position: int, *target, **policy):
    return pin(sku, position, on_missing="substitute", substitute=list(target), **policy)


class TestSubstitutes:
    def test_the_best_ranked_product_of_the_kind_takes_the_place_and_the_ledger_says_so(self):
        sell_out("L1")
        save_rule(stand_in("L1", 1, clause("brand", "nord")))
        page = ask(explain=True)
        assert skus(page)[:3] == ["L2", "L1", "L3"]
        assert moves_of(page, "L2") == [("substitute", 1)]
        assert reasons(page) == ["L1: out of stock (a substitute stands in)"]

    def test_nobody_stands_in_for_a_product_that_can_be_shown(self):
        save_rule(stand_in("L6", 1, clause("brand", "lumo")))
        assert skus(ask())[:2] == ["L6", "L1"]

    def test_a_substitute_obeys_filters_and_stock_too(self):
        sell_out("L1", "L2")
        save_rule(stand_in("L1", 3, clause("brand", "nord", "lumo")))
        assert skus(ask(filters=BLUE)) == ["L2", "L6", "L4"]

    def test_a_product_pinned_by_name_is_not_taken_as_a_substitute(self):
        sell_out("L1")
        save_rule(stand_in("L1", 1, clause("brand", "nord")), pin("L2", 4))
        assert skus(ask())[:4] == ["L4", "L1", "L3", "L2"]

    def test_named_substitutes_are_brought_in_where_the_words_find_none_of_them(self):
        sell_out("L1")
        save_rule(stand_in("L1", 1, clause("sku", "C2", "C1")))
        assert skus(ask())[0] == "C2"

    def test_of_named_substitutes_the_best_ranked_one_is_taken(self):
        sell_out("L1")
        save_rule(stand_in("L1", 1, clause("sku", "C2", "L5", "L4")))
        assert skus(ask())[0] == "L4"

    def test_without_any_substitute_the_pins_behind_move_up(self):
        sell_out("L1")
        save_rule(stand_in("L1", 1, clause("brand", "gone")), pin("L6", 2))
        assert skus(ask())[0] == "L6"

    def test_substitutes_rest_with_the_pin_when_the_shopper_sorts(self):
        plain = skus(ask(sort="price_asc"))
        save_rule(stand_in("L6", 1, clause("brand", "lumo")))
        assert skus(ask(sort="price_asc")) == plain


class TestSoftPins:
    def test_a_product_that_ranks_better_keeps_its_place(self):
        save_rule(pin("L1", 3, soft=True))
        page = ask()
        assert skus(page) == LAMPS
        assert moves_of(page, "L1") == [("pin", 1)]

    def test_one_that_ranks_worse_stands_at_the_position(self):
        save_rule(pin("L6", 3, soft=True))
        assert skus(ask())[:4] == ["L1", "L2", "L6", "L3"]

    def test_a_hard_pin_pulls_it_down_instead(self):
        save_rule(pin("L1", 3))
        assert skus(ask())[:3] == ["L2", "L3", "L1"]


class TestVariants:
    def test_the_card_shows_the_very_variant(self):
        add_variants("L3")
        save_rule(pin("L3-Blue", 1))
        card = ask().hits[0].product
        assert (card.sku, card.variant, card.price, card.image) == ("L3", "L3-Blue", 200.0, "Blue.jpg")
        assert card.variants[0].options == {"colour": "Blue"}
        assert len(card.variants) == 3

    def test_a_pin_of_the_product_means_no_variant(self):
        add_variants("L3")
        save_rule(pin("L3", 1))
        assert ask().hits[0].product.variant == ""

    def test_a_sold_out_variant_of_a_product_in_stock_is_not_shown_as_that_variant(self):
        add_variants("L3")
        sell_out("L3-Blue")
        save_rule(pin("L3-Blue", 1))
        page = ask(explain=True)
        assert skus(page) == LAMPS
        assert page.hits[2].product.variant == ""
        assert reasons(page) == ["L3-Blue: out of stock"]

    def test_unless_the_merchandiser_wants_it_and_then_it_is_shown_as_sold_out(self):
        add_variants("L3")
        sell_out("L3-Blue")
        save_rule(pin("L3-Blue", 1, obey_stock=False))
        card = ask().hits[0].product
        assert (card.variant, card.in_stock) == ("L3-Blue", False)

    @pytest.mark.parametrize(
        ("filters", "shown"),
        [
            pytest.param(BLUE, True, id="its-own-colour"),
            pytest.param(RED, False, id="another-variants-colour"),
            pytest.param((Filter("price", maximum=150),), False, id="dearer-than-asked"),
            pytest.param((Filter("brand", ("lumo",)),), True, id="what-variants-share"),
            pytest.param((Filter("colour", ("blue",), exclude=True),), False, id="its-colour-not-wanted"),
        ],
    )
    def test_the_shoppers_filters_ask_about_the_variant(self, filters, shown):
        add_variants("L3")
        save_rule(pin("L3-Blue", 1))
        page = ask(filters=filters)
        assert (page.hits[0].product.variant == "L3-Blue") is shown

    def test_a_variant_that_the_words_do_not_find_counts_for_its_own_colour_alone(self):
        add_variants("C1")
        save_rule(pin("C1-Red", 1))
        counts = {value.key: value.count for facet in ask().facets if facet.field == "colour" for value in facet.values}
        assert counts == {"red": ask(filters=RED).total, "blue": ask(filters=BLUE).total}
        assert skus(ask(filters=RED))[0] == "C1"
        assert "C1" not in skus(ask(filters=BLUE))


class TestOffersOfTheSameThing:
    """L2 and L4 are made offers of one thing."""

    @pytest.fixture(autouse=True)
    def twins(self, shop):
        title = Product.objects.get(sku="L2").title_en
        Product.objects.filter(sku="L4").update(title_en=title)
        index_products([Product.objects.get(sku="L4").pk])

    def test_a_pin_stands_for_the_other_offers(self):
        save_rule(pin("L4", 1))
        page = ask(collapse=True)
        assert skus(page)[0] == "L4"
        assert "L2" not in skus(page)
        assert page.hits[0].duplicates == 1

    def test_or_shows_beside_them(self):
        save_rule(pin("L4", 1, obey_grouping=False))
        page = ask(collapse=True)
        assert skus(page)[0] == "L4"
        assert "L2" in skus(page)
        assert page.hits[0].duplicates == 0

    @pytest.mark.parametrize("obeys", [True, False])
    def test_facets_count_what_a_click_shows(self, obeys):
        save_rule(pin("L4", 1, obey_grouping=obeys))
        page = ask(collapse=True)
        brands = next(facet for facet in page.facets if facet.field == "brand")
        for value in brands.values:
            assert ask(collapse=True, filters=(Filter("brand", (value.key,)),)).total == value.count


def test_a_pin_may_have_dates_of_its_own():
    sale = [{"from": "2031-11-11T00:00", "until": "2031-11-12T00:00", "timezone": "Asia/Shanghai"}]
    save_rule(pin("L6", 1, windows=sale), pin("L5", 2))
    page = ask(explain=True, now=datetime(2031, 11, 10, 15, 59, tzinfo=UTC))
    assert skus(page)[:2] == ["L1", "L5"]
    assert reasons(page) == ["L6: Outside its time windows."]
    assert skus(ask(now=datetime(2031, 11, 10, 16, tzinfo=UTC)))[:2] == ["L6", "L5"]


def test_of_two_pins_of_one_product_the_weaker_loses_only_what_it_wanted_otherwise():
    save_rule(pin("L6", 2), name="strong", priority=1)
    save_rule(pin("L6", 5, soft=True), name="content", priority=2)
    save_rule(pin("L6", 4), name="other", priority=3)
    page = ask(explain=True)
    assert [rule["name"] for rule in page.ledger["rules"] if rule["status"] == "beaten"] == ["other"]


def test_a_soft_pin_that_a_stronger_one_takes_the_position_of_stands_before_it_and_lost_nothing():
    save_rule(pin("L6", 2), priority=1)
    save_rule(pin("L5", 2, soft=True), priority=2)
    page = ask(explain=True)
    assert skus(page)[:2] == ["L5", "L6"]
    assert reasons(page) == []


def test_chinese_words_and_policies_work_together():
    sell_out("L1")
    rule = document(stand_in("L1", 1, clause("brand", "nord")), boost(1, clause("brand", "lumo")))
    assert skus(ask("灯具", locale="zh", draft_rules=(rule,)))[0] in {"L2", "L4", "L6"}


def test_hidden_products_do_not_stand_in():
    sell_out("L1")
    save_rule(stand_in("L1", 1, clause("brand", "nord")), hide(clause("sku", "L2")))
    assert skus(ask())[0] == "L4"
