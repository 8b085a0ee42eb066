"""Pins and names that the catalog cannot follow, found in a few statements however many rules there are."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Product, Variant
from catalog.steps.index import index_products
from ranking.health.catalog_names import find_dead_pins, find_unknown_names
from ranking.models import Rule
from ranking.registry import live_state
from tests.ranking.rule_shop import build_shop, save_rule
from tests.ranking.rule_words import boost, clause, hide, pin

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop(db: None) -> None:
    build_shop()


def change(sku: str, **fields: Any) -> None:
    product = Product.objects.get(sku=sku)
    if "stock" in fields:
        Variant.objects.filter(product=product).update(stock=fields.pop("stock"))
    Product.objects.filter(pk=product.pk).update(**fields)
    index_products([product.pk])


def dead() -> dict[str, dict[str, str]]:
    """Rule name → SKU → why."""
    live = live_state()
    names = {str(rule.pk): rule.name for rule in Rule.objects.all()}
    found = find_dead_pins(live.book.rules, live.snapshot, {})
    return {names[item.rule_id or ""]: {p["sku"]: p["why"] for p in item.detail["pins"]} for item in found}


def test_pins_that_cannot_be_shown_say_why() -> None:
    change("L1", status=Product.Status.ARCHIVED)
    change("L2", stock=0)
    change("L3", status=Product.Status.DRAFT)
    save_rule(pin("L1", 1), pin("L2", 2), pin("L3", 3), pin("L4", 4), pin("GONE", 5), name="五个置顶")
    save_rule(pin("L2", 1, obey_stock=False), name="shown though sold out")
    save_rule(pin("L4-V", 1), name="by its variant")
    assert dead() == {"五个置顶": {"L1": "archived", "L2": "out_of_stock", "L3": "draft", "GONE": "missing"}}


def test_unknown_names_are_told_by_kind_and_pins_are_not_told_twice() -> None:
    save_rule(
        boost(20, clause("brand", "lumo", "gone-brand")),
        hide(clause("material", "wood")),
        hide(clause("sku", "L1", "GONE")),
        pin("ALSO-GONE", 1),
        when=[{"type": "category", "keys": ["home/lamps", "家居/不存在"]}],
    )
    save_rule(boost(20, clause("brand", "lumo"), clause("colour", "red")), name="fine")
    live = live_state()
    (found,) = find_unknown_names(live.book.rules, {})
    assert {(item["kind"], item["key"]) for item in found.detail["names"]} == {
        ("brand", "gone-brand"), ("attribute", "material"), ("sku", "GONE"), ("category", "家居/不存在"),
    }  # fmt: skip


def test_many_rules_are_looked_up_together() -> None:
    for number in range(40):
        save_rule(pin(f"GONE-{number}", 1), boost(20, clause("brand", f"brand-{number}")), name=f"rule {number}")
    live = live_state()
    with CaptureQueriesContext(connection) as queries:
        assert len(list(find_dead_pins(live.book.rules, live.snapshot, {}))) == 40
        assert len(list(find_unknown_names(live.book.rules, {}))) == 40
    assert len(queries) <= 4
