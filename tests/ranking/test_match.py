"""Which rules hold for a search, who wins, and what is on record about the rest."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.contracts import Filter
from ranking.merchandising.book import build_book
from ranking.merchandising.match import match_rules
from tests.ranking.rule_words import ALWAYS, NOW, boost, clause, compiled, document, facts_of, match, on_query, pin


def holds(condition: dict[str, Any], query: str = "", **fields: Any) -> bool:
    return bool(match(compiled(when=[condition]), query=query, **fields).pins)


@pytest.mark.parametrize(
    ("condition", "query", "expected"),
    [
        pytest.param(on_query("laptop", match="is"), "Laptops", True, id="is-with-other-ending"),
        pytest.param(on_query("laptop", match="is"), "gaming laptop", False, id="is-not-longer-query"),
        pytest.param(on_query("laptop", match="is", use_analysis=False), "LAPTOP", True, id="is-literal-ignores-case"),
        pytest.param(on_query("laptop", match="is", use_analysis=False), "laptops", False, id="is-literal-ending"),
        pytest.param(on_query("gaming laptop"), "cheap gaming laptops 15", True, id="contains-phrase"),
        pytest.param(on_query("gaming laptop"), "laptop gaming", False, id="contains-wants-the-order"),
        pytest.param(on_query("cat"), "category", False, id="contains-whole-words"),
        pytest.param(on_query("cat", use_analysis=False), "category", False, id="contains-literal-whole-words"),
        pytest.param(on_query("c++", use_analysis=False), "learn c++ now", True, id="contains-literal-signs"),
        pytest.param(on_query("laptop", match="starts"), "laptop bag", True, id="starts"),
        pytest.param(on_query("laptop", match="starts"), "bag for laptop", False, id="starts-not-at-end"),
        pytest.param(on_query("laptop", match="ends"), "bag for laptop", True, id="ends"),
        pytest.param(on_query("laptop", match="ends"), "laptop bag", False, id="ends-not-at-start"),
        pytest.param(on_query("耳机"), "无线蓝牙耳机降噪", True, id="zh-contains"),
        pytest.param(on_query("耳機"), "无线耳机", True, id="zh-traditional-value"),
        pytest.param(on_query("耳机"), "無線耳機", True, id="zh-traditional-query"),
        pytest.param(on_query("打印机", match="starts"), "打印机墨盒", True, id="zh-starts"),
        pytest.param(on_query("墨盒", match="ends"), "打印机墨盒", True, id="zh-ends"),
        pytest.param(on_query("打印机", match="is"), "打印机", True, id="zh-is"),
        pytest.param(on_query("打印机", match="is"), "打印机墨盒", False, id="zh-is-not-longer"),
        pytest.param(on_query("米"), "玉米", False, id="zh-one-character-is-a-word"),
        pytest.param(on_query("ＬＡＰＴＯＰ"), "laptop", True, id="full-width"),
        pytest.param(on_query("fridge", "冰箱"), "双门冰箱", True, id="any-of-the-values"),
        pytest.param(on_query("case", negate=True), "laptop", True, id="negated"),
        pytest.param(on_query("case", negate=True), "laptop case", False, id="negated-found"),
        pytest.param({"type": "query", "match": "empty"}, "   ", True, id="empty"),
        pytest.param({"type": "query", "match": "empty"}, "lamp", False, id="empty-with-words"),
        pytest.param({"type": "query", "match": "any"}, "lamp", True, id="any-words"),
        pytest.param({"type": "query", "match": "any"}, "", False, id="any-without-words"),
        pytest.param(on_query("星"), "*", False, id="complaint-11-star-triggers-nothing-else"),
        pytest.param(on_query("x"), "*", False, id="complaint-11-star-en"),
        pytest.param({"type": "query", "match": "empty"}, "", True, id="complaint-14-empty-query-rule-fires"),
        pytest.param(on_query("a"), "\x00😀' OR 1=1 --", False, id="strange-query"),
    ],
)
def test_query_conditions(condition, query, expected):
    assert holds(condition, query) is expected


RED = (Filter("colour", ("red",)),)
RED_BLUE = (Filter("colour", ("red", "blue")),)
PRICE = (Filter("price", (), 1, 2),)
WANTS_RED = {"type": "filter", "field": "colour", "values": ["red"]}


@pytest.mark.parametrize(
    ("condition", "fields", "expected"),
    [
        pytest.param({"type": "category", "keys": ["home"]}, {"category": "home/lamps"}, True, id="category-below"),
        pytest.param({"type": "category", "keys": ["home"]}, {"category": "homeware"}, False, id="category-namesake"),
        pytest.param(
            {"type": "category", "keys": ["home"], "include_children": False}, {"category": "home/lamps"}, False,
            id="category-alone",
        ),
        pytest.param(
            {"type": "category", "keys": ["home"]}, {"filters": (Filter("category", ("home/lamps",)),)}, True,
            id="category-as-filter",
        ),
        pytest.param({"type": "category", "keys": ["家居"]}, {"category": "家居/灯具"}, True, id="category-zh"),
        pytest.param({"type": "filter", "field": "colour"}, {"filters": RED}, True, id="filter-any-value"),
        pytest.param({"type": "filter", "field": "price"}, {"filters": PRICE}, True, id="filter-range"),
        pytest.param(WANTS_RED, {"filters": RED_BLUE}, True, id="filter-one-of"),
        pytest.param(
            {**WANTS_RED, "exactly": True}, {"filters": RED_BLUE}, False,
            id="complaint-12-exactly-means-exactly",
        ),
        pytest.param(
            {**WANTS_RED, "exactly": True}, {"filters": RED}, True,
            id="filter-exactly",
        ),
        pytest.param({"type": "filter", "field": "colour", "negate": True}, {}, True, id="filter-not-chosen"),
        pytest.param({"type": "sort", "values": ["price_asc"]}, {"sort": "price_asc"}, True, id="sort"),
        pytest.param({"type": "market", "values": ["cn"]}, {"market": "us"}, False, id="market"),
        pytest.param({"type": "locale", "values": ["zh"]}, {"locale": "zh"}, True, id="locale"),
        pytest.param({"type": "segment", "values": ["vip", "new"]}, {"segments": ("new",)}, True, id="segment"),
        pytest.param({"type": "device", "values": ["phone"]}, {"device": "desktop"}, False, id="device"),
        pytest.param(ALWAYS, {}, True, id="always"),
    ],
)  # fmt: skip
def test_other_conditions(condition, fields, expected):
    assert holds(condition, **fields) is expected


def test_all_conditions_must_hold():
    rule = compiled(when=[on_query("lamp"), {"type": "category", "keys": ["home"]}])
    assert match(rule, query="lamp", category="home").pins
    assert not match(rule, query="lamp").pins
    assert not match(rule, query="chair", category="home").pins


def test_complaint_7_one_rule_that_holds_does_not_bring_the_pins_of_others():
    lamps = compiled(pin("L", 1), when=[on_query("lamp")], name="lamps")
    chairs = compiled(pin("C", 1), when=[on_query("chair")], name="chairs")
    assert [effect.pin.sku for effect in match(lamps, chairs, query="lamp").pins] == ["L"]


def test_a_rule_of_another_market_or_language_does_not_hold():
    rule = compiled(markets=["cn"], locales=["zh"])
    assert match(rule, market="cn", locale="zh").pins
    assert not match(rule, market="us", locale="zh").pins
    assert not match(rule, market="cn", locale="en").pins


def statuses(matched) -> dict[str, str]:
    return {outcome.name: outcome.status for outcome in matched.outcomes}


def test_precedence_is_priority_then_age_then_id():
    ids = ["00000000-0000-0000-0000-00000000000" + digit for digit in "123"]
    young = compiled(pin("young", 1), priority=5, age=2, id=ids[0])
    old = compiled(pin("old", 1), priority=5, age=1, id=ids[2])
    twin = compiled(pin("twin", 1), priority=5, age=1, id=ids[1])
    first = compiled(pin("first", 1), priority=-1, age=9)
    assert [effect.pin.sku for effect in match(young, old, twin, first).pins] == ["first", "twin", "old", "young"]


def test_stop_processing_beats_every_later_rule_and_says_so():
    stopper = compiled(name="stopper", priority=1, stop_processing=True)
    later = compiled(name="later", priority=2)
    matched = match(later, stopper)
    assert statuses(matched) == {"stopper": "matched", "later": "beaten"}
    assert matched.outcomes[1].beaten_by == stopper.id
    assert len(matched.pins) == 1


def test_a_stopper_that_does_not_hold_stops_nothing():
    stopper = compiled(name="stopper", priority=1, stop_processing=True, when=[on_query("chair")])
    assert statuses(match(compiled(name="later"), stopper, query="lamp")) == {"later": "matched"}


def test_a_closed_window_leaves_the_rule_out_with_its_reason():
    rule = compiled(windows=[{"from": "2026-11-11T00:00", "timezone": "Asia/Shanghai"}])
    matched = match(rule)
    assert not matched.pins
    assert matched.outcomes[0].status == "inactive"
    assert match(rule, now=datetime(2026, 11, 10, 16, tzinfo=UTC)).pins


def test_complaint_23_a_future_date_can_be_previewed():
    rule = compiled(expires_at="2026-06-01T12:00:01+00:00")
    assert match(rule, now=NOW).pins
    assert not match(rule, now=datetime(2026, 6, 1, 12, 0, 1, tzinfo=UTC)).pins


def test_misses_are_named_only_when_asked_and_only_so_many():
    rules = [
        compiled(name=f"r{n}", when=[on_query(f"word{n}")], id=f"00000000-0000-0000-0000-0000000000{n:02}")
        for n in range(30)
    ]
    assert match(*rules, query="lamp").outcomes == ()
    explained = match(*rules, query="lamp", explain_limit=7).outcomes
    assert len(explained) == 7
    assert {outcome.status for outcome in explained} == {"not_matched"}
    assert "“word0”" in explained[0].reason


def test_a_shopper_in_the_holdout_group_never_sees_the_rule_and_a_preview_always_does():
    rule = compiled(holdout_share=0.5)
    seen = [bool(match(rule, shopper_id=f"s{n}").pins) for n in range(400)]
    assert 0.4 < sum(seen) / len(seen) < 0.6
    assert [bool(match(rule, shopper_id=f"s{n}").pins) for n in range(400)] == seen
    assert match(rule).pins


RULE_ID = "00000000-0000-0000-0000-000000000001"


def test_complaint_20_one_draft_is_tried_among_the_live_rules(db):
    live = compiled(pin("live", 1), name="live", id=RULE_ID)
    other = compiled(pin("other", 2), name="other")
    book = build_book([live, other])
    draft = document(pin("draft", 1), name="draft", id=RULE_ID)
    matched = match_rules(book, facts_of(), now=NOW, drafts=[draft])
    assert sorted(effect.pin.sku for effect in matched.pins) == ["draft", "other"]


@pytest.mark.parametrize(("without", "left"), [((RULE_ID,), ["other"]), (("all",), [])], ids=["one", "all"])
def test_rules_can_be_left_out(without, left):
    book = build_book([compiled(pin("live", 1), id=RULE_ID), compiled(pin("other", 2))])
    matched = match_rules(book, facts_of(), now=NOW, without=without)
    assert [effect.pin.sku for effect in matched.pins] == left


WORDS = st.sampled_from(["lamp", "lamps", "red", "desk", "耳机", "无线", "打印机墨盒", "12 V", "c++", "HP-15s"])
QUERIES = st.lists(WORDS, max_size=4).map(" ".join)


@given(
    query=QUERIES,
    value=st.lists(WORDS, min_size=1, max_size=2).map(" ".join),
    kind=st.sampled_from(["is", "starts", "ends", "contains"]),
    use_analysis=st.booleans(),
)
def test_the_index_never_loses_a_rule_that_holds(query, value, kind, use_analysis):
    rule = compiled(when=[on_query(value, match=kind, use_analysis=use_analysis)])
    facts = facts_of(query)
    assert (rule in build_book([rule]).find_candidates(facts)) or not all(test(facts) for test in rule.tests)


def test_boosts_of_all_rules_that_hold_are_kept():
    matched = match(compiled(boost(10, clause("brand", "a"))), compiled(boost(-20, clause("brand", "b"))))
    assert sorted(effect.strength for effect in matched.boosts) == [-20, 10]
