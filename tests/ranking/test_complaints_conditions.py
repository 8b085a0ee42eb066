"""What users of other engines complain of about conditions and conflicts, complaints 11 to 19, cannot happen here."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from rest_framework.test import APIClient

from ranking.contracts import Filter
from tests.ranking.rule_shop import ask, build_shop, fresh_process, save_rule, skus
from tests.ranking.rule_words import ALWAYS, boost, clause, compiled, hide, match, on_query, pin, show_only

BLUE = Filter("colour", ("blue",))
RED = Filter("colour", ("red",))
NORD = Filter("brand", ("nord",))


@pytest.fixture
def shop(db: None) -> Iterator[None]:
    fresh_process()
    build_shop()
    with translation.override("en"):
        yield
    fresh_process()


def holds(condition: dict[str, Any], query: str = "", **fields: Any) -> bool:
    return bool(match(compiled(when=[condition]), query=query, **fields).pins)


# 11: typesense#2482, `q=*` triggers an unrelated override


@pytest.mark.parametrize("star", ["*", "＊", "**", "* *"])
@pytest.mark.parametrize(
    "condition",
    [
        on_query("lamp"), on_query("星"), on_query("灯", match="fuzzy"), on_query("lamp", typos=True),
        on_query("lamp*", match="expression"), on_query("lamp OR 灯*", match="expression"),
        on_query("lamp", synonyms=True),
    ],
)  # fmt: skip
def test_complaint_11_a_star_triggers_no_unrelated_rule(condition: dict[str, Any], star: str) -> None:
    assert not holds(condition, star)


def test_complaint_11_a_star_leaves_the_page_as_it_is_without_rules(shop: None) -> None:
    plain = skus(ask("*"))
    save_rule(pin("C2", 1), when=[on_query("chair", match="fuzzy", synonyms=True)])
    save_rule(pin("C1", 1), when=[on_query("chair* OR 椅子", match="expression")])
    assert skus(ask("*")) == plain


# 12: typesense#2489, a rule fires on a partial filter match


@pytest.mark.parametrize(
    ("chosen", "fires"),
    [
        ((RED,), True),
        ((Filter("colour", ("red", "blue")),), False),
        ((BLUE,), False),
        ((), False),
        ((Filter("colour", ("red",), exclude=True),), False),
        ((RED, NORD), True),
    ],
    ids=["exactly it", "it and another value", "another", "none", "left out", "beside another field"],
)
def test_complaint_12_exactly_these_values_is_not_a_partial_match(chosen: tuple[Filter, ...], fires: bool) -> None:
    condition = {"type": "filter", "field": "colour", "values": ["red"], "exactly": True}
    assert holds(condition, filters=chosen) is fires


def test_complaint_12_two_values_fire_only_on_both() -> None:
    condition = {"type": "filter", "field": "colour", "values": ["red", "blue"], "exactly": True}
    assert holds(condition, filters=(Filter("colour", ("blue", "red")),))
    assert not holds(condition, filters=(RED,))


# 13: typesense#2506, a sort override makes a filtered search return nothing


@pytest.mark.parametrize("sort", ["price_asc", "price_desc", "newest", "rating", "popularity"])
@pytest.mark.parametrize("filters", [(BLUE,), (BLUE, NORD), (Filter("price", minimum=15, maximum=45),)])
def test_complaint_13_a_rules_sort_order_loses_nothing_of_a_filtered_search(
    shop: None, sort: str, filters: tuple[Filter, ...]
) -> None:
    plain = ask(filters=filters)
    save_rule({"type": "sort", "sort": sort}, when=[{"type": "filter", "field": filters[0].field}])
    page = ask(filters=filters)
    assert page.sort == sort
    assert (page.total, sorted(skus(page))) == (plain.total, sorted(skus(plain)))
    assert page.total > 0


# 14: typesense#2531, the placeholder rule does not fire


@pytest.mark.parametrize("query", ["", "   ", "\t", "　"], ids=["nothing", "blanks", "tab", "wide blank"])
def test_complaint_14_the_rule_for_an_empty_query_fires(shop: None, query: str) -> None:
    save_rule(pin("C2", 1), when=[{"type": "query", "match": "empty"}])
    assert skus(ask(query))[0] == "C2"
    assert skus(ask("lamp"))[0] == "L1"


def test_complaint_14_it_fires_beside_filters_and_category_pages_too(shop: None) -> None:
    save_rule(pin("L6", 1), when=[{"type": "query", "match": "empty"}])
    assert skus(ask("", filters=(NORD,)))[0] == "L6"
    assert skus(ask("", category="home/lamps"))[0] == "L6"


# 15: typesense#1775, certain words cannot be exempted from a rule


@pytest.mark.parametrize(
    ("query", "fires"),
    [
        ("fantasy books", True), ("romance book", True), ("comic books", False), ("comics book", False),
        ("science fiction books used", False), ("奇幻 book", True), ("漫画 books", False), ("fantasy", False),
    ],
)  # fmt: skip
def test_complaint_15_certain_words_are_exempt(query: str, fires: bool) -> None:
    exempting = on_query('book AND NOT (comic OR "science fiction" OR 漫画)', match="expression")
    assert holds(exempting, query) is fires
    rows = [on_query("book"), on_query("comic", "science fiction", "漫画", negate=True)]
    assert bool(match(compiled(when=rows), query=query).pins) is fires


# 16: typesense#1827, patterns, and values that the catalogue does not have


@pytest.mark.parametrize(
    ("pattern", "query", "fires"),
    [
        ("^iphone AND (14* OR 15*)", "iphone 14pro case", True),
        ("^iphone AND (14* OR 15*)", "iphone 13", False),
        ("^iphone AND (14* OR 15*)", "case for iphone 14", False),
        ("(red OR blue) lamp$", "big blue lamp", True),
        ("(red OR blue) lamp$", "green lamp", False),
        ("phone*", "phonecase", True),
        ("phone*", "headphone", False),
        ("手机* 与 非 膜$", "智能手机壳", True),
        ("手机* 与 非 膜$", "手机 膜", False),
    ],
)
def test_complaint_16_patterns_can_be_written(pattern: str, query: str, fires: bool) -> None:
    assert holds(on_query(pattern, match="expression"), query) is fires


def test_complaint_16_a_value_that_the_catalogue_lacks_is_ignored_and_breaks_nothing(shop: None) -> None:
    plain = skus(ask())
    save_rule(
        boost(80, clause("brand", "gone")), hide(clause("no-such-attribute", "x")), pin("NO-SUCH-SKU", 1),
        when=[on_query("lamp OR nosuchword*", match="expression")],
    )  # fmt: skip
    assert skus(ask()) == plain
    save_rule(pin("L6", 1), when=[{"type": "filter", "field": "brand", "values": ["gone", "nord"]}])
    assert skus(ask(filters=(NORD,)))[0] == "L6"
    assert skus(ask("lamp of brand gone", filters=(Filter("brand", ("lumo",)),)))[0] != "L6"


# 17: typesense#2373, a sort order per store needs one rule per store


def test_complaint_17_one_rule_serves_several_stores_and_others_have_their_own_order(shop: None) -> None:
    save_rule({"type": "sort", "sort": "price_asc"}, when=[{"type": "market", "values": ["cn", "hk", "tw"]}])
    save_rule({"type": "sort", "sort": "price_desc"}, when=[ALWAYS], priority=200)
    assert [ask(market=market).sort for market in ("cn", "hk", "tw")] == ["price_asc"] * 3
    assert [ask(market=market).sort for market in ("us", "")] == ["price_desc"] * 2
    assert ask(market="cn", sort="newest", sort_chosen=True).sort == "newest", "the shopper's choice goes first"


# 18: elasticsearch#97250 and #105365, rules that match together raise an error


EVERY_KIND: list[dict[str, Any]] = [
    pin("L6", 1), {"type": "slot", "target": [clause("brand", "nord")], "position": 2, "until": 3},
    boost(40, clause("brand", "lumo")), hide(clause("sku", "L1")), show_only(clause("category", "home")),
    {"type": "sort", "sort": "price_asc"}, {"type": "banner", "title_en": "Sale"}, {"type": "redirect", "url": "/c/a/"},
    {"type": "facets", "first": ["brand"]}, {"type": "replace", "words": ["lamp"], "by": "lamp light"},
]  # fmt: skip
MATCHING = [
    ALWAYS, on_query("lamp"), on_query("lamp", match="fuzzy"), on_query("lamp OR 灯", match="expression"),
    on_query("light", negate=True), {"type": "segment", "values": ["vip"]}, {"type": "results", "at_most": 1000},
    {"type": "category", "keys": ["home"]}, {"type": "filter", "field": "colour"},
]  # fmt: skip


def test_complaint_18_any_two_rules_of_any_kind_match_one_search_without_an_error(shop: None) -> None:
    search = {"segments": ("vip",), "category": "home/lamps", "filters": (BLUE,), "explain": True}
    for number, (one, two) in enumerate(itertools.combinations_with_replacement(EVERY_KIND, 2)):
        when = [MATCHING[number % len(MATCHING)]]
        drafts = tuple(
            {"name": name, "conditions": when, "actions": [act]} for name, act in (("one", one), ("two", two))
        )
        page = ask(draft_rules=drafts, **search)
        outcomes = [item["status"] for item in (page.ledger or {})["rules"]]
        assert outcomes.count("matched") == 2, (number, outcomes)


def test_complaint_18_rules_may_hold_by_meaning_and_by_letters_at_once(shop: None) -> None:
    save_rule(pin("L2", 1), when=[on_query("lamp", match="fuzzy", synonyms=True)])
    save_rule(pin("L3", 2), when=[{"type": "detected", "field": "brand", "values": ["nord"], "negate": True}])
    assert skus(ask("lanp"))[:2] == ["L2", "L3"]


# 19: querqy#32 and #53, choosing among many rules that match


def test_complaint_19_of_many_matching_rules_priority_then_age_decides_and_the_losers_are_named(shop: None) -> None:
    rules = [
        save_rule(pin(f"L{n}", 1), when=[on_query("lamp")], priority=50 - n, name=f"rule {n}") for n in range(1, 7)
    ]
    page = ask(explain=True)
    assert skus(page)[0] == "L6"
    beaten = [item for item in (page.ledger or {})["rules"] if item["status"] == "beaten"]
    assert {item["name"] for item in beaten} == {f"rule {n}" for n in range(1, 6)}
    assert {item["beaten_by"] for item in beaten} <= {str(rule.pk) for rule in rules}
    assert skus(ask()) == skus(ask()), "the same every time"


def test_complaint_19_a_level_is_closed_by_the_rule_that_stops_the_later_ones(shop: None) -> None:
    save_rule(pin("L3", 1), when=[on_query("lamp AND NOT desk", match="expression")], priority=1, stop_processing=True)
    save_rule(pin("L4", 2), when=[on_query("lamp")], priority=2, name="general")
    page = ask(explain=True)
    assert skus(page)[:2] == ["L3", "L1"]
    (loser,) = [item for item in (page.ledger or {})["rules"] if item["status"] == "beaten"]
    assert (loser["name"], "no later rule" in loser["reason"]) == ("general", True)


# Segments, as in the story of the 双11: the same rule over REST and in the shop


def give_vip(request: Any) -> tuple[str, ...]:
    return ("vip",) if request.COOKIES.get("customer") == "known" else ()


def test_a_rule_for_a_segment_and_a_market_fires_over_rest_and_in_the_storefront(
    shop: None, client: Client, settings: Any
) -> None:
    settings.STOREFRONT_SEGMENTS = f"{__name__}.give_vip"
    settings.STOREFRONT_MARKET = "cn"
    settings.SEARCH_API_PUBLIC = True
    save_rule(pin("L6", 1), when=[{"type": "segment", "values": ["vip"]}, {"type": "market", "values": ["cn"]}])
    asked = {"q": "lamp", "collapse": "0", "market": "cn"}

    def first_on_page() -> str:
        page = client.get("/search/?q=lamp&collapse=0").content.decode()
        return page.split('href="/p/')[1].split("/")[0]

    def first_over_rest(**more: str) -> str:
        answer = APIClient().get("/api/v1/search", {**asked, **more}).json()
        return str(answer["hits"][0]["product"]["sku"])

    assert (first_on_page(), first_over_rest()) == ("L1", "L1")
    client.cookies["customer"] = "known"
    assert (first_on_page(), first_over_rest(segments="vip,new")) == ("L6", "L6")
    settings.STOREFRONT_MARKET = "us"
    assert (first_on_page(), first_over_rest(segments="vip", market="us")) == ("L1", "L1")


def test_a_rule_of_several_windows_for_a_segment_is_previewed_at_any_moment(shop: None) -> None:
    windows = [
        {"from": "2026-11-11T00:00", "until": "2026-11-12T00:00", "timezone": "Asia/Shanghai"},
        {"from": "2026-12-12T00:00", "until": "2026-12-13T00:00", "timezone": "Asia/Shanghai"},
    ]
    save_rule(pin("L6", 1), when=[{"type": "segment", "values": ["new"]}], windows=windows)
    for moment, fires in (("2026-11-10T15:59", False), ("2026-11-10T16:00", True), ("2026-12-12T12:00", True)):
        now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        assert (skus(ask(segments=("new",), now=now))[0] == "L6") is fires
        assert skus(ask(now=now))[0] == "L1"
