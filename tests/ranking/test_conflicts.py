"""The conflict checker: planted conflicts are found with an example that holds, disjoint rules give no alarm, and no
random search meets a conflict that the checker missed.
"""

import itertools
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from catalog.text import analyse, normalise
from ranking.errors import RuleRefused
from ranking.merchandising.conflicts import find_conflicts, list_clashes
from ranking.merchandising.facts import Reading, Wording, make_facts
from ranking.merchandising.match import find_miss
from ranking.merchandising.meeting import find_meeting
from ranking.merchandising.page_wishes import resolve_wishes
from ranking.merchandising.pins import Pin, place_pins
from tests.ranking.rule_strategies import CONDITIONS, SEARCHES
from tests.ranking.rule_words import (
    ALWAYS,
    NOW,
    boost,
    clause,
    compiled,
    diversify,
    facts_of,
    group,
    hide,
    match,
    on_query,
    pin,
    show_only,
)


def window(start, until, zone="Asia/Shanghai"):
    return {"from": start, "until": until, "timezone": zone}


def when(kind, *values, **options):
    return {"type": kind, "values": list(values), **options}


def category(*keys, **options):
    return {"type": "category", "keys": list(keys), **options}


def layout(name):
    return {"type": "layout", "layout": name}


def synonym(word, other, **options):
    return {"type": "synonym", "words": [word], "alternatives": [other], **options}


def apart(word, *others):
    return {"type": "unassociate", "words": [word], "others": list(others)}


def replace_words(word, by):
    return {"type": "replace", "words": [word], "by": by}


def facets(**options):
    return {"type": "facets", **options}


def of(field, first=(), hide=()):
    return {"field": field, "first": list(first), "hide": list(hide)}


def expression(text, **options):
    return on_query(text, match="expression", **options)


