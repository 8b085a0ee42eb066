"""A simulation says what shoppers will be served, and works through its queries however often it is interrupted."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ranking.contracts import SearchRequest
from ranking.errors import SimulationRefused
from ranking.merchandising.schema import parse_rule
from ranking.models import QueryDay, QueryJudgement, Rule, Simulation
from ranking.pipeline import search
from ranking.rule_simulation import run_slice
from ranking.rule_store import create_rule
from ranking.simulation_store import STALLED_AFTER, ask, cancel, find_simulation, forget_old, take_stalled
from tests.ranking.rule_shop import build_shop, fresh_process, save_rule, skus
from tests.ranking.rule_words import ALWAYS, boost, clause, document, hide, on_query, pin, show_only

NOW = "2026-11-11T00:00:00+08:00"


@pytest.fixture
def shop(db) -> Iterator[None]:
    fresh_process()
    build_shop()
    yield
    fresh_process()


def log(query: str, searches: int, **fields: Any) -> None:
    values = {"day": timezone.localdate(), "locale": "en", **fields}
    QueryDay.objects.create(query=query, searches=searches, **values)


def simulate(*rules: dict[str, Any], rule_ids: tuple[str, ...] = (), **fields: Any) -> Simulation:
    simulation, _question = ask({"rules": list(rules), "now": NOW, **fields}, rule_ids=rule_ids)
    while run_slice(str(simulation.pk))[1]:
        pass
    simulation.refresh_from_db()
    return simulation


def rows(simulation: Simulation) -> dict[str, dict[str, Any]]:
    return {asked.query: asked.row for asked in simulation.queries.all()}


def shown(row: dict[str, Any], side: str = "after") -> list[str]:
    return [sku for _id, sku in row[side]]


def test_the_most_frequent_queries_are_asked_before_and_after(shop):
    log("lamp", 7)
    log("lamp", 5, day=timezone.localdate() - timedelta(days=3))
    log("chair", 2)
    log("灯", 1, locale="zh")
    log("old", 99, day=timezone.localdate() - timedelta(days=60))
    simulation = simulate(document(pin("L6", 1), when=[on_query("lamp")]), depth=10)
    assert (simulation.status, simulation.done, simulation.total) == ("done", 3, 3)
    assert [(asked.query, asked.searches, asked.locale) for asked in simulation.queries.order_by("place")] == [
        ("lamp", 12, "en"),
        ("chair", 2, "en"),
        ("灯", 1, "zh"),
    ]
    row = rows(simulation)["lamp"]
    assert shown(row)[0] == "L6"
    assert shown(row, "before") == skus(search(SearchRequest("lamp", page_size=10)))
    assert row["moved"][0] == ["L6", row["moved"][0][1], 1]
    assert rows(simulation)["chair"]["size"] == 0
    changes = simulation.result["changes"]["any"]
    # The Chinese word finds lamps, and the rule holds for it, because it means the same.
    assert (changes["queries"], changes["searches"]) == (2, 13)
    assert next(iter(simulation.queries.all())).query == "lamp", "the most affected stands first"


def test_a_place_chooses_the_queries_asked_there_or_asks_those_of_all_places_there(shop):
    log("lamp", 3, market="cn")
    log("lamp", 4, market="de")
    log("chair", 1, market="de")
    rule = document(pin("L6", 1), when=[{"type": "market", "values": ["cn"]}])
    only = simulate(rule, market="cn")
    assert [(asked.query, asked.searches, asked.market) for asked in only.queries.all()] == [("lamp", 3, "cn")]
    everywhere = simulate(rule, market="cn", other_places=True)
    assert {(asked.query, asked.searches, asked.market) for asked in everywhere.queries.all()} == {
        ("lamp", 7, "cn"),
        ("chair", 1, "cn"),
    }
    as_asked = simulate(rule)
    assert {asked.market: shown(asked.row)[0] for asked in as_asked.queries.filter(query="lamp")}["cn"] == "L6"


def test_segment_and_moment_decide_which_rules_hold(shop):
    window = {"from": "2026-11-11T00:00", "until": "2026-11-12T00:00", "timezone": "Asia/Shanghai"}
    rule = document(pin("L6", 1), when=[{"type": "segment", "values": ["new"]}], windows=[window])
    asked = {"queries": [{"query": "lamp"}], "segments": ["new"]}
    assert shown(rows(simulate(rule, **asked))["lamp"])[0] == "L6"
    early = simulate(rule, **{**asked, "now": "2026-11-10T23:59:59+08:00"})
    assert rows(early)["lamp"]["size"] == 0
    assert early.result["rules"][0]["closed"]["queries"] == 1
    assert rows(simulate(rule, **{**asked, "segments": []}))["lamp"]["size"] == 0


def test_stored_drafts_are_tried_and_live_rules_left_out(shop):
    draft = save_rule(pin("L6", 1), when=[on_query("lamp")], status="draft", name="Draft")
    live = save_rule(pin("L5", 1), when=[on_query("lamp")], name="Live")
    asked = {"queries": [{"query": "lamp", "searches": 4}]}
    both = simulate(rule_ids=(str(draft.pk),), **asked)
    assert both.name == "Draft"
    assert shown(rows(both)["lamp"])[:2] == ["L6", "L5"], "the older rule keeps the place"
    assert [(loss["name"], loss["to"], loss["searches"]) for loss in both.result["lost"]] == [
        ("Live", str(draft.pk), 4)
    ]
    alone = simulate(rule_ids=(str(draft.pk),), without=[str(live.pk)], **asked)
    assert "L5" not in shown(rows(alone)["lamp"])[:2]
    none = simulate(without=["all"], **asked)
    assert shown(rows(none)["lamp"])[0] == "L1"


def test_a_live_rule_is_measured_against_the_shop_without_it(shop):
    rule = save_rule(pin("L6", 1), when=[on_query("lamp")])
    asked = {"queries": [{"query": "lamp"}], "rule_ids": (str(rule.pk),)}
    assert rows(simulate(**asked))["lamp"]["size"] == 0
    assert rows(simulate(**asked, baseline="without"))["lamp"]["size"] > 0


def test_a_changed_live_rule_is_compared_with_what_it_was(shop):
    """Its words hold no more where they held: the page before still has what it did."""
    rule = save_rule(pin("L6", 1), when=[on_query("lamp")], name="Lamps")
    changed = {**document(pin("L6", 1), when=[on_query("chair")]), "id": str(rule.pk)}
    asked = rows(simulate(changed, queries=[{"query": "lamp"}, {"query": "chair"}]))
    assert [shown(asked["lamp"], side)[0] for side in ("before", "after")] == ["L6", "L1"]
    assert shown(asked["chair"])[0] == "L6"


def test_rules_left_out_are_missed_only_where_they_hold(shop):
    rule = save_rule(pin("L6", 1), when=[on_query("lamp")])
    for without in ([str(rule.pk)], ["all"]):
        asked = rows(simulate(without=without, queries=[{"query": "lamp"}, {"query": "chair"}]))
        assert [shown(asked["lamp"], side)[0] for side in ("before", "after")] == ["L6", "L1"]
        assert asked["chair"]["size"] == 0


def test_pins_that_are_never_seen_are_named_with_the_reason(shop):
    rule = document(pin("L6", 1), pin("GONE", 2), pin("C1", 3, obey_query=True), pin("L5", 90))
    simulation = simulate(rule, queries=[{"query": "lamp"}, {"query": "台灯", "locale": "zh"}, {"query": "chair"}])
    dead = {entry["sku"]: entry for entry in simulation.result["dead_pins"]}
    assert set(dead) == {"GONE"}, "C1 is seen for one query; position 90 is not looked at"
    assert dead["GONE"]["queries"] == 3
    assert dead["GONE"]["reasons"] == [["no live product has this SKU", 3]]


def test_a_pin_outside_its_own_dates_says_so(shop):
    dates = [{"from": "2026-12-01T00:00", "timezone": "Asia/Shanghai"}]
    rule = document(pin("L6", 1, windows=dates), pin("L5", 2))
    dead = simulate(rule, queries=[{"query": "台灯", "locale": "zh"}]).result["dead_pins"]
    assert [(entry["sku"], entry["reasons"][0][0]) for entry in dead] == [("L6", "outside the pin's own dates")]


def test_results_that_become_empty_or_are_mended_are_counted(shop):
    empty = document(hide(clause("category", "home/lamps")), when=[on_query("lamp")])
    mend = document({"type": "replace", "words": ["zzqx"], "by": "lamp"}, when=[on_query("zzqx")])
    asked = [{"query": "lamp", "searches": 5}, {"query": "zzqx", "searches": 2}]
    changes = simulate(mend, queries=asked).result["changes"]
    assert (changes["zero_mended"]["searches"], "zero_created" in changes) == (2, False)
    created = simulate(empty, queries=asked)
    assert rows(created)["lamp"]["zero"] == "created"
    assert created.result["changes"]["zero_created"]["searches"] == 5
    assert created.result["revenue"]["change"] < 0


def test_judged_queries_tell_whether_the_answer_gets_better(shop):
    for sku, grade in (("L6", 3), ("L1", 0)):
        QueryJudgement.objects.create(query="lamp", locale="en", sku=sku, grade=grade)
    simulation = simulate(document(pin("L6", 1)), queries=[{"query": "Lamp "}, {"query": "chair"}])
    judged = simulation.result["judged"]
    assert judged["queries"] == 1
    assert judged["ndcg"]["after"]["mean"] == judged["condensed"]["after"]["mean"] == 1
    assert judged["ndcg"]["difference"]["mean"] > 0
    assert judged["condensed"]["before"]["mean"] > judged["ndcg"]["before"]["mean"], "the unjudged are taken out"
    assert judged["judged"]["after"]["mean"] == pytest.approx(0.2)


def test_a_category_converts_at_a_rate_of_its_own_below_it_too(shop):
    alike = simulate(pin_first("L6"), queries=[{"query": "lamp"}], conversion=0.02)
    halved = simulate(
        pin_first("L6"), queries=[{"query": "lamp"}], conversion=0.02, conversion_by_category={"home": 0.01}
    )
    money = halved.result["revenue"]
    assert money["after"] == pytest.approx(alike.result["revenue"]["after"] / 2)
    assert money["conversion_by_category"] == {"home": 0.01}
    nearer = simulate(
        pin_first("L6"), queries=[{"query": "lamp"}], conversion_by_category={"home": 0.01, "home/lamps": 0.02}
    )
    assert nearer.result["revenue"]["after"] == pytest.approx(alike.result["revenue"]["after"])


def pin_first(sku: str) -> dict[str, Any]:
    return document(pin(sku, 1), when=[on_query("lamp")])


def test_a_query_that_search_refuses_stops_nothing(shop):
    asked = [{"query": "lamp"}, {"query": "", "category": "home/lamps"}, {"query": "lamp", "category": "gone"}]
    simulation = simulate(document(pin("L6", 1)), queries=asked)
    assert simulation.status == "done"
    assert simulation.result["queries"] + simulation.result["failed"]["queries"] == 3


def test_an_interrupted_simulation_goes_on_where_it_stopped(shop):
    asked = [{"query": f"lamp model{number}"} for number in range(50)]
    simulation, _question = ask({"rules": [document(pin("L6", 1))], "now": NOW, "queries": asked})
    done, more = run_slice(str(simulation.pk), seconds=0)
    simulation.refresh_from_db()
    assert more
    assert (simulation.status, simulation.done) == ("running", done)
    first = {asked.place: asked.row for asked in simulation.queries.filter(row__isnull=False)}
    while run_slice(str(simulation.pk), seconds=0)[1]:
        pass
    simulation.refresh_from_db()
    assert (simulation.status, simulation.done, simulation.result["queries"]) == ("done", 50, 50)
    assert all(simulation.queries.get(place=place).row == row for place, row in first.items())
    assert run_slice(str(simulation.pk)) == (0, False), "what is over stays as it is"


def test_cancelling_stops_it_and_keeps_what_was_found(shop):
    asked = [{"query": "lamp"}] * 50
    simulation, _question = ask({"rules": [document(pin("L6", 1))], "now": NOW, "queries": asked})
    run_slice(str(simulation.pk), seconds=0)
    assert cancel(simulation)
    assert run_slice(str(simulation.pk)) == (0, False)
    assert simulation.status == "cancelled"
    assert simulation.queries.filter(row__isnull=False).exists()
    assert not cancel(simulation)


def test_a_simulation_out_of_time_tells_how_far_it_came(shop, settings):
    settings.SIMULATION_MAX_SECONDS = 0
    simulation = simulate(document(pin("L6", 1)), queries=[{"query": "lamp"}] * 30)
    assert simulation.status == "done"
    assert simulation.result["queries"] == 20
    assert "first 20 of 30 queries" in simulation.messages[0]


def test_an_empty_log_is_said(shop):
    simulation = simulate(document(pin("L6", 1)))
    assert simulation.status == "done"
    assert "no searches of that time" in simulation.messages[0]


def test_a_simulation_whose_worker_was_lost_is_handed_over_once(shop):
    simulation, _question = ask({"rules": [document(pin("L6", 1))], "now": NOW})
    assert take_stalled() == []
    Simulation.objects.update(beat_at=timezone.now() - STALLED_AFTER)
    assert take_stalled() == [str(simulation.pk)]
    assert take_stalled() == []


def test_old_simulations_are_forgotten(shop, settings):
    settings.SIMULATION_KEEP_DAYS = 30
    kept, gone = (simulate(document(pin("L6", 1)), queries=[{"query": "lamp"}]) for _number in range(2))
    Simulation.objects.filter(pk=gone.pk).update(created_at=timezone.now() - timedelta(days=31))
    assert forget_old() == 1
    assert find_simulation(kept.pk) == kept


def test_a_product_that_changes_meanwhile_is_said(shop):
    simulation, _question = ask({"rules": [document(pin("L6", 1))], "now": NOW, "queries": [{"query": "lamp"}] * 21})
    run_slice(str(simulation.pk), seconds=0)
    save_rule(pin("L2", 1))
    run_slice(str(simulation.pk))
    simulation.refresh_from_db()
    assert "changed while it ran" in simulation.messages[0]


@pytest.mark.parametrize(
    ("data", "path"),
    [
        pytest.param({}, "rules", id="nothing-to-try"),
        pytest.param({"rules": [{**document(), "conditions": []}]}, "rules.0.conditions", id="wrong-rule"),
        pytest.param({"rules": ["x"]}, "rules.0.rule", id="no-rule"),
        pytest.param({"rules": [document()], "now": "2026-11-11T00:00"}, "now", id="no-offset"),
        pytest.param({"rules": [document()], "limit": 10_001}, "limit", id="too-many"),
        pytest.param({"rules": [document()], "depth": 5}, "depth", id="too-flat"),
        pytest.param({"rules": [document()], "locale": "fr"}, "locale", id="locale"),
        pytest.param({"rules": [document()], "nonsense": 1}, "nonsense", id="unknown"),
        pytest.param({"rules": [document()], "conversion": 2}, "conversion", id="conversion"),
        pytest.param({"rules": [document()], "timezone": "Mars"}, "timezone", id="zone"),
        pytest.param(
            {"rules": [document()], "conversion_by_category": {"home": 1.2}},
            "conversion_by_category.home",
            id="conversion-of-a-category",
        ),
        pytest.param(
            {"rules": [document()], "conversion_by_category": {"nowhere": 0.1}},
            "conversion_by_category.nowhere",
            id="no-such-category",
        ),
        pytest.param({"rules": [document()], "conversion_by_category": [1]}, "conversion_by_category", id="no-object"),
    ],  # fmt: skip
)
def test_a_wrong_question_names_the_field(db, data, path):
    with pytest.raises(SimulationRefused) as refused:
        ask({"now": NOW, **data})
    assert path in refused.value.extra["errors"]


@pytest.mark.parametrize("rule_id", ["nonsense", "00000000-0000-0000-0000-000000000000"])
def test_an_unknown_rule_is_refused(db, rule_id):
    with pytest.raises(SimulationRefused) as refused:
        ask({"now": NOW}, rule_ids=[rule_id])
    assert "rule_ids" in refused.value.extra["errors"]


# --- What is simulated is what will be served -------------------------------------------------------------------------

QUERIES = ("lamp", "灯", "bright lamp", "台灯", "chair", "lmap", "")
CHANGES = [
    # Zone, and a moment near which clocks are put forward or back, or a day begins.
    ("Europe/Paris", datetime(2026, 3, 29, 2, 30)),  # noqa: DTZ001 - wall clock
    ("Europe/Paris", datetime(2026, 10, 25, 2, 30)),  # noqa: DTZ001
    ("America/New_York", datetime(2026, 11, 1, 1, 30)),  # noqa: DTZ001
    ("Asia/Shanghai", datetime(2026, 11, 11, 0, 0)),  # noqa: DTZ001
    ("Australia/Lord_Howe", datetime(2026, 4, 5, 1, 45)),  # noqa: DTZ001
]
CONDITIONS = st.sampled_from(
    [
        ALWAYS,
        on_query("lamp"),
        on_query("灯", "lamp", match="is"),
        on_query("light", negate=True),
        {"type": "segment", "values": ["new"]},
        {"type": "market", "values": ["cn"]},
        {"type": "locale", "values": ["zh"]},
        {"type": "device", "values": ["phone"]},
    ]
)
SKUS = st.sampled_from(["L1", "L3", "L6", "C1", "L2-V", "GONE"])
ACTIONS = st.one_of(
    st.builds(pin, SKUS, st.integers(1, 7), obey_query=st.booleans(), obey_stock=st.booleans()),
    st.builds(boost, st.sampled_from([-80, 30]), st.sampled_from([clause("brand", "nord"), clause("colour", "red")])),
    st.builds(hide, st.sampled_from([clause("brand", "lumo"), clause("sku", "L1", "L2")])),
    st.just(show_only({"field": "price", "maximum": 40})),
    st.just(pin("GONE", 2, on_missing="substitute", substitute=[clause("brand", "nord")])),
    st.sampled_from([pin("L6", 2, soft=True), {**boost(50, clause("brand", "nord")), "by": "position"}]),
    st.sampled_from(
        [
            {"type": "diversify", "most": 1},
            {"type": "group", "title_en": "Chairs", "words": "chair", "size": 2},
        ]
    ),
    st.just({"type": "slot", "target": [clause("brand", "nord")], "position": 2, "until": 3}),
    st.sampled_from([{"type": "sort", "sort": "price_desc"}, {"type": "replace", "words": ["chair"], "by": "lamp"}]),
)  # fmt: skip


@st.composite
def timed_rules(draw) -> tuple[list[dict[str, Any]], datetime]:
    """Rules with windows about one change of the clock, and a moment about it."""
    zone, moment = draw(st.sampled_from(CHANGES))
    minutes = st.integers(-180, 180)

    def window() -> dict[str, str]:
        start, length = draw(minutes), draw(st.integers(1, 240))
        begins = moment + timedelta(minutes=start)
        ends = begins + timedelta(minutes=length)
        return {"from": begins.isoformat(), "until": ends.isoformat(), "timezone": zone}

    rules = [
        {
            "name": f"rule {number}",
            "conditions": [draw(CONDITIONS)],
            "actions": [draw(ACTIONS)],
            "windows": [window() for _each in range(draw(st.integers(0, 2)))],
            "priority": draw(st.sampled_from([50, 100])),
            "stop_processing": draw(st.booleans()),
        }
        for number in range(draw(st.integers(1, 3)))
    ]
    now = moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) + timedelta(minutes=draw(minutes))
    return rules, now


@contextlib.contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    with mock.patch("django.utils.timezone.now", return_value=moment):
        yield


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    planned=timed_rules(),
    place=st.fixed_dictionaries(
        {
            "segments": st.sampled_from([(), ("new",)]),
            "market": st.sampled_from(["", "cn"]),
            "device": st.sampled_from(["", "phone"]),
        }
    ),
)
def test_what_is_simulated_for_a_date_is_what_is_served_then(shop, planned, place):
    rules, moment = planned
    Rule.objects.all().delete()
    save_rule(boost(40, clause("brand", "lumo")), when=[on_query("lamp")], name="standing")
    asked = [{"query": query, "locale": "zh" if query in ("灯", "台灯") else "en"} for query in QUERIES]
    simulation = simulate(*rules, now=moment.isoformat(), queries=asked, depth=10, **place)
    for row in simulation.queries.all():
        request = SearchRequest(row.query, locale=row.locale, page_size=10, **place)
        with clock_at(moment):
            served = search(request)
        assert [hit.product_id for hit in served.hits] == [id_ for id_, _sku in row.row["before"]], row.query
    for rule in simulation.question["rules"]:
        create_rule(parse_rule({**rule, "status": "live"}))
    for row in simulation.queries.all():
        request = SearchRequest(row.query, locale=row.locale, page_size=10, **place)
        with clock_at(moment):
            served = search(request)
        assert [hit.product_id for hit in served.hits] == [id_ for id_, _sku in row.row["after"]], row.query
        assert served.total == row.row["total"][1]
