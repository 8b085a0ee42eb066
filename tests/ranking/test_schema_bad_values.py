"""Whatever stands at whatever field of a rule: it is refused by that field, or it works everywhere a rule goes."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from ranking.errors import RuleRefused
from ranking.merchandising.compile import compile_rule
from ranking.merchandising.describe import describe_rule
from ranking.merchandising.references import list_references
from ranking.merchandising.schema import parse_rule
from tests.ranking.rule_strategies import ACTION_EXAMPLES, CONDITION_EXAMPLES

WINDOW = {"from": "2026-11-11T00:00", "until": "2026-11-12T00:00", "timezone": "Asia/Shanghai"}
WHOLE: dict[str, Any] = {
    "id": "6a3c1a52-7e0b-4f0e-9a55-6f2c8f0f5f11", "version": 3, "schema_version": 1, "name": "双十一", "reason": "促销",
    "status": "live", "priority": 5, "stop_processing": True, "conditions": [{"type": "always"}],
    "actions": [{"type": "pin", "sku": "A", "position": 1, "windows": [dict(WINDOW)]}], "windows": [WINDOW],
    "markets": ["cn"], "locales": ["zh"], "tags": ["t"], "holdout_share": 0.5, "expires_at": "2026-11-13T00:00:00Z",
}  # fmt: skip
BAD: list[Any] = [
    None, True, -1, 10**30, 10**400, 1e308, float("nan"), float("inf"), "", "\x00", "a\ud800", "x" * 6000, "１", [], {},
    [None], [[[[[]]]]], [{}], {"type": "pin"}, ["x"] * 600, ["\x00"], ["a\ud800"], "2026-11-11", 20261111, "20261111",
    "9999-12-31T23:59:59-12:00", "<script>", "耳机",
]  # fmt: skip
DOCUMENTS = {
    "whole": WHOLE,
    **{f"when-{kind}": {**WHOLE, "conditions": parts[:1]} for kind, parts in CONDITION_EXAMPLES.items()},
    **{f"do-{kind}": {**WHOLE, "actions": parts[:1]} for kind, parts in ACTION_EXAMPLES.items()},
}


def list_places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, each in inner:
        yield (*place, step)
        yield from list_places(each, (*place, step))


def put(document: dict[str, Any], place: tuple[Any, ...], value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(document)
    spot: Any = changed
    for step in place[:-1]:
        spot = spot[step]
    spot[place[-1]] = value
    return changed


def is_about(path: str, place: tuple[Any, ...]) -> bool:
    """The field itself, one within it, or one around it; of a part whose kind was changed any field."""
    wanted = ".".join(map(str, place[:-1] if place[-1] == "type" else place))
    return path.startswith(wanted) or wanted.startswith(path)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_bad_value_anywhere_is_refused_by_its_field_or_does_no_harm(name):
    document = DOCUMENTS[name]
    part = {"when": ("conditions",), "do": ("actions",)}.get(name.split("-")[0], ())
    for place in list_places(document):
        if place[: len(part)] != part:
            continue
        for value in BAD:
            changed = put(document, place, value)
            try:
                parsed = parse_rule(changed)
            except RuleRefused as refused:
                errors = refused.extra["errors"]
                assert all(is_about(path, place) for path in errors), (place, value, errors)
                assert not any("Not valid here" in told for told in errors.values()), (place, value, errors)
                json.dumps(errors, ensure_ascii=False).encode()
                continue
            json.dumps(parsed.model_dump(mode="json", by_alias=True), allow_nan=False, ensure_ascii=False).encode()
            compile_rule(parsed, created_at=None)
            assert describe_rule(parsed)
            list(list_references(parsed))


@pytest.mark.parametrize("field", ["brand", "colour", "price", "in_stock"])
def test_a_condition_on_whatever_the_words_name_refers_to_no_value(field):
    for said in ({}, {"minimum": 1}):
        parsed = parse_rule({**WHOLE, "conditions": [{"type": "detected", "field": field, **said}]})
        named = [kind for path, kind, _key in list_references(parsed) if path.startswith("conditions")]
        assert named == (["attribute"] if field == "colour" else [])


@pytest.mark.parametrize("moment", [20261111, "20261111", 1.5, True, -1, "-1"])
def test_a_number_is_no_moment(moment):
    for changed, path in (
        ({"expires_at": moment}, "expires_at"), ({"windows": [{**WINDOW, "from": moment}]}, "windows.0.from")
    ):  # fmt: skip
        with pytest.raises(RuleRefused) as refused:
            parse_rule({**WHOLE, **changed})
        assert list(refused.value.extra["errors"]) == [path]


def test_a_rule_for_mobile_is_one_for_phones():
    parsed = parse_rule({**WHOLE, "conditions": [{"type": "device", "values": ["mobile", "phone", "tablet"]}]})
    assert parsed.conditions[0].values == ("phone", "tablet")


def test_a_language_that_no_search_has_is_refused():
    with pytest.raises(RuleRefused) as refused:
        parse_rule({**WHOLE, "conditions": [{"type": "locale", "values": ["zh", "zh-CN", "中文"]}]})
    assert refused.value.extra["errors"] == {"conditions.0": "Unknown language: zh-CN, 中文. Known are: en, zh."}