ELEVEN = [window("2026-11-11T00:00", "2026-11-12T00:00")]
TWELVE = [window("2026-12-12T00:00", "2026-12-13T00:00")]
STAND_IN = {"on_missing": "substitute", "substitute": [clause("brand", "nord")]}
SLOT = {"type": "slot", "target": [clause("brand", "nord")], "position": 1, "until": 3}
# (conditions and fields of the first rule, of the second): both can hold in one search.
MEETING = [
    ([ALWAYS], {}, [ALWAYS], {}),
    ([on_query("lamp")], {}, [on_query("desk")], {}),
    ([on_query("lamp")], {}, [on_query("lamps", match="is")], {}),
    ([on_query("lamp", match="starts")], {}, [on_query("desk", match="ends")], {}),
    ([on_query("耳机")], {}, [on_query("无线")], {}),
    ([on_query("手机壳", match="is")], {}, [on_query("手机")], {}),
    ([on_query("耳機", match="is")], {}, [on_query("耳机", match="starts")], {}),
    ([on_query("red lamp", "blue lamp", match="is")], {}, [on_query("blue")], {}),
    ([on_query("lamp")], {}, [on_query("case", negate=True)], {}),
    ([on_query(match="any")], {}, [on_query("lamp")], {}),
    ([on_query(match="empty")], {}, [category("home")], {}),
    ([category("home/lamps")], {}, [category("home")], {}),
    ([category("home")], {}, [{"type": "filter", "field": "brand", "values": ["nord"]}], {}),
    ([{"type": "filter", "field": "brand", "values": ["nord"]}], {}, [{"type": "filter", "field": "brand"}], {}),
    (
        [{"type": "filter", "field": "brand", "values": ["nord", "lumo"], "exactly": True}],
        {},
        [{"type": "filter", "field": "brand", "values": ["lumo"]}],
        {},
    ),
    ([when("segment", "vip")], {}, [when("segment", "new", "vip")], {}),
    ([when("segment", "vip")], {}, [when("segment", "new")], {}),
    ([when("market", "cn", "us")], {}, [ALWAYS], {"markets": ["us"]}),
    ([ALWAYS], {"markets": ["cn"]}, [on_query("lamp")], {}),
    ([ALWAYS], {"locales": ["zh"]}, [when("locale", "en", negate=True)], {}),
    ([when("device", "phone")], {}, [when("device", "desktop", negate=True)], {}),
    ([when("sort", "price_asc")], {}, [ALWAYS], {}),
    ([ALWAYS], {"windows": ELEVEN}, [ALWAYS], {}),
    ([ALWAYS], {"windows": ELEVEN}, [ALWAYS], {"windows": [window("2026-11-10T10:00", "2026-11-11T06:00", "UTC")]}),
    ([ALWAYS], {"windows": ELEVEN}, [ALWAYS], {"expires_at": "2026-11-11T01:00:00+08:00"}),
    ([when("intent", "compare")], {}, [when("intent", "search", negate=True)], {}),
    ([{"type": "detected", "field": "brand", "values": ["nord"]}], {}, [on_query("lamp")], {}),
    (
        [{"type": "detected", "field": "size", "minimum": 100, "maximum": 150}],
        {},
        [{"type": "detected", "field": "size", "minimum": 140}],
        {},
    ),
    ([on_query("headphones", match="fuzzy")], {}, [on_query("hedphone", match="is", use_analysis=False)], {}),
    ([on_query("laptop", match="fuzzy")], {}, [on_query("leptap", match="fuzzy")], {}),
    ([on_query("手机壳", match="fuzzy")], {}, [on_query("手机客")], {}),
    ([on_query("bluetooth", match="fuzzy")], {}, [on_query("blue")], {}),
    ([on_query("charger", typos=True)], {}, [on_query("charger", negate=True)], {}),
    ([on_query("运动鞋", typos=True)], {}, [on_query("运动鞋", negate=True)], {}),
    ([expression("smartphone AND NOT (case OR 保护壳)")], {}, [on_query("phone case", negate=True)], {}),
    ([expression("lamp AND NOT “red lamp”")], {}, [on_query("red")], {}),
    ([expression("(手机 或 平板) 与 壳*")], {}, [expression("NOT (NOT 平板)")], {}),
    ([expression("phone*")], {}, [expression("NOT phone")], {}),
    ([expression("^lamp AND desk$")], {}, [expression("red OR blue")], {}),
    ([expression("NOT (lamp OR desk)")], {}, [expression("NOT chair")], {}),
    ([expression("NOT (red OR desk)")], {}, [on_query("lamp", match="starts"), on_query("shade", match="ends")], {}),
    ([{"type": "results"}], {}, [on_query("lamp")], {}),
    ([{"type": "results", "at_most": 3}], {}, [{"type": "results"}], {}),
]
# No search satisfies both.
DISJOINT = [
    ([on_query("lamp", match="is")], {}, [on_query("desk", match="is")], {}),
    ([on_query("lamp")], {}, [on_query("lamp", negate=True)], {}),
    ([on_query(match="empty")], {}, [on_query("lamp")], {}),
    ([on_query("手机", match="is")], {}, [on_query("手机壳")], {}),
    ([category("home/lamps", include_children=False)], {}, [category("home/lamps", negate=True)], {}),
    ([{"type": "filter", "field": "brand"}], {}, [{"type": "filter", "field": "brand", "negate": True}], {}),
    ([when("market", "cn")], {}, [when("market", "us")], {}),
    ([ALWAYS], {"markets": ["cn"]}, [ALWAYS], {"markets": ["us"]}),
    ([ALWAYS], {"locales": ["zh"]}, [ALWAYS], {"locales": ["en"]}),
    ([when("device", "phone")], {}, [when("device", "desktop")], {}),
    ([when("sort", "price_asc")], {}, [when("sort", "newest")], {}),
    ([when("segment", "vip")], {}, [when("segment", "vip", negate=True)], {}),
    ([when("intent", "compare")], {}, [when("intent", "ask")], {}),
    ([ALWAYS], {"windows": ELEVEN}, [ALWAYS], {"windows": [window("2026-11-12T00:00", "2026-11-13T00:00")]}),
    ([ALWAYS], {"windows": ELEVEN}, [ALWAYS], {"expires_at": "2026-11-10T15:59:59+00:00"}),
    ([ALWAYS], {"windows": [window("2020-01-01T00:00", "2021-01-01T00:00")]}, [ALWAYS], {}),
    ([on_query("headphones", match="fuzzy")], {}, [on_query("keyboards", match="fuzzy")], {}),
    ([on_query("cat", match="fuzzy")], {}, [on_query("car", match="fuzzy")], {}),
    ([on_query("iphone 14", match="fuzzy")], {}, [on_query("iphone 15", match="fuzzy")], {}),
    ([on_query("手机", match="fuzzy")], {}, [on_query("耳机", match="fuzzy")], {}),
    ([expression("lamp AND desk")], {}, [expression("NOT desk")], {}),
    ([expression("lamp OR desk")], {}, [expression("NOT (lamp OR desk)")], {}),
    ([expression("phone*")], {}, [expression("NOT phone*")], {}),
    ([expression("NOT lamp")], {}, [on_query(match="empty")], {}),
    (
        [{"type": "detected", "field": "size", "maximum": 100}],
        {},
        [{"type": "detected", "field": "size", "minimum": 140}, {"type": "detected", "field": "size", "negate": True}],
        {},
    ),
]
# (first actions, second actions, what the conflict is): cannot both be had.
CLASHING = [
    ([pin("A", 1)], [pin("B", 1)], "position"),
    ([pin("A", 1)], [pin("A", 4)], "product"),
    ([pin("A", 2)], [hide(clause("sku", "A"))], "removed"),
    ([pin("A", 2)], [show_only(clause("sku", "B"))], "removed"),
    ([SLOT], [pin("A", 2)], "position"),
    ([boost(40, clause("brand", "nord"))], [boost(-40, clause("brand", "nord"))], "opposed"),
    ([{"type": "redirect", "url": "/a/"}], [{"type": "redirect", "url": "/b/"}], "redirect"),
    ([{"type": "sort", "sort": "newest"}], [{"type": "sort", "sort": "rating"}], "sort"),
    ([layout("list")], [layout("comparison")], "layout"),
    ([synonym("lamp", "light")], [apart("lamp", "light")], "words"),
    ([synonym("沙发", "长椅")], [apart("沙发")], "words"),
    ([synonym("lamp", "light", weight=0.9)], [synonym("lamp", "light", weight=0.4, one_way=True)], "words"),
    ([replace_words("lamp", "light")], [replace_words("Lamp", "desk")], "words"),
    ([replace_words("灯", "台灯")], [replace_words("灯", "")], "words"),
    ([facets(first=["brand"])], [facets(hide=["brand"])], "facet"),
    ([facets(open=["colour"])], [facets(hide=["colour"])], "facet"),
    ([facets(values=[of("brand", first=["nord"])])], [facets(values=[of("brand", hide=["nord"])])], "facet"),
    ([facets(values=[of("brand", first=["nord"])])], [facets(hide=["brand"])], "facet"),
    ([pin("A", 1)], [pin("B", 1, soft=True)], "position"),
    ([pin("A", 2, soft=True)], [pin("B", 2)], "position"),
    ([pin("A", 1), pin("C", 2)], [pin("B", 2, soft=True)], "position"),
    ([SLOT], [pin("A", 3, soft=True)], "position"),
    ([pin("A", 4)], [pin("A", 2, soft=True)], "product"),
    ([pin("A", 2, soft=True)], [pin("A", 2)], "product"),
    ([pin("A", 1, **STAND_IN)], [pin("B", 1)], "position"),
    ([pin("A", 1, **STAND_IN)], [hide(clause("sku", "A"))], "removed"),
    ([boost(40, clause("brand", "nord"), by="position")], [boost(-40, clause("brand", "nord"))], "opposed"),
    ([diversify("brand")], [diversify("category")], "variety"),
]
AGREEING = [
    ([pin("A", 1)], [pin("B", 2)]),
    ([pin("A", 1)], [pin("A", 1)]),
    ([pin("A", 1)], [hide(clause("sku", "B"))]),
    ([pin("A", 1)], [show_only(clause("sku", "A", "B"))]),
    ([boost(40, clause("brand", "nord"))], [boost(60, clause("brand", "nord"))]),
    ([boost(40, clause("brand", "nord"))], [boost(-40, clause("brand", "lumo"))]),
    ([pin("A", 1)], [boost(40, clause("brand", "nord"))]),
    ([SLOT], [pin("A", 4)]),
    ([layout("list")], [layout("list")]),
    ([synonym("lamp", "light")], [synonym("lamp", "light")]),
    ([synonym("lamp", "light", one_way=True)], [apart("light", "lamp")]),
    ([apart("灯")], [apart("灯", "台灯")]),
    ([synonym("lamp", "light")], [replace_words("lamp", "desk")]),
    ([replace_words("lamp", "light")], [replace_words("lamp", "light")]),
    ([facets(first=["brand"])], [facets(first=["colour"], hide=["price"])]),
    ([facets(values=[of("brand", first=["nord"])])], [facets(values=[of("brand", first=["lumo"], hide=["x"])])]),
    ([facets(values=[of("brand", first=["nord"])])], [facets(values=[of("colour", hide=["nord"])])]),
    ([pin("A", 2)], [pin("B", 2, soft=True)]),
    ([pin("A", 2, soft=True)], [pin("B", 2, soft=True)]),
    ([pin("A", 2)], [pin("A", 3, soft=True)]),
    ([pin("A", 2, soft=True)], [pin("A", 3, soft=True)]),
    ([SLOT], [pin("A", 4, soft=True)]),
    ([pin("A", 1, **STAND_IN)], [pin("B", 2)]),
    ([diversify("brand")], [pin("A", 1)]),
    ([diversify("brand")], [diversify("brand")]),
    ([group("Nord", clause("brand", "nord"), position=1)], [pin("A", 1)]),
    ([group("Nord", clause("brand", "nord"))], [group("Lumo", clause("brand", "lumo"))]),
    ([boost(40, clause("brand", "nord"), by="position")], [boost(60, clause("brand", "nord"))]),
    ([pin("A", 1, windows=ELEVEN)], [pin("B", 1, windows=TWELVE)]),
]


