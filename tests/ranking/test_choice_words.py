"""Fields and fixed choices are called as people call them, in both languages; the shop's own codes keep theirs."""

import pytest
from django.utils import translation

from ranking.merchandising.choice_words import say_choices, say_example_values, say_field
from ranking.merchandising.clauses import Clause
from ranking.merchandising.describe import describe_actions, describe_clause, describe_conditions
from ranking.merchandising.meeting_words import OTHER_WORDS
from ranking.merchandising.schema import parse_rule
from tests.ranking.rule_words import document


@pytest.mark.parametrize(
    ("language", "field", "sort", "locale", "device"),
    [("en", "in stock", "price, low to high", "Chinese", "phone"), ("zh-hans", "有货", "价格从低到高", "中文", "手机")],
)
def test_codes_are_said_in_the_readers_language(language, field, sort, locale, device):
    with translation.override(language):
        assert say_field("in_stock") == field
        assert say_choices("sort", ["price_asc"]) == [sort]
        assert say_choices("locale", ["zh"]) == [locale]
        assert say_choices("device", ["phone"]) == [device]


def test_the_shops_own_codes_stay():
    assert say_field("colour") == "colour"
    assert say_choices("segment", ["vip", "new"]) == ["vip", "new"]
    assert say_choices("device", ["watch"]) == ["watch"]


@pytest.mark.parametrize(("language", "any_"), [("en", "any value"), ("zh-hans", "任意值")])
def test_the_word_for_any_other_is_not_shown(language, any_):
    with translation.override(language):
        assert say_example_values([OTHER_WORDS]) == any_
        assert say_example_values(["red", "blue"]) == "red/blue"


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        (Clause(field="on_sale", values=("true",), exclude=True), "not on sale"),
        (Clause(field="on_sale", values=("false",), exclude=True), "on sale"),
        (Clause(field="in_stock", values=("false",)), "out of stock"),
        (Clause(field="brand", values=("lumo",), exclude=True), "not brand lumo"),
    ],
)
def test_a_flag_that_is_excluded_says_what_it_means(clause, said):
    assert describe_clause(clause) == said


@pytest.mark.parametrize(
    ("language", "conditions", "actions"),
    [
        ("en", "the device is phone or tablet and the shopper filters by in stock", "sort by price, high to low"),
        ("zh-hans", "设备是 手机 或 平板 且 顾客按 有货 筛选", "价格从高到低"),
    ],
)
def test_a_rule_names_devices_and_orders(language, conditions, actions):
    rule = parse_rule(
        document(
            {"type": "sort", "sort": "price_desc"},
            when=[
                {"type": "device", "values": ["phone", "tablet"]},
                {"type": "filter", "field": "in_stock", "values": ["true"]},
            ],
        )
    )
    with translation.override(language):
        assert conditions in describe_conditions(rule)
        assert actions in describe_actions(rule)
