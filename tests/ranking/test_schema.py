"""A rule document is taken whole or refused by field path, in words a merchandiser understands."""

from typing import Any

import pytest

from ranking.errors import RuleRefused
from ranking.merchandising.schema import DOCUMENT_FIELDS, parse_rule, to_columns, to_document
from ranking.models import Rule


def make_document(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Laptops first",
        "conditions": [{"type": "query", "match": "contains", "values": ["laptop", "笔记本电脑"]}],
        "actions": [{"type": "pin", "sku": "NB-1", "position": 1}],
        **changes,
    }


def errors_of(document: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(RuleRefused) as refused:
        parse_rule(document)
    return refused.value.extra["errors"]


BRAND = [{"field": "brand", "values": ["acer"]}]


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        pytest.param({"name": "  "}, "name", "needed", id="no-name"),
        pytest.param({"conditions": []}, "conditions", "when the rule applies", id="no-condition"),
        pytest.param({"actions": []}, "actions", "what the rule does", id="no-action"),
        pytest.param({"condition": []}, "condition", "Unknown key", id="misspelt-key"),
        pytest.param({"schema_version": 2}, "schema_version", "Choose one of", id="newer-version"),
        pytest.param({"conditions": [{"type": "moon"}]}, "conditions.0", "Unknown kind", id="unknown-condition"),
        pytest.param({"conditions": [{"match": "is"}]}, "conditions.0", "type", id="condition-without-kind"),
        pytest.param(
            {"conditions": [{"type": "query", "match": "is", "values": []}]},
            "conditions.0",
            "at least one",
            id="no-word",
        ),
        pytest.param(
            {"conditions": [{"type": "query", "match": "empty", "values": ["空"]}]},
            "conditions.0",
            "no words",
            id="empty",
        ),
        pytest.param(
            {"conditions": [{"type": "sort", "values": ["magic"]}]}, "conditions.0", "magic", id="unknown-sort-order"
        ),
        pytest.param(
            {"actions": [{"type": "pin", "sku": "A", "position": 0}]}, "actions.0.position", "1 or more", id="p0"
        ),
        pytest.param({"actions": [{"type": "pin", "sku": "A", "position": "x"}]}, "actions.0.position", "", id="words"),
        pytest.param({"actions": [{"type": "pin", "sku": " ", "position": 1}]}, "actions.0.sku", "needed", id="no-sku"),
        pytest.param(
            {"actions": [{"type": "boost", "target": BRAND, "strength": 101}]},
            "actions.0.strength",
            "100 or less",
            id="101",
        ),
        pytest.param(
            {"actions": [{"type": "boost", "target": BRAND, "strength": 0}]},
            "actions.0",
            "changes nothing",
            id="boost-0",
        ),
        pytest.param(
            {"actions": [{"type": "hide", "target": []}]}, "actions.0.target", "at least one", id="hide-nothing"
        ),
        pytest.param(
            {"actions": [{"type": "filter", "filters": [{"field": "price", "minimum": 9, "maximum": 1}]}]},
            "actions.0.filters.0",
            "above",
            id="price-upside-down",
        ),
        pytest.param(
            {"actions": [{"type": "hide", "target": [{"field": "brand", "values": []}]}]},
            "actions.0.target.0",
            "at least one value",
            id="brand-not-chosen",
        ),
        pytest.param(
            {"actions": [{"type": "pin", "sku": "A", "position": 1}, {"type": "pin", "sku": "A", "position": 2}]},
            "actions",
            "same product twice",
            id="one-product-twice",
        ),
        pytest.param(
            {"actions": [{"type": "pin", "sku": "A", "position": 1}, {"type": "pin", "sku": "B", "position": 1}]},
            "actions",
            "two products at position 1",
            id="one-position-twice",
        ),
        pytest.param({"windows": [{"timezone": "Mars/Base"}]}, "windows.0.timezone", "Europe/Paris", id="unknown-zone"),
        pytest.param({"windows": [{}]}, "windows.0", "a start, an end", id="empty-window"),
        pytest.param(
            {"windows": [{"from": "2026-05-02T00:00", "until": "2026-05-01T00:00"}]},
            "windows.0",
            "after",
            id="backwards",
        ),
        pytest.param({"windows": [{"from": "2026-05-02T00:00Z"}]}, "windows.0.from", "without an offset", id="offset"),
        pytest.param({"expires_at": "2026-05-02T00:00"}, "expires_at", "offset", id="expiry-without-offset"),
        pytest.param({"expires_at": "9999-12-31T23:59:59-05:00"}, "expires_at", "calendar", id="expiry-after-9999"),
        pytest.param({"expires_at": "0001-01-01T00:00:00+14:00"}, "expires_at", "calendar", id="expiry-before-1"),
        pytest.param({"name": "双十一\0"}, "name", "cannot be stored", id="a-letter-no-database-stores"),
        pytest.param({"name": 11}, "name", "Write a text", id="a-number-for-a-name"),
        pytest.param(
            {"actions": [{"type": "pin", "sku": "L\0", "position": 1}]},
            "actions.0.sku",
            "cannot be stored",
            id="a-sku-no-database-stores",
        ),
        *(
            pytest.param(
                {"actions": [{"type": "hide", "target": [{"field": "price", "minimum": number}]}]},
                "actions.0.target.0.minimum",
                "Write a number",
                id=f"no-number-{number}",
            )
            for number in ("nan", float("inf"), "-inf", "1e999")
        ),
        pytest.param({"holdout_share": 2}, "holdout_share", "1 or less", id="holdout-above-all"),
        pytest.param({"locales": ["fr"]}, "locales.0", "Choose one of", id="language-not-sold"),
    ],
)
def test_a_wrong_rule_is_refused_by_field(changes, path, words):
    errors = errors_of(make_document(**changes))
    assert path in errors, errors
    assert words in errors[path]


def test_all_errors_are_told_at_once():
    errors = errors_of(make_document(name="", actions=[{"type": "pin", "position": 0}]))
    assert set(errors) == {"name", "actions.0.sku", "actions.0.position"}


@pytest.mark.parametrize("junk", [[], "rule", 3, None], ids=["list", "text", "number", "none"])
def test_what_is_no_object_is_refused(junk):
    assert "rule" in errors_of(junk)


def test_a_pin_has_the_careful_policy_unless_told_otherwise():
    pin = parse_rule(make_document()).actions[0]
    assert (pin.on_missing, pin.obey_filters, pin.obey_stock, pin.obey_sort, pin.obey_query) == (
        "compact", True, True, True, False,
    )  # fmt: skip


def test_columns_and_document_are_the_same_rule():
    document = make_document(
        windows=[{"from": "2026-11-27T00:00", "until": "2026-11-30T00:00", "timezone": "Asia/Shanghai"}],
        locales=["zh"],
        expires_at="2027-01-01T00:00:00+08:00",
        actions=[{"type": "boost", "target": [{"field": "品牌", "values": ["联想"]}], "strength": -40}],
    )
    parsed = parse_rule(document)
    stored = Rule(**to_columns(parsed))
    again = parse_rule(to_document(stored))
    assert again.model_dump(include=set(DOCUMENT_FIELDS)) == parsed.model_dump(include=set(DOCUMENT_FIELDS))
