"""A Querqy rules.txt becomes rules of the same meaning, and what has no counterpart is named by its line."""

import json
from dataclasses import asdict

import pytest

from catalog.models import Attribute, AttributeValue, Brand, Category
from ranking.moving.querqy import measure_strength, read_querqy
from tests.ranking.moving.plain import plain

pytestmark = pytest.mark.django_db
FILE = """
# what shoppers call a computer
personal computer =>
  SYNONYM: pc
  SYNONYM: desktop computer
  SYNONYM(0.5): workstation
  DOWN(50): software
  @_id: "ID1"
  @enabled: true
  @{
    priority: 20,
    tenant: ["t1", 	"t2"],
  }@

"iphone" =>
  UP(10): * brand:apple
  FILTER: * -category:accessories

"cheap notebook =>
  UP(10): * price:[350 TO 450]
  DOWN(20): * {"range": {"price": {"gte": 900}}}

手机 壳" =>
  FILTER: 硅胶 -皮革

notebook AND NOT (case OR bag) =>
  UP: laptop
  @enabled: false

sofa* =>
  UP(5): * {"bool": {"must": [{"term": {"brand.keyword": "Nord"}}], "must_not": {"terms": {"colour": ["Red"]}}}}

cheap iphone unlocked =>
  DELETE: cheap unlocked

faq =>
  DECORATE: redirect, /service/faq

versand =>
  DECORATE: REDIRECT https://shop.example/shipping

cheap =>
  DELETE
"""


@pytest.fixture
def shop():
    Brand.objects.create(key="apple", name_en="Apple")
    Brand.objects.create(key="nord", name_en="Nord", name_zh="北方")
    home = Category.objects.create(key="phones", name_en="Phones")
    Category.objects.create(key="phones/accessories", parent=home, name_en="Accessories", name_zh="配件")
    colour = Attribute.objects.create(key="colour", name_en="Colour", name_zh="颜色")
    AttributeValue.objects.create(attribute=colour, key="red", name_en="Red", name_zh="红色")


def read(text: str, status: str = "live"):
    found = read_querqy(text, status=status)
    return {item.name: plain(item) for item in found.documents}, found.notes


def test_every_kind_of_input_and_instruction_is_taken_over(shop):
    rules, notes = read(FILE)
    assert notes == ()
    pc = rules["personal computer"]
    assert pc["conditions"] == [
        {"type": "query", "match": "contains", "values": ["personal computer"], "use_analysis": False}
    ]
    assert pc["actions"] == [
        {"words": ["personal computer"], "alternatives": ["pc", "desktop computer"], "one_way": True,
         "type": "synonym"},
        {"words": ["personal computer"], "alternatives": ["workstation"], "one_way": True, "weight": 0.5,
         "type": "synonym"},
        {"target": [{"field": "words", "values": ["software"]}], "strength": -44, "type": "boost"},
    ]  # fmt: skip
    assert (pc["status"], pc["priority"], pc["tags"]) == ("live", 80, ["tenant: ['t1', 't2']"])
    assert rules['"iphone"']["conditions"][0]["match"] == "is"
    assert rules['"iphone"']["actions"] == [
        {"target": [{"field": "brand", "values": ["apple"]}], "strength": 30, "type": "boost"},
        {"filters": [{"field": "category", "values": ["phones/accessories"], "exclude": True}], "type": "filter"},
    ]
    cheap = rules['"cheap notebook']
    assert (cheap["conditions"][0]["match"], cheap["conditions"][0]["values"]) == ("starts", ["cheap notebook"])
    assert cheap["actions"][0]["target"] == [{"field": "price", "minimum": 350.0, "maximum": 450.0}]
    assert cheap["actions"][1] == {
        "target": [{"field": "price", "minimum": 900.0}], "strength": -36, "type": "boost"
    }  # fmt: skip
    assert rules['手机 壳"']["conditions"][0] == {
        "type": "query", "match": "ends", "values": ["手机 壳"], "use_analysis": False
    }  # fmt: skip
    assert rules['手机 壳"']["actions"][0]["filters"] == [
        {"field": "words", "values": ["硅胶"]},
        {"field": "words", "values": ["皮革"], "exclude": True},
    ]
    boolean = rules["notebook AND NOT (case OR bag)"]
    assert boolean["conditions"][0]["match"] == "expression"
    assert boolean["status"] == "paused"
    assert rules["sofa*"]["actions"][0]["target"] == [
        {"field": "brand", "values": ["nord"]},
        {"field": "colour", "values": ["red"], "exclude": True},
    ]
    assert rules["cheap iphone unlocked"]["actions"] == [{"words": ["cheap", "unlocked"], "type": "replace"}]
    assert rules["cheap"]["actions"] == [{"words": ["cheap"], "type": "replace"}]
    assert rules["faq"]["actions"] == [{"url": "/service/faq", "type": "redirect"}]
    assert rules["versand"]["actions"] == [{"url": "https://shop.example/shipping", "type": "redirect"}]