def make_pair(conditions, actions):
    first_when, first_fields, second_when, second_fields = conditions
    first = compiled(*actions[0], when=first_when, id="00000000-0000-0000-0000-000000000001", **first_fields)
    second = compiled(*actions[1], when=second_when, id="00000000-0000-0000-0000-000000000002", **second_fields)
    return first, second


def holds_at(rule, witness):
    normalised = " ".join(normalise(witness.request.query).split())
    facts = make_facts(witness.request, normalised=normalised, terms=analyse(normalised))
    detected = {}
    for name, key in witness.detected:
        detected[name] = detected.get(name, frozenset()) | {key}
    facts = replace(facts, intent=witness.intent, detected=detected, numbers=witness.numbers, found=witness.found)
    return find_miss(rule, facts) is None and not rule.find_closed_reason(witness.at.timestamp())


PLANTED = [(conditions, CLASHING[number % len(CLASHING)]) for number, conditions in enumerate(MEETING * 3)]


@pytest.mark.parametrize(("conditions", "clash"), PLANTED, ids=range(len(PLANTED)))
def test_every_planted_conflict_is_found_and_its_example_holds(conditions, clash):
    first, second = make_pair(conditions, clash)
    (conflict,) = find_conflicts(first, [second], now=NOW)
    assert conflict.kind == clash[2]
    assert {conflict.winner.id, conflict.loser.id} == {first.id, second.id}
    assert holds_at(first, conflict.witness)
    assert holds_at(second, conflict.witness)


