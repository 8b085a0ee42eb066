"""Caps when a rule is saved and when it goes live: refused with the cap and what to do."""

import pytest

from ranking.errors import RuleRefused
from ranking.governance import workflow
from ranking.governance.share_caps import find_cap_errors
from ranking.models import Rule, RulePolicy, ShareCap
from ranking.rule_store import create_rule
from tests.ranking.governance.people import actor, set_policy, written
from tests.ranking.rule_shop import build_shop, fresh_process
from tests.ranking.rule_words import boost, clause, group, on_query, pin, show_only


@pytest.fixture(autouse=True)
def shop(db):
    """L2, L4 and L6 are nord, the shop's own brand; at most one of the first four."""
    build_shop()
    set_policy(own_brands=["nord"])
    ShareCap.objects.create(policy=RulePolicy.objects.get(market=""), places=4, percent=25)
    yield
    fresh_process()


def slot(position: int, until: int, *target: dict) -> dict:
    return {"type": "slot", "position": position, "until": until, "target": list(target)}


@pytest.mark.parametrize(
    ("actions", "path"),
    [
        ([pin("L2", 1), pin("L4", 2)], "actions.0.sku"),
        ([pin("L1", 1), pin("L4-V", 2), pin("L6", 3)], "actions.1.sku"),
        ([slot(1, 2, clause("brand", "nord"))], "actions.0.target"),
        ([pin("L2", 1), slot(4, 6, clause("brand", "nord"), clause("in_stock", "true"))], "actions.0.sku"),
        ([show_only(clause("brand", "nord"))], "actions.0.filters"),
        ([group("Ours", clause("brand", "nord"), size=2)], "actions.0.target"),
        ([group("自有品牌", clause("sku", "L2", "L4", "C1"), size=3, position=2)], "actions.0.target"),
        ([group("Mixed", clause("sku", "L2", "L4", "L1"), size=3)], "actions.0.target"),
        ([group("One", clause("sku", "L2"), size=4), pin("L4", 2)], "actions.0.target"),
        ([pin("L4", 1), group("Ours", clause("brand", "nord"), size=4, position=4)], "actions.0.sku"),
        ([{**slot(1, 2), "target": [clause("sku", "L2", "L4", "L6")]}], "actions.0.target"),
    ],
    ids=[
        "pins",
        "a variant's pin",
        "places",
        "both together",
        "show only",
        "a block",
        "a block of named products",
        "a block that cannot be filled otherwise",
        "a block and a pin",
        "a block's first product",
        "named for places",
    ],
)
def test_what_surely_breaks_a_cap_is_refused_at_save(actions, path):
    with pytest.raises(RuleRefused) as refused:
        create_rule(written(*actions), actor=actor("mei"))
    message = refused.value.extra["errors"][path]
    assert "own brands at most 25 % of the first 4" in message
    assert not Rule.objects.exists()


@pytest.mark.parametrize(
    "actions",
    [
        [pin("L2", 1), pin("L1", 2)],
        [pin("L2", 5), pin("L4", 6), pin("L6", 7)],
        [slot(1, 2, clause("brand", "nord", "lumo"))],
        [show_only(clause("brand", "nord", exclude=True))],
        [boost(100, clause("brand", "nord"))],
        [pin("gone", 1)],
        [group("Ours", clause("brand", "nord"), size=1), pin("L1", 1)],
        [group("Ours", clause("brand", "nord"), size=4, position=5)],
        [group("Words may find others", words="lamp", size=4)],
        [group("Others may come first", clause("sku", "L1", "L2", "L3", "L4"), size=2)],
        [group("Others", clause("brand", "lumo"), size=3), pin("L2", 1), pin("L4", 2)],
        [group("One", clause("brand", "nord"), size=1, position=4), pin("L2", 4)],
    ],
    ids=[
        "within",
        "further down",
        "any of several brands",
        "all but the own",
        "a boost may",
        "not in the catalog",
        "a block of one",
        "a block further down",
        "a block of words",
        "a block of several kinds",
        "pins that a block moves back",
        "a pin behind a block",
    ],
)
def test_what_need_not_break_one_is_saved(actions):
    assert create_rule(written(*actions), actor=actor("mei")).status == "draft"


def test_a_boost_that_breaks_it_in_its_own_example_does_not_go_live():
    me = actor("mei")
    rule = create_rule(written(boost(100, clause("brand", "nord")), when=[on_query("lamp", match="is")]), actor=me)
    ShareCap.objects.update(places=3, percent=30)
    with pytest.raises(RuleRefused) as refused:
        workflow.publish(rule.pk, actor=me)
    assert "in a search for “lamp”" in refused.value.extra["errors"]["actions"]
    assert Rule.objects.get().status == "draft"


def test_a_gentle_boost_goes_live():
    me = actor("mei")
    rule = create_rule(written(boost(1, clause("brand", "nord")), when=[on_query("lamp", match="is")]), actor=me)
    assert workflow.publish(rule.pk, actor=me).status == "live"


def test_a_block_that_a_cap_holds_back_in_its_own_example_does_not_go_live():
    me = actor("mei")
    block = group("Lamps", words="lamp", size=4)
    rule = create_rule(written(block, when=[on_query("lamp", match="is")]), actor=me)
    with pytest.raises(RuleRefused) as refused:
        workflow.publish(rule.pk, actor=me)
    assert "in a search for “lamp”" in refused.value.extra["errors"]["actions"]


def test_caps_of_other_markets_do_not_count():
    ShareCap.objects.all().delete()
    policy = set_policy("cn", own_brands=["nord"])
    ShareCap.objects.create(policy=policy, places=2, percent=50)
    pins = (pin("L2", 1), pin("L4", 2))
    assert not find_cap_errors(written(*pins, markets=["de"]))
    assert find_cap_errors(written(*pins, markets=["cn", "de"]))
    assert find_cap_errors(written(*pins))
