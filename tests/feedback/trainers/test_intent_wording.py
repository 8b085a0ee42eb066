"""One template becomes one query: choices made, slots filled, typed as people type."""

import re

import pytest

from catalog.demo.dice import Dice
from feedback.trainers.intent_data import LOCALES, read_table
from feedback.trainers.intent_wording import read_words, roughen, write_query

ENGLISH, CHINESE = read_words("en"), read_words("zh")


def write_many(template, words, times=60):
    return {write_query(template, words, Dice("test", template, turn)) for turn in range(times)}


@pytest.mark.parametrize(
    ("template", "written"),
    [
        pytest.param("(red|blue) lamp", {"red lamp", "blue lamp"}, id="one of"),
        pytest.param("[my] order", {"my order", "order"}, id="with or without"),
        pytest.param("(a|) lamp", {"a lamp", "lamp"}, id="one of which is nothing"),
        pytest.param("(退货|退款)[流程]", {"退货", "退款", "退货流程", "退款流程"}, id="Chinese"),
        pytest.param("order book", {"order book"}, id="as it stands"),
        pytest.param("lamp [for (me|you)]", {"lamp", "lamp for me", "lamp for you"}, id="one in the other"),
    ],
)
def test_choices(template, written):
    assert write_many(template, ENGLISH) == written


@pytest.mark.parametrize("words", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_slots_are_filled_and_never_twice_with_the_same(words):
    for query in write_many("{thing}/{thing}/{brand}", words):
        first, second, brand = query.split("/")
        assert first != second
        assert first
        assert brand


def test_the_demo_catalog_names_things_brands_and_values():
    assert {"robot vacuum", "phone case"} <= set(ENGLISH.slots["thing"])
    assert {"扫地机器人", "手机壳"} <= set(CHINESE.slots["thing"])
    assert {"布瑞诺", "华为"} <= set(CHINESE.slots["brand"])
    assert "huawei" in CHINESE.foreign["brand"]
    assert "waterproof" in ENGLISH.slots["feature"]


@pytest.mark.parametrize("locale", LOCALES)
def test_every_template_is_well_formed_and_every_slot_known(locale):
    words = read_words(locale)
    known = set(words.slots) | {"code", "count", "misspelt", "name", "pinyin", "price", "site", "unit"}
    for template, _ in read_table(f"intent_templates_{locale}.tsv"):
        assert not set(re.findall(r"\{(\w+)\}", template)) - known, template
        flat = template
        while flat != (flat := re.sub(r"\([^()\[\]]*\)|\[[^()\[\]]*\]", "", flat)):
            pass
        assert not re.search(r"[()\[\]|]", flat), template


@pytest.mark.parametrize(
    ("words", "query"), [(ENGLISH, "where is my order, please?"), (CHINESE, "请问我的订单到哪了？")], ids=["en", "zh"]
)
def test_roughened_queries_vary_and_stay_recognisable(words, query):
    rough = {roughen(query, words, Dice("rough", turn)) for turn in range(200)}
    assert len(rough) > 5
    assert all(len(text) > len(query) / 2 for text in rough)


def test_typos_hit_long_latin_words_only():
    rough = {roughen("the big compass", ENGLISH, Dice("typo", turn)) for turn in range(400)}
    misspelt = {text for text in rough if "compass" not in text}
    assert misspelt
    assert all("the big" in text for text in rough)