QUIET = [(conditions, CLASHING[number % len(CLASHING)][:2]) for number, conditions in enumerate(DISJOINT * 8)]
QUIET += [(conditions, AGREEING[number % len(AGREEING)]) for number, conditions in enumerate(MEETING * 3)]


@pytest.mark.parametrize(("conditions", "actions"), QUIET, ids=range(len(QUIET)))
def test_rules_that_never_meet_or_agree_give_no_alarm(conditions, actions):
    first, second = make_pair(conditions, actions)
    assert list(find_conflicts(first, [second], now=NOW)) == []


def test_there_are_as_many_planted_and_quiet_pairs_as_promised():
    assert len(PLANTED) >= 50
    assert len(QUIET) >= 200


def test_the_example_of_a_future_campaign_lies_in_its_window():
    first, second = make_pair(([ALWAYS], {"windows": ELEVEN}, [ALWAYS], {}), CLASHING[0])
    (conflict,) = find_conflicts(first, [second], now=NOW)
    assert conflict.witness.at == datetime(2026, 11, 10, 16, tzinfo=UTC)


def test_the_example_of_a_pin_with_its_own_dates_lies_in_them():
    actions = ([pin("A", 1, windows=TWELVE), pin("C", 7)], [pin("B", 1)])
    first, second = make_pair(([ALWAYS], {}, [ALWAYS], {}), actions)
    (conflict,) = find_conflicts(first, [second], now=NOW)
    assert conflict.witness.at == datetime(2026, 12, 11, 16, tzinfo=UTC)


