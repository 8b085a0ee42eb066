"""The what-if benchmark's campaign is one that a shop could have, and opens when it should."""

import math
from datetime import UTC, datetime

import pytest

from benchmarks.what_if import make_rules, make_timed_rules, take
from ranking.merchandising.schedule import find_closed_reason
from ranking.merchandising.schema import parse_rule
from tests.shop import add_product

MOMENT = datetime(2026, 11, 10, 16, 0, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def products(db):
    for number in range(3):
        add_product(f"L{number}", "Lamp", title_zh="台灯")


def test_every_rule_is_valid():
    assert [parse_rule(rule).name for rule in make_rules()] == ["nowhere", "pins", "boost", "dear ones last", "banner"]


def test_at_the_moment_the_campaign_is_open_and_what_was_before_is_over():
    open_ = {
        rule.name: not find_closed_reason([window.bounds() for window in rule.windows], math.inf, MOMENT.timestamp())
        for rule in map(parse_rule, make_timed_rules(MOMENT))
    }
    assert open_ == {
        "pins": True, "boost": True, "dear ones last": True, "banner": True, "over": False, "lasting": True,
    }  # fmt: skip


def test_each_part_asks_words_of_its_own():
    texts = iter([("lamp", "en"), ("台灯", "zh"), ("desk", "en")])
    assert [each["query"] for each in take(texts, 2)] == ["lamp", "台灯"]
    assert [each["locale"] for each in take(texts, 2)] == ["en"]
