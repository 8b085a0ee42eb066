"""Conflicts told to whoever writes a rule: by REST before saving, in the admin after."""

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.live_versions import bump_version
from ranking.merchandising.schema import parse_rule, to_columns
from ranking.models import Synonym
from ranking.rule_conflicts import check_conflicts
from tests.ranking.rule_shop import build_shop, fresh_process, save_rule
from tests.ranking.rule_words import clause, document, hide, on_query, pin, show_only
from tests.ranking.test_rules_api import client_with


@pytest.fixture(autouse=True)
def shop(db):
    fresh_process()
    build_shop()
    yield
    fresh_process()


ELEVEN = [{"from": "2036-11-11T00:00", "until": "2036-11-12T00:00", "timezone": "Asia/Shanghai"}]


def check(*actions, **fields):
    return check_conflicts(parse_rule(document(*actions, **{"status": "live", **fields})))


def test_a_future_campaign_collides_with_a_standing_pin_and_the_example_says_when():
    save_rule(pin("L1", 1), when=[on_query("lamp")], name="Standing", priority=10)
    (conflict,) = check(pin("L2", 1), when=[on_query("desk lamp")], windows=ELEVEN, priority=20)
    assert (conflict["kind"], conflict["winner"]["name"]) == ("position", "Standing")
    assert conflict["example"]["q"] == "desk lamp"
    assert conflict["example"]["now"] == "2036-11-10T16:00:00+00:00"
    assert "“Standing” gets it" in conflict["message"]


@pytest.mark.parametrize(
    ("standing", "collides"),
    [
        pytest.param(hide(clause("brand", "lumo")), True, id="its brand is hidden"),
        pytest.param(hide(clause("brand", "nord")), False, id="another brand is hidden"),
        pytest.param(show_only(clause("colour", "blue")), True, id="outside show only"),
        pytest.param(show_only(clause("colour", "red")), False, id="inside show only"),
    ],
)
def test_whether_a_product_is_meant_is_read_from_the_index(standing, collides):
    save_rule(standing)
    assert bool(check(pin("L1", 2))) is collides


def test_a_product_that_is_not_sold_gives_no_alarm():
    save_rule(hide(clause("brand", "lumo")))
    assert check(pin("GONE", 2)) == []


def test_a_rule_does_not_collide_with_itself():
    rule = save_rule(pin("L1", 1))
    assert check(pin("L2", 1), id=str(rule.pk)) == []


def test_rest_tells_conflicts_before_saving():
    save_rule(pin("L1", 1), name="Standing")
    answer = client_with("admin").post("/api/v1/rules/validate", document(pin("L2", 1), status="live"))
    assert answer.status_code == 200, answer.content
    assert [item["kind"] for item in answer.json()["conflicts"]] == ["position"]


def test_the_admin_warns_after_saving_and_saves_all_the_same(client):
    save_rule(pin("L1", 1), name="Standing")
    client.force_login(get_user_model().objects.create_superuser("boss", "b@example.org", "x"))
    columns = to_columns(parse_rule(document(pin("L2", 1), status="live", name="Mine")))
    form = {name: columns[name] for name in ("name", "status", "priority")}
    lists = {"conditions": '[{"type": "always"}]', "actions": '[{"type": "pin", "sku": "L2", "position": 1}]'}
    answer = client.post(reverse("admin:ranking_rule_add"), {**form, **lists, "windows": "[]"}, follow=True)
    told = [str(message) for message in answer.context["messages"]]
    assert any("Conflict with “Standing”" in message for message in told), told


@pytest.mark.parametrize(
    ("kind", "words", "alternatives", "collides"),
    [
        ("two_way", ["lamp", "lantern"], [], True),
        ("one_way", ["lantern"], ["lamp"], True),
        ("one_way", ["lamp"], ["lantern"], False),
    ],
    ids=["each for the other", "as stored", "not back"],
)
def test_rules_that_meet_by_the_live_synonym_list_collide(kind, words, alternatives, collides):
    Synonym.objects.create(kind=kind, words=words, alternatives=alternatives)
    bump_version("synonyms")
    save_rule(pin("L1", 1), when=[on_query("lamp", negate=True)])
    found = check(pin("L2", 1), when=[on_query("lamp", synonyms=True)])
    assert [conflict["example"]["q"] for conflict in found] == (["lantern"] if collides else [])


def test_a_collision_on_empty_pages_says_that_nothing_is_found():
    save_rule({"type": "redirect", "url": "/a/"}, when=[{"type": "results"}])
    (conflict,) = check({"type": "redirect", "url": "/b/"}, when=[on_query("lamp OR 灯", match="expression")])
    assert conflict["example"]["found"] == 0
    assert "nothing is found" in conflict["message"]


def test_the_products_of_all_rivals_are_looked_up_in_one_statement():
    for number in range(1, 5):
        save_rule(pin(f"L{number}", number), when=[on_query("lamp")], name=f"pins {number}")
        save_rule(hide(clause("sku", f"C{number}")), when=[on_query("lamp")], name=f"hides {number}")
    with CaptureQueriesContext(connection) as queries:
        found = check(hide(clause("brand", "lumo")), pin("C1", 9), when=[on_query("desk lamp")])
    assert {(conflict["kind"], conflict["about"]) for conflict in found} == {
        ("removed", "L1"), ("removed", "L3"), ("removed", "C1"),
    }  # fmt: skip
    assert sum("catalog_variant WHERE sku = ANY" in query["sql"] for query in queries) == 1


def test_no_product_is_looked_up_where_neither_rule_takes_any_away():
    save_rule(pin("L1", 1), when=[on_query("lamp")], name="pins")
    save_rule(hide(clause("sku", "L3")), when=[on_query("lamp")], name="hides")
    with CaptureQueriesContext(connection) as queries:
        (found,) = check(pin("L2", 1), when=[on_query("lamp")])
    assert found["kind"] == "position"
    (asked,) = [query["sql"] for query in queries if "catalog_variant WHERE sku = ANY" in query["sql"]]
    assert ("L3" in asked, "L1" in asked) == (True, False)


def test_rules_on_other_words_are_not_even_compared(monkeypatch):
    for number in range(5):
        save_rule(pin("L1", 1), when=[on_query(f"lamp {number}", f"台灯 {number}", match="is")])
    compared = []

    def count(rule, others, *rest, **options):
        compared.extend(others)
        return iter(())

    monkeypatch.setattr("ranking.rule_rivals.compare_rules", count)
    check(pin("L2", 1), when=[on_query("lamps 3", match="is")])
    assert len(compared) == 1
