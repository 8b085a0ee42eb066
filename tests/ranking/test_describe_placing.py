"""What a rule does to products, as sentences; what it names that the catalog lost; what is refused and why."""

import pytest
from django.utils import translation

from ranking.errors import RuleRefused
from ranking.merchandising.describe import describe_actions
from ranking.merchandising.references import find_unknown
from ranking.merchandising.schema import parse_rule, to_columns
from tests.ranking.rule_words import boost, clause, diversify, document, group, pin

NORD = clause("brand", "nord")


@pytest.mark.parametrize(
    ("action", "sentence"),
    [
        pytest.param(pin("A", 3, soft=True), "pin A at 3 or before", id="soft"),
        pytest.param(
            pin("A", 1, on_missing="substitute", substitute=[NORD]),
            "pin A at 1 (in its place if need be: brand nord)",
            id="substitute",
        ),
        pytest.param(
            boost(50, NORD, clause("in_stock", "true"), by="position"),
            "move brand nord and in stock up by 50% of their position",
            id="boost-by-position",
        ),
        pytest.param(
            boost(-50, NORD, by="position"), "move brand nord down by 50% of their position", id="bury-by-position"
        ),
        pytest.param(diversify("brand", most=2), "at most 2 of one brand in a row", id="in-a-row"),
        pytest.param(
            diversify("colour", most=3, within=12), "at most 3 of one colour among the first 12", id="among-the-first"
        ),
        pytest.param(
            group("配件", NORD, words="case", position=4),
            "show the block “配件” (the best for “case”, brand nord) at position 4",
            id="block",
        ),
    ],
)
def test_an_action_is_said_as_a_sentence(action, sentence):
    with translation.override("en"):
        assert describe_actions(parse_rule(document(action))) == sentence


@pytest.mark.parametrize(
    ("action", "path", "words"),
    [
        pytest.param(pin("A", 1, on_missing="substitute"), "actions.0", "may stand in", id="no-substitute"),
        pytest.param(diversify("price"), "actions.0", "brand, category, or an attribute", id="mix-by-a-range"),
        pytest.param(diversify("brand", most=5, within=5), "actions.0", "allows any page", id="mix-nothing"),
        pytest.param(group("", NORD), "actions.0", "title", id="block-without-title"),
        pytest.param(group("x"), "actions.0", "which products", id="block-of-nothing"),
        pytest.param(group("x", NORD, size=99), "actions.0.size", "24 or less", id="block-too-large"),
        pytest.param(boost(40, NORD, by="magic"), "actions.0.by", "Choose one of", id="boost-by-magic"),
        pytest.param(
            pin("A", 1, windows=[{"timezone": "UTC"}]), "actions.0.windows.0", "start", id="pin-with-an-open-window"
        ),
    ],
)
def test_what_makes_no_sense_is_refused_in_plain_words(action, path, words):
    with pytest.raises(RuleRefused) as refused, translation.override("en"):
        parse_rule(document(action))
    assert words in refused.value.extra["errors"][path]


def test_a_rule_mixes_by_one_property_only():
    with pytest.raises(RuleRefused) as refused, translation.override("en"):
        parse_rule(document(diversify("brand"), diversify("category")))
    assert "one property only" in refused.value.extra["errors"]["actions"]


def test_what_is_stored_reads_back_the_same():
    actions = [
        pin("A", 1, windows=[{"from": "2026-11-11T00:00", "timezone": "Asia/Shanghai"}], soft=True),
        boost(40, NORD, by="position"), diversify("品牌", within=10), group("块", NORD),
    ]  # fmt: skip
    first = parse_rule(document(*actions))
    stored = to_columns(first)
    assert parse_rule(document(*stored["actions"])).actions == first.actions


@pytest.mark.django_db
def test_unknown_products_and_attributes_are_named():
    found = find_unknown(
        parse_rule(
            document(
                pin("GONE", 1, on_missing="substitute", substitute=[clause("brand", "nobody")]),
                diversify("没有的属性"),
                group("x", clause("sku", "NOT-THERE")),
            )
        )
    )
    assert set(found) == {
        "actions.0.sku", "actions.0.substitute.0.values", "actions.1.field", "actions.2.target.0.values",
    }  # fmt: skip