def test_the_other_language_is_read_as_in_searches():
    first, second = make_pair(([on_query("手机", match="is")], {}, [on_query("phone", match="is")], {}), CLASHING[0])
    assert find_meeting(first, second, now=NOW) is None

    def read(words):
        return (Reading("translated", Wording("phone", ("phone",))),) if words == "手机" else ()

    assert find_meeting(first, second, now=NOW, read=read).request.query == "手机"


def test_a_rule_that_stops_later_ones_beats_them():
    first, second = make_pair(([ALWAYS], {"stop_processing": True, "priority": 1}, [ALWAYS], {}), AGREEING[0])
    (conflict,) = find_conflicts(first, [second], now=NOW)
    assert (conflict.kind, conflict.winner.id) == ("stopped", first.id)


def test_membership_of_products_is_asked_of_the_caller():
    actions = ([pin("A", 1)], [hide(clause("brand", "nord"))])
    first, second = make_pair(([ALWAYS], {}, [ALWAYS], {}), actions)
    assert list(find_conflicts(first, [second], now=NOW)) == []
    (conflict,) = find_conflicts(first, [second], now=NOW, holds=lambda sku, clauses: True)
    assert (conflict.kind, conflict.about) == ("removed", "A")


@hypothesis_settings(max_examples=400, deadline=None)
@given(one=CONDITIONS, two=CONDITIONS, asked=SEARCHES, found=st.sampled_from([None, 0, 2, 50]))
def test_no_search_meets_a_conflict_that_the_checker_missed(one, two, asked, found):
    first, second = make_pair((one, {}, two, {}), CLASHING[0])
    facts = replace(facts_of(asked.pop("query"), **asked), found=found)
    met = find_miss(first, facts) is None and find_miss(second, facts) is None
    assert list_clashes(first, second)
    witness = find_meeting(first, second, now=NOW)
    if met:
        assert witness is not None
    if witness is not None:
        assert holds_at(first, witness)
        assert holds_at(second, witness)


