"""Shoppers' searches are counted, whatever door they come by; what somebody tries out is not."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client, override_settings

from ranking.contracts import SearchRequest
from ranking.models import QueryDay, RuleDay
from ranking.pipeline import search
from ranking.query_log import sums
from ranking.query_log.writer import write_counts
from tests.ranking.rule_shop import ask, build_shop, save_rule
from tests.ranking.rule_words import boost, clause, on_query, pin

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop(db: None) -> None:
    sums.take()
    build_shop()


def logged(**only: Any) -> dict[str, tuple[int, int, int, int]]:
    write_counts()
    rows = QueryDay.objects.filter(**only)
    return {row.query: (row.searches, row.zero_results, row.relaxed, row.last_total) for row in rows}


def counted(query: str = "lamp", **fields: Any) -> None:
    search(SearchRequest(query=query, **{"collapse": False, **fields}), count=True)


def test_equal_words_are_one_row_a_day() -> None:
    counted("Lamp")
    counted(" lamp ")
    write_counts()
    counted("lamp")
    assert logged() == {"lamp": (3, 0, 0, 6)}


def test_language_market_and_category_are_kept_apart() -> None:
    counted("灯具", locale="zh")
    counted("灯具", locale="en")
    counted("", category="home/lamps", market="de")
    write_counts()
    found = set(QueryDay.objects.values_list("query", "locale", "market", "category"))
    assert found == {("灯具", "zh", "", ""), ("灯具", "en", "", ""), ("", "en", "de", "home/lamps")}


def test_what_nothing_held_counts_as_zero_and_what_was_let_go_as_relaxed() -> None:
    counted("zzqqxx")
    counted("电饭煲", locale="zh")
    counted("purple lamp")
    found = logged()
    assert found["zzqqxx"] == (1, 1, 0, 0)
    assert found["电饭煲"][:2] == (1, 1)
    assert found["purple lamp"] == (1, 1, 1, 6)


def test_a_filter_that_leaves_nothing_is_not_a_missing_product() -> None:
    from ranking.contracts import Filter  # noqa: PLC0415

    counted("lamp", filters=(Filter("price", minimum=9000),))
    assert logged() == {"lamp": (1, 0, 0, 0)}


def test_a_redirect_answers_what_would_have_found_nothing() -> None:
    save_rule({"type": "redirect", "url": "/c/home/"}, when=[on_query("zzqqxx")])
    counted("zzqqxx")
    assert logged()["zzqqxx"][:2] == (1, 0)


@pytest.mark.parametrize(
    "fields",
    [
        {"explain": True},
        {"page": 2, "page_size": 2},
        {"now": datetime(2026, 11, 11, tzinfo=UTC)},
        {"without_rules": ("all",)},
        {"draft_weights": {"bm25": 1.0}},
    ],
    ids=["explained", "second page", "another date", "without rules", "draft weights"],
)
def test_what_is_tried_out_is_not_counted(fields: dict[str, Any]) -> None:
    counted("lamp", **fields)
    assert logged() == {}


def test_a_search_by_other_code_is_not_counted() -> None:
    ask("lamp")
    assert logged() == {}


@override_settings(SEARCH_API_PUBLIC=True)
def test_rest_and_storefront_count_shoppers_and_not_the_staff(client: Client) -> None:
    client.get("/api/v1/search?q=lamp")
    client.get("/search/?q=lamp")
    client.get("/c/home/lamps/")
    client.get("/")
    assert {query: row[0] for query, row in logged().items()} == {"lamp": 2, "": 1}
    client.force_login(User.objects.create_superuser("anna"))
    client.get("/api/v1/search?q=lamp")
    client.get("/search/?q=lamp")
    assert logged(query="lamp")["lamp"][0] == 2


def counts_of(rule: Any) -> tuple[int, int, int]:
    write_counts()
    row = RuleDay.objects.filter(rule_id=rule.pk).first()
    return (row.matched, row.beaten, row.held_out) if row else (0, 0, 0)


def test_rules_are_counted_where_their_conditions_hold() -> None:
    lamps = save_rule(pin("L6", 1), when=[on_query("lamp")])
    chairs = save_rule(pin("C1", 1), when=[on_query("chair")])
    counted("lamp")
    counted("lamp")
    assert counts_of(lamps) == (2, 0, 0)
    assert counts_of(chairs) == (0, 0, 0)


def test_a_rule_behind_one_that_stops_is_beaten() -> None:
    save_rule(pin("L6", 1), priority=1, stop_processing=True)
    late = save_rule(pin("L5", 1), priority=2)
    counted("lamp")
    assert counts_of(late) == (1, 1, 0)


def test_a_rule_that_keeps_some_effect_is_not_beaten() -> None:
    save_rule({"type": "sort", "sort": "price_asc"}, priority=1)
    partly = save_rule(boost(20, clause("brand", "nord")), pin("L5", 1, obey_sort=False), priority=2)
    wholly = save_rule(boost(20, clause("brand", "nord")), priority=3)
    counted("lamp")
    assert counts_of(partly) == (1, 0, 0)
    assert counts_of(wholly) == (1, 1, 0)


def test_held_out_shoppers_are_counted_apart() -> None:
    rule = save_rule(pin("L6", 1), holdout_share=0.5)
    for number in range(40):
        counted("lamp", shopper_id=f"shopper {number}")
    matched, beaten, held_out = counts_of(rule)
    assert matched + held_out == 40
    assert beaten == 0
    assert 5 < held_out < 35


def test_a_deleted_rule_keeps_its_counts() -> None:
    rule = save_rule(pin("L6", 1))
    counted("lamp")
    write_counts()
    key = rule.pk
    rule.delete()
    assert RuleDay.objects.get(rule_id=key).matched == 1