def test_the_same_file_gives_the_same_rules_and_its_own_ids_outlive_a_new_input(shop):
    first = {item.name: item.id for item in read_querqy(FILE, status="live").documents}
    changed = FILE.replace("personal computer =>", "home computer =>")
    second = {item.name: item.id for item in read_querqy(changed, status="live").documents}
    assert second["home computer"] == first["personal computer"]
    assert second["faq"] == first["faq"]
    assert len(set(first.values())) == len(first)


@pytest.mark.parametrize(
    ("rule", "line", "about"),
    [
        ("a =>\n  SYNONYM: b $1\n  UP: x", "line 2", "SYNONYM: b $1"),
        ("a =>\n  UP: x\n  UP: * field:a~2", "line 3", "UP: * field:a~2"),
        ("a =>\n  UP: x\n  UP: * {!geofilt}", "line 3", "UP: * {!geofilt}"),
        ("a =>\n  UP: x\n  FILTER: * price:[1 TO 2] OR brand:x", "line 3", "FILTER: * price:[1 TO 2] OR brand:x"),
        ("a =>\n  UP: x\n  DECORATE(banner): hello", "line 3", "DECORATE(banner): hello"),
        ("a =>\n  UP: x\n  UP(minus): y", "line 3", "UP(minus): y"),
        ("a =>\n  UP: x\n  BOOST: y", "line 3", "BOOST: y"),
        ("a =>\n  UP: x\n  @priority: {", "line 3", "@priority: {"),
        ("UP: early\na =>\n  UP: x", "line 1", "UP: early"),
        ("a OR b =>\n  UP: x\n  UP: b\n  DELETE", "line 4", "DELETE: "),
        ("a =>\n  UP: x\nb =>", "line 3", "b"),
        ("a =>\n  UP: x\nb =>\n  DECORATE: redirect javascript:alert(1)", "line 3", "b"),
    ],
    ids=[
        "wildcard", "fuzzy", "engine", "alternatives", "decoration", "factor", "unknown", "property", "early", "delete",
        "empty", "address",
    ],
)  # fmt: skip
def test_what_has_no_counterpart_is_named_and_the_rest_comes_along(rule, line, about):
    found = read_querqy(rule, status="draft")
    assert [(note.place, note.text) for note in found.notes] == [(line, about)]
    assert all(note.reason for note in found.notes)
    assert [item.name for item in found.documents][:1] == [rule.split(" =>")[0].split("\n")[-1]]


@pytest.mark.parametrize(
    ("factor", "strength"), [("", 10), ("1", 10), ("5", 24), ("50", 44), ("500", 64), ("1e9", 100)]
)
def test_factors_without_end_become_strengths_up_to_full(factor, strength):
    assert measure_strength(factor) == strength


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ('台灯 =>\n  UP: x\n  FILTER: * {"term": {"br\\u0000and": "灯\\ud800"}}', "line 1"),
        ("台灯 =>\n  UP: x\n  FILTER: * " + '{"bool":{"must":' * 3000, "line 3"),
        ("台灯 =>\n  UP: x\n  FILTER: * " + '{"bool":{"must":' * 60 + "1" + "}}" * 60, "line 3"),
        ("台灯 =>\n  UP: x\n  FILTER: * price:[nan TO 5]", "line 3"),
        ("台灯 =>\n  UP: x\n  SYNONYM(nan): 灯", "line 3"),
        ("台灯 =>\n  UP: x\n  SYNONYM(0): 灯", "line 3"),
        ("台灯 =>\n  UP: x\n  UP(1e400): 灯", "line 3"),
        ("台灯 =>\n  UP: x\n  @{ priority: NaN }@", "line 3"),
        ("台灯 =>\n  UP: x\n  @{ a: " + "[" * 900 + "]" * 900 + " }@", "line 3"),
        ("台灯 =>\n  UP: x\n  DECORATE: redirect http://shop.example/", "line 1"),
    ],
    ids=[
        "nul", "endless", "deep", "no-number", "weight", "weightless", "factor", "priority", "deep-property", "address",
    ],
)  # fmt: skip
def test_what_no_rule_can_hold_is_named_and_the_rest_comes_along(rule, line):
    found = read_querqy(rule, status="draft")
    assert {note.place for note in found.notes} == {line}
    json.dumps([asdict(note) for note in found.notes], ensure_ascii=False).encode()
    assert [(item.name, item.priority, len(item.actions)) for item in found.documents] == [("台灯", 100, 1)]


@pytest.mark.parametrize(("priority", "ours"), [("1e400", 100), ("1e300", -1_000_000), ("-5e9", 1_000_000)])
def test_priorities_beyond_ours_are_the_last_that_there_are(priority, ours):
    (found,) = read_querqy(f"台灯 =>\n  UP: x\n  @priority: {priority}", status="draft").documents
    assert found.priority == ours


@pytest.mark.parametrize(
    "line",
    [
        "UP" + " " * 100_000 + "x",
        "FILTER: * a" + " " * 100_000 + "x",
        "DECORATE: redirect" + "," * 100_000 + "x y",
        "@{\n" + "a: 1,\n" * 100_000 + "}@",
    ],
    ids=["instruction", "filter", "redirect", "properties"],
)
@pytest.mark.timeout(20)
def test_lines_without_end_are_read_at_once(line):
    assert read_querqy(f"a =>\n  {line}\n", status="draft").notes
