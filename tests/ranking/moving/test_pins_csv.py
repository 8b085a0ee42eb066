"""Pins in a spreadsheet: out and back the same, lines of one rule together, and a wrong line changes nothing."""

import pytest

from ranking.errors import RuleRefused
from ranking.merchandising.schema import to_document
from ranking.models import Rule
from ranking.moving.pins_csv import read_pins, write_pins
from ranking.rules_import import import_rules
from tests.ranking.rule_shop import save_rule
from tests.ranking.rule_words import boost, clause, on_query, pin

pytestmark = pytest.mark.django_db


def documents():
    return {rule.pk: to_document(rule) for rule in Rule.objects.all()}


def test_what_is_written_reads_back_as_no_change():
    save_rule(
        pin("-A1", 1, obey_stock=False), pin("B", 3, on_missing="keep_gap"), boost(5, clause("brand", "x")),
        when=[on_query("双十一", "11.11", match="starts"), {"type": "device", "values": ["phone"]}], name="=双11",
        markets=["cn"], windows=[{"from": "2026-11-11T00:00", "timezone": "Asia/Shanghai"}],
    )  # fmt: skip
    save_rule({"type": "redirect", "url": "/x/"}, name="no pins")
    before, text = documents(), "".join(write_pins(Rule.objects.all()))
    assert text.count("\n") == 3
    assert "'=双11" in text  # a spreadsheet must not run it
    assert import_rules(text, dry_run=False, format_="pins").counts["unchanged"] == 1
    assert documents() == before


def test_lines_of_a_stored_rule_replace_its_pins_and_nothing_else():
    rule = save_rule(pin("A", 1, obey_stock=False), pin("B", 2), boost(5, clause("brand", "x")), name="Lamps")
    import_rules(f"rule_id,sku,position\n{rule.pk},A,2\n{rule.pk},C,1\n", dry_run=False, format_="pins")
    rule.refresh_from_db()
    assert [(a["type"], a.get("sku"), a.get("position"), a.get("obey_stock")) for a in rule.actions] == [
        ("pin", "A", 2, False), ("pin", "C", 1, True), ("boost", None, None, None)
    ]  # fmt: skip
    assert (rule.name, rule.status, rule.version) == ("Lamps", "live", 2)


def test_lines_that_hold_for_the_same_are_one_new_rule():
    text = "query,market,sku,position,from,timezone\n台灯|lamp,cn,A,1,2026-11-11T00:00,Asia/Shanghai\n" \
        "台灯|lamp,cn,B,2,2026-11-11T00:00,Asia/Shanghai\nchair,,C,1,,\n,,,,,\n"  # fmt: skip
    first, second = read_pins(text, status="draft").documents
    assert [action.sku for action in first.actions] == ["A", "B"]
    assert first.conditions[0].values == ("台灯", "lamp")
    assert (first.markets, first.windows[0].timezone, first.status) == (("cn",), "Asia/Shanghai", "draft")
    assert second.conditions[0].match == "is"
    assert [rule.id for rule in read_pins(text, status="draft").documents] == [first.id, second.id]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("sku\nA\n", "file"),
        ("sku,position,colour\nA,1,red\n", "file"),
        ("sku,position\nA,1\n,2\n", "line 3.sku"),
        ("sku,position\nA,first\n", "line 2.position"),
        ("sku,position,query\nA,1,x\nB,1,x\n", "line 2: actions"),
        ("rule_id,sku,position\nmine,A,1\n", "line 2.rule_id"),
        ("rule_id,sku,position\n6a3c1a52-7e0b-4f0e-9a55-6f2c8f0f5f11,A,1\n", "line 2.rule_id"),
        ("sku,position,sku\nA,1,B\n", "file"),
        ("sku,position\nA,1,2\n", "file"),
        ("sku,position\n\nA,1\n\nB,x\n", "line 5.position"),
        ("sku,position\n" + "A" * 3_000_000 + ",1\n", "file"),
        ("", "file"),
        ("sku,position,from,timezone\nA,1,2026-11-11T00:00,Mars\n", "line 2: windows.0.timezone"),
    ],
    ids=[
        "column",
        "unknown-column",
        "no-sku",
        "no-number",
        "same-place",
        "id",
        "unknown-id",
        "column-twice",
        "more-cells",
        "blank-lines",
        "endless-cell",
        "empty",
        "zone",
    ],
)
def test_wrong_lines_are_named_and_nothing_is_changed(text, path):
    with pytest.raises(RuleRefused) as refused:
        import_rules(text, dry_run=False, format_="pins")
    assert list(refused.value.extra["errors"]) == [path]
    assert not Rule.objects.exists()


@pytest.mark.parametrize("sign", [";", "\t"])
def test_spreadsheets_of_other_countries_part_cells_otherwise(sign):
    text = "query,sku,position\n台灯,A,1\n".replace(",", sign)
    (found,) = read_pins(text, status="draft").documents
    assert (found.conditions[0].values, found.actions[0].sku) == (("台灯",), "A")


def test_a_rule_that_was_stored_broken_stops_no_export_and_no_import():
    broken = {"actions": [{"type": "pin"}, 5, {"type": "pin", "sku": "A", "position": 2}], "conditions": ["坏", None]}
    rule = Rule.objects.create(name="坏", windows=[7], **broken)
    text = "".join(write_pins(Rule.objects.all()))
    assert text.count("\n") == 3
    with pytest.raises(RuleRefused) as refused:
        import_rules(f"rule_id,sku,position\n{rule.pk},A,1\n", dry_run=False, format_="pins")
    assert any("conditions.0" in path for path in refused.value.extra["errors"])
