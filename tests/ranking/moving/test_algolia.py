"""Rules exported from Algolia keep their meaning; what has no counterpart is named."""

import json
from dataclasses import asdict

import pytest

from catalog.models import Attribute, AttributeValue, Brand
from ranking.errors import RuleRefused
from ranking.moving.algolia import read_algolia
from tests.ranking.moving.plain import plain

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    Brand.objects.create(key="apple", name_en="Apple", name_zh="苹果")
    colour = Attribute.objects.create(key="colour", name_en="Color")
    for name in ("Red", "Blue"):
        AttributeValue.objects.create(attribute=colour, key=name.lower(), name_en=name)


def read(*rules, status="live"):
    found = read_algolia(json.dumps(rules, ensure_ascii=False), status=status)
    return [plain(item) for item in found.documents], found.notes


def rule(consequence, *conditions, **fields):
    return {"objectID": "r1", "conditions": list(conditions), "consequence": consequence, **fields}


PHONE = {"pattern": "phone", "anchoring": "startsWith", "alternatives": True}


def test_promotions_hidden_products_windows_and_state(shop):
    promote = [{"objectID": "A", "position": 0}, {"objectIDs": ["B", "C"], "position": 3}]
    written = rule(
        {"promote": promote, "hide": [{"objectID": "D"}], "filterPromotes": True},
        PHONE, {"pattern": "手机", "anchoring": "is"},
        description="Phones 手机", enabled=False, tags=["双11"], validity=[{"from": 1793980800, "until": 1794067200}],
    )  # fmt: skip
    found, notes = read(written)
    assert notes == ()
    assert [item["name"] for item in found] == ["Phones 手机 (1)", "Phones 手机 (2)"]
    assert found[0]["id"] != found[1]["id"]
    first, second = found
    assert first["conditions"] == [{"type": "query", "match": "starts", "values": ["phone"]}]
    assert second["conditions"] == [{"type": "query", "match": "is", "values": ["手机"], "use_analysis": False}]
    assert first["actions"] == [
        {"type": "pin", "sku": "A", "position": 1},
        {"type": "pin", "sku": "B", "position": 4},
        {"type": "pin", "sku": "C", "position": 5},
        {"type": "hide", "target": [{"field": "sku", "values": ["D"]}]},
    ]
    assert (first["status"], first["tags"]) == ("paused", ["双11"])
    assert first["windows"] == [{"from": "2026-11-06T16:00:00", "until": "2026-11-07T16:00:00"}]


def test_pins_ignore_filters_where_algolia_does():
    found, _ = read(rule({"promote": [{"objectID": "A", "position": 0}]}, PHONE))
    assert found[0]["actions"] == [{"type": "pin", "sku": "A", "position": 1, "obey_filters": False}]


@pytest.mark.parametrize(
    ("written", "clauses"),
    [
        ("brand:Apple", [{"field": "brand", "values": ["apple"]}]),
        ('brand:"Apple" AND NOT Color:Red', [
            {"field": "brand", "values": ["apple"]}, {"field": "colour", "values": ["red"], "exclude": True}]),
        ("(color:Red OR color:Blue) AND price < 10", [
            {"field": "colour", "values": ["red", "blue"]}, {"field": "price", "maximum": 10.0}]),
        ("NOT (color:Red OR color:Blue)", [{"field": "colour", "values": ["red", "blue"], "exclude": True}]),
        ("price:10 TO 20", [{"field": "price", "minimum": 10.0, "maximum": 20.0}]),
        ("brand:苹果", [{"field": "brand", "values": ["apple"]}]),
    ],
    ids=["value", "and-not", "alternatives", "not-alternatives", "span", "chinese"],
)  # fmt: skip
def test_filters_become_clauses(shop, written, clauses):
    found, notes = read(rule({"params": {"filters": written}}, PHONE))
    assert (found[0]["actions"], notes) == ([{"type": "filter", "filters": clauses}], ())


def test_lists_of_filters_optional_ones_rewriting_and_rendering(shop):
    parameters = {
        "facetFilters": [["color:Red", "color:Blue"], "brand:-Apple"],
        "optionalFilters": ["brand:Apple<score=3>", "color:-Red"],
        "query": {"remove": ["cheap"], "edits": [{"type": "replace", "delete": "tv", "insert": "television"}]},
        "renderingContent": {
            "redirect": {"url": "https://shop.example/tv"},
            "facetOrdering": {"facets": {"order": ["Brand", "Color"]}},
        },
    }
    found, notes = read(rule({"params": parameters}, PHONE))
    assert notes == ()
    assert found[0]["actions"] == [
        {"type": "filter", "filters": [
            {"field": "colour", "values": ["red", "blue"]}, {"field": "brand", "values": ["apple"], "exclude": True}]},
        {"type": "boost", "target": [{"field": "brand", "values": ["apple"]}], "strength": 18},
        {"type": "boost", "target": [{"field": "colour", "values": ["red"]}], "strength": -6},
        {"type": "replace", "words": ["cheap"]},
        {"type": "replace", "words": ["tv"], "by": "television"},
        {"type": "redirect", "url": "https://shop.example/tv"},
        {"type": "facets", "first": ["brand", "colour"]},
    ]  # fmt: skip


