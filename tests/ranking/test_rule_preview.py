"""What a preview shows beyond the page: who hides what, where it would stand, and pins that wait for their product."""

from collections.abc import Iterator
from typing import Any

import pytest

from catalog.models import Product, Variant
from catalog.steps.index import index_products
from ranking.contracts import SearchRequest
from ranking.rule_preview import preview_rule, preview_without
from tests.ranking.rule_shop import build_shop, fresh_process, save_rule
from tests.ranking.rule_words import clause, document, hide, on_query, pin

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop(db: None) -> Iterator[None]:
    fresh_process()
    build_shop()
    yield
    fresh_process()


def preview(*actions: dict[str, Any], query: str = "lamp", **search: Any) -> dict[str, Any]:
    rule = document(*actions, when=[on_query("lamp", "灯")], name="New")
    return preview_rule(rule, SearchRequest(query=query, collapse=False, **search))


def hidden(side: dict[str, Any]) -> list[tuple[str, int, str, str]]:
    return [
        (row["sku"], row["position"], row["moves"][0]["effect"], row["moves"][0]["rule_name"]) for row in side["hidden"]
    ]


@pytest.mark.parametrize(("query", "locale"), [("lamp", "en"), ("灯具", "zh")])
def test_a_hidden_product_stands_where_it_would_be_with_the_rule_that_hides_it(query: str, locale: str) -> None:
    save_rule(hide(clause("sku", "L2")), when=[on_query("lamp", "灯")], name="Older")
    shown = preview(hide(clause("sku", "L3")), query=query, locale=locale)
    before, after = hidden(shown["before"]), hidden(shown["after"])
    assert [(sku, effect, name) for sku, _position, effect, name in before] == [("L2", "hide", "Older")]
    assert {(sku, name) for sku, _position, _effect, name in after} == {("L2", "Older"), ("L3", "New")}
    assert "L3" not in [hit["sku"] for hit in shown["after"]["hits"]]


def test_positions_of_hidden_products_are_those_of_the_page_that_hides_nothing() -> None:
    save_rule(hide(clause("sku", "L2")), when=[on_query("lamp")], name="Older")
    assert hidden(preview(pin("L6", 1))["after"]) == [("L2", 2, "hide", "Older")]


def test_what_is_not_among_the_only_shown_is_named_so() -> None:
    shown = preview({"type": "filter", "filters": [clause("brand", "nord")]})
    assert {(sku, effect) for sku, _position, effect, _name in hidden(shown["after"])} == {
        ("L1", "filter"), ("L3", "filter"), ("L5", "filter"),
    }  # fmt: skip


def test_a_product_pushed_off_the_page_is_not_called_hidden() -> None:
    shown = preview(pin("L6", 1), hide(clause("sku", "L5")), page_size=3)
    assert [sku for sku, *_rest in hidden(shown["after"])] == []


def test_a_rule_that_hides_but_does_not_hold_hides_nothing() -> None:
    assert hidden(preview(hide(clause("sku", "L3")), query="chair")["after"]) == []


def test_a_page_without_the_rule_tells_what_others_hide() -> None:
    save_rule(hide(clause("sku", "L2")), when=[on_query("lamp")], name="Older")
    shown = preview_without("draft", SearchRequest(query="lamp", collapse=False))
    assert [(sku, name) for sku, _position, _effect, name in hidden(shown["after"])] == [("L2", "Older")]


def test_a_sold_out_pin_waits_in_its_place_with_the_reason() -> None:
    """Complaint 9: what is out of stock must be positioned before it is back."""
    product = Product.objects.get(sku="C2")
    Variant.objects.filter(product=product).update(stock=0)
    index_products([product.pk])
    waiting = preview(pin("C2", 2), pin("L6", 1))["after"]["waiting"]
    assert [(row["sku"], row["position"], row["reason"], row["in_stock"]) for row in waiting] == [
        ("C2", 2, "out of stock", False)
    ]


@pytest.mark.parametrize("action", [pin("L6", 1), pin("NONE", 1)], ids=["shown", "unknown-sku"])
def test_no_other_pin_waits(action: dict[str, Any]) -> None:
    assert preview(action)["after"]["waiting"] == []


def test_a_pin_of_a_rule_that_does_not_hold_does_not_wait() -> None:
    assert preview(pin("C2", 2), query="chair")["after"]["waiting"] == []


def test_the_page_as_a_whole_is_told_on_both_sides() -> None:
    shown = preview(
        {"type": "banner", "slot": "top", "title_en": "Lamp week", "title_zh": "灯具周"},
        {"type": "sort", "sort": "price_desc"}, {"type": "facets", "first": ["colour"]},
        {"type": "redirect", "url": "/c/home/"},
    )  # fmt: skip
    before, after = shown["before"], shown["after"]
    assert (before["banners"], before["sort"], before["redirect"]) == ([], "relevance", "")
    assert [banner["title"] for banner in after["banners"]] == ["Lamp week"]
    assert (after["sort"], after["redirect"]) == ("price_desc", "/c/home/")
    assert after["facets"][0]["field"] == "colour" != before["facets"][0]["field"]
