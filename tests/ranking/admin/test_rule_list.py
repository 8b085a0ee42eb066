"""The rule list finds words in either language by index, and counts only what somebody would count."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog import long_lists
from ranking.admin.rule_products import find_by_sku
from ranking.models import Rule
from tests.ranking.rule_shop import build_shop, save_rule

LIST = reverse("admin:ranking_rule_changelist")


@pytest.fixture(autouse=True)
def rules(db):
    save_rule(name="Lamps first", reason="Black Friday", tags=["winter sale", "灯"], priority=3)
    save_rule(name="双十一 手机", reason="促销", priority=2)
    save_rule(name="50% off_now", tags=["A'B"], priority=1, status="draft")


def names(client, **asked):
    return [rule.name for rule in client.get(LIST, asked).context["cl"].result_list]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        pytest.param("lamp", ["Lamps first"], id="part-of-a-name-in-any-case"),
        pytest.param("friday", ["Lamps first"], id="reason"),
        pytest.param("sale", ["Lamps first"], id="part-of-a-tag"),
        pytest.param("friday lamps winter", ["Lamps first"], id="every-word-somewhere"),
        pytest.param("friday phones", [], id="one-word-nowhere"),
        pytest.param('"black friday"', ["Lamps first"], id="phrase"),
        pytest.param('"friday black"', [], id="phrase-in-another-order"),
        pytest.param("手机", ["双十一 手机"], id="zh-two-characters"),
        pytest.param("双十一", ["双十一 手机"], id="zh-three-characters"),
        pytest.param("促销", ["双十一 手机"], id="zh-reason"),
        pytest.param("灯", ["Lamps first"], id="zh-one-character-of-a-tag"),
        pytest.param("50%", ["50% off_now"], id="percent-is-a-letter"),
        pytest.param("%", ["50% off_now"], id="percent-alone"),
        pytest.param("off_", ["50% off_now"], id="underscore-is-a-letter"),
        pytest.param("a'b", ["50% off_now"], id="quote"),
        pytest.param('"', [], id="a-quote-alone"),
    ],
)
def test_words_are_found_in_name_reason_and_tags(admin_client, words, found):
    assert names(admin_client, q=words) == found


def test_filters_and_words_go_together_in_order_of_precedence(admin_client):
    assert names(admin_client) == ["50% off_now", "双十一 手机", "Lamps first"]
    assert names(admin_client, status__exact="live", kind="pin") == ["双十一 手机", "Lamps first"]
    assert names(admin_client, status__exact="live", q="f") == ["Lamps first"]


def test_a_short_list_is_counted_and_has_page_numbers(admin_client, monkeypatch):
    monkeypatch.setattr("ranking.admin.rule.RuleAdmin.list_per_page", 2)
    page = admin_client.get(LIST)
    assert page.context["cl"].result_count == 3
    assert "across all pages" in page.content.decode()
    assert names(admin_client, p=2) == ["Lamps first"]


def test_a_long_list_is_paged_without_a_count(admin_client, monkeypatch):
    monkeypatch.setattr("ranking.admin.rule.RuleAdmin.list_per_page", 1)
    monkeypatch.setattr(long_lists, "MOST_COUNTED", 1)
    with CaptureQueriesContext(connection) as queries:
        page = admin_client.get(LIST, {"p": 2})
    assert not [query for query in queries if "COUNT(" in query["sql"] and "ranking_rule" in query["sql"]]
    text = page.content.decode()
    assert "Next" in text
    assert "across all pages" not in text
    assert [names(admin_client, p=number) for number in (1, 2, 3, 4)] == [
        ["50% off_now"], ["双十一 手机"], ["Lamps first"], [],
    ]  # fmt: skip


def test_a_bulk_action_still_changes_what_was_chosen(admin_client):
    chosen = Rule.objects.get(name="Lamps first")
    admin_client.post(LIST, {"action": "pause", "_selected_action": [str(chosen.pk)]})
    assert Rule.objects.get(pk=chosen.pk).status == "paused"


def test_products_are_picked_by_the_beginning_of_an_sku_in_any_case():
    build_shop()
    found = find_by_sku("l", limit=3)
    assert len(found) == 3
    assert find_by_sku("l1-v", limit=3) == find_by_sku("L1", limit=1)
    assert find_by_sku("%", limit=3) == []