def test_placeholders_contexts_and_chosen_filters_are_conditions(shop):
    condition = {"pattern": "cheap {facet:brand}", "anchoring": "contains", "context": "mobile", "filters": "color:Red"}
    found, notes = read(rule({"hide": [{"objectID": "A"}]}, condition))
    assert notes == ()
    assert found[0]["conditions"] == [
        {"type": "detected", "field": "brand"},
        {"type": "query", "match": "contains", "values": ["cheap"], "use_analysis": False},
        {"type": "device", "values": ["phone"]},
        {"type": "filter", "field": "colour", "values": ["red"]},
    ]
    found, notes = read(rule({"hide": [{"objectID": "A"}]}, {"context": "black_friday"}))
    assert found[0]["conditions"] == [{"type": "segment", "values": ["black_friday"]}]
    assert [note.text for note in notes] == ["black_friday"]


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"filters": "brand:Apple OR price < 10"}, "filters"),
        ({"filters": "(a:1 AND b:2) OR c:3"}, "filters"),
        ({"aroundLatLng": "1,2"}, "aroundLatLng"),
        ({"automaticFacetFilters": [{"facet": "brand"}]}, "automaticFacetFilters"),
        ({"query": {"edits": [{"type": "replace"}]}}, "query"),
    ],
    ids=["two-fields", "nested", "unknown", "done-already", "malformed"],
)
def test_what_has_no_counterpart_is_named(parameters, named):
    found, notes = read(rule({"hide": [{"objectID": "A"}], "params": parameters}, PHONE))
    assert [item["actions"][0]["type"] for item in found] == ["hide"]
    assert len(notes) == 1
    assert named in notes[0].text


@pytest.mark.parametrize(
    "consequence",
    [{"promote": [{"objectID": "A", "position": "top"}]}, {"promote": 5}, {"hide": ["A"]}, []],
    ids=["position", "number", "text", "list"],
)
def test_a_malformed_rule_is_named_and_stops_no_other(consequence):
    fine = rule({"hide": [{"objectID": "A"}]}, PHONE)
    found, notes = read({**rule(consequence, PHONE), "objectID": "bad"}, fine)
    assert [item["name"] for item in found] == ["r1"]
    assert notes[0].place == "bad"


def test_exports_as_lists_hits_and_lines():
    one = rule({"hide": [{"objectID": "A"}]}, PHONE)
    texts = [json.dumps([one]), json.dumps({"hits": [one]}), json.dumps(one), f"{json.dumps(one)}\n{json.dumps(one)}"]
    assert [len(read_algolia(text, status="draft").documents) for text in texts] == [1, 1, 1, 1]


@pytest.mark.parametrize("text", ["{", "[1]", '{"a": 1}', '"x"'])
def test_what_is_no_export_is_refused(text):
    with pytest.raises(RuleRefused):
        read_algolia(text, status="draft")


@pytest.mark.parametrize(
    ("consequence", "fields"),
    [
        ({"params": {"facetFilters": ["bra\x00nd:苹果"]}}, {}),
        ({"params": {"facetFilters": ["brand:苹\ud800果"]}}, {}),
        ({"params": {"numericFilters": ["price<" + "9" * 400]}}, {}),
        ({"promote": [{"objectID": "A\x00", "position": 1}]}, {}),
        ({"hide": [{"objectID": "A"}]}, {"objectID": "坏\x00\ud800", "description": "坏\x00"}),
        ({"hide": [{"objectID": "A"}]}, {"validity": [{"from": 1e30}]}),
    ],
    ids=["nul", "half-a-character", "number", "sku", "id", "window"],
)
def test_what_no_database_or_json_can_hold_is_named_and_stops_no_other(consequence, fields):
    bad = {**rule(consequence, PHONE), "objectID": "bad", **fields}
    fine = rule({"hide": [{"objectID": "A"}]}, PHONE)
    found = read_algolia(json.dumps([bad, fine]), status="live")
    assert "r1" in [item.name for item in found.documents]
    assert found.notes
    json.dumps([asdict(note) for note in found.notes], ensure_ascii=False).encode()


def test_an_action_that_is_not_valid_here_stays_behind_alone():
    consequence = {"userData": {"redirect": "http://shop.example/手机"}, "hide": [{"objectID": "A"}]}
    found, notes = read(rule(consequence, PHONE))
    assert [action["type"] for action in found[0]["actions"]] == ["hide"]
    assert ["actions.1.url" in note.reason for note in notes] == [True]


@pytest.mark.parametrize("text", ["[" * 100_000, "[" * 900 + "]" * 900, "[NaN]"], ids=["endless", "deep", "nan"])
def test_what_is_nested_without_end_is_refused(text):
    with pytest.raises(RuleRefused):
        read_algolia(text, status="draft")


@pytest.mark.timeout(20)
def test_a_filter_without_end_is_read_at_once():
    found, notes = read(rule({"params": {"filters": "a:b AND " * 100_000 + "a:b"}}, PHONE))
    assert (found, len(notes)) == ([], 1)