NAMES = st.sampled_from(["lamp", "lamps", "Lamp", "灯", "台灯", "light"])
KEYS = st.lists(st.sampled_from(["brand", "colour", "price"]), max_size=2, unique=True)
VALUES = st.lists(st.sampled_from(["red", "blue"]), max_size=2, unique=True)
ARRANGED = st.builds(
    lambda field, first, hidden: of(field, first, hidden), st.sampled_from(["brand", "colour"]), VALUES, VALUES
)
PAGE_ACTIONS = st.one_of(
    st.builds(layout, st.sampled_from(["grid", "list", "comparison"])),
    st.builds(
        lambda word, other, weight, one_way: synonym(word, other, weight=weight, one_way=one_way),
        NAMES, NAMES, st.sampled_from([0.5, 1.0]), st.booleans(),
    ),
    st.builds(lambda word, others: apart(word, *others), NAMES, st.lists(NAMES, max_size=1)),
    st.builds(replace_words, NAMES, st.sampled_from(["", "desk", "Desk", "桌"])),
    st.builds(
        lambda first, hidden, opened, values: facets(first=first, hide=hidden, open=opened, values=values),
        KEYS, KEYS, KEYS, st.lists(ARRANGED, max_size=1),
    ),
    st.builds(lambda zh: {"type": "redirect", "url": "/a/", "url_zh": zh}, st.sampled_from([None, "/b/"])),
    st.builds(lambda sort: {"type": "sort", "sort": sort}, st.sampled_from(["newest", "rating"])),
)  # fmt: skip


def is_whole(action):
    try:
        compiled(action)
    except RuleRefused:
        return False
    return True


@hypothesis_settings(max_examples=600, deadline=None)
@given(one=PAGE_ACTIONS.filter(is_whole), two=PAGE_ACTIONS.filter(is_whole))
def test_no_page_meets_a_conflict_that_the_checker_missed(one, two):
    """What a rule loses to another at search time is what the checker tells beforehand, of just these two."""
    first, second = make_pair(([ALWAYS], {}, [ALWAYS], {}), ([one], [two]))
    lost = {outcome.rule_id for outcome in resolve_wishes(match(first, second)).outcomes if outcome.status == "beaten"}
    assert bool(lost) is bool(list_clashes(first, second))


PLACING = st.one_of(
    st.builds(
        lambda sku, position, soft: pin(sku, position, soft=soft),
        st.sampled_from("ABCDE"), st.integers(1, 5), st.booleans(),
    ),
    st.builds(
        lambda position, more: {"type": "slot", "target": [clause("brand", "z")], "position": position,
                                "until": position + more},
        st.integers(1, 5), st.integers(0, 2),
    ),
)  # fmt: skip
PLACINGS = st.lists(PLACING, min_size=1, max_size=3, unique_by=lambda one: (one["type"], one["position"])).filter(
    lambda found: len({one.get("sku") for one in found if "sku" in one}) == sum("sku" in one for one in found)
)


def list_pins(rule, products):
    """The rule's pins and kept places as a search would place them; each kept place gets a product of its own."""
    for action in sorted(rule.actions, key=lambda one: one.type):
        if action.type == "pin":
            yield Pin("ABCDE".index(action.sku), action.position, rule.id, soft=action.soft)
        else:
            yield from (Pin(next(products), position, rule.id) for position in action.positions)


@hypothesis_settings(max_examples=400, deadline=None)
@given(one=PLACINGS, two=PLACINGS, order=st.permutations(range(12)))
def test_no_page_meets_a_clash_of_places_that_the_checker_missed(one, two, order):
    first, second = make_pair(([ALWAYS], {}, [ALWAYS], {}), (one, two))
    products = itertools.count(20)
    alone = [place_pins(np.array(order), list(list_pins(rule, products)))[1] for rule in (first, second)]
    if any(item.beaten_by is not None for placed in alone for item in placed):
        return  # a rule that is at odds with itself is no conflict of two
    pins = [*list_pins(first, products), *list_pins(second, products)]
    _order, placed = place_pins(np.array(order), pins)
    if any(item.beaten_by is not None for item in placed):
        assert list_clashes(first, second)
