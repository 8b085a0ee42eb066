"""What a product must hold: the thing asked for, whatever polite words stand around it; in both languages."""

import pytest

from catalog.text import normalise
from ranking.contracts import Entity, Understanding
from ranking.language.keywords import keyword_text, weigh_keywords
from ranking.language.numbers import read_numbers
from ranking.language.phrase_table import build_table
from ranking.language.searched_words import choose_words, leave_out_recipients
from ranking.language.words import build_dictionary


def searched(text: str, **names) -> str:
    return " ".join(choose_words(normalise(text), **names).replace(",", " ").split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("can you recommend me the best laptop for my brother please", "laptop", id="en, recommend"),
        pytest.param("i am looking for a cheap gaming keyboard", "gaming keyboard", id="en, cheap is a wish"),
        pytest.param("i want to buy red shoes", "red shoes", id="en, buy"),
        pytest.param("do you have any running shoes for men", "running shoes men", id="en, men is a property"),
        pytest.param("my husband needs a winter jacket", "winter jacket", id="en, owner"),
        pytest.param("mom jeans", "mom jeans", id="en, a kind of jeans"),
        pytest.param("no show socks", "no socks", id="en, no stays"),
        pytest.param("我想买一个连衣裙,有什么推荐吗", "连衣裙", id="zh, 推荐"),
        pytest.param("帮我找一双便宜的跑步鞋", "跑步鞋", id="zh, 帮我找"),
        pytest.param("有没有好用的吹风机", "吹风机", id="zh, 有没有"),
        pytest.param("请问有给爸爸买的手机吗", "手机", id="zh, 给爸爸"),
        pytest.param("求推荐一下适合学生用的耳机", "学生 耳机", id="zh, student is a property"),
        pytest.param("麻烦帮忙找个结实耐用的行李箱谢谢", "结实耐用 行李箱", id="zh, 麻烦"),
        pytest.param("买手机", "手机", id="zh, one word to the segmenter"),
        pytest.param("宝宝椅", "宝宝椅", id="zh, nothing to drop"),
    ],
)
def test_only_the_thing_is_searched(text: str, expected: str) -> None:
    assert searched(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("the who", "the who", id="en, glue alone"),
        pytest.param("what is cheap", "cheap", id="en, a wish alone"),
        pytest.param("gift for my sister", "gift", id="en, gift is a product word"),
        pytest.param("for my sister", "sister", id="en, a person alone"),
        pytest.param("便宜的", "便宜", id="zh, a wish alone"),
        pytest.param("我想", "我想", id="zh, glue alone"),
        pytest.param("送妈妈的礼物", "礼物", id="zh, gift"),
    ],
)
def test_what_is_left_is_searched(text: str, expected: str) -> None:
    assert searched(text).replace(" ", "") == expected.replace(" ", "")


def test_a_range_is_enough() -> None:
    reading = read_numbers("best under 50")
    assert choose_words(reading.rest, needs=reading.needs).split() == []


def test_a_name_of_the_catalog_is_no_glue() -> None:
    please = Entity("brand", "brand", "please", "please", 0.9, 0, 6)
    assert searched("please jeans", entities=(please,)) == "please jeans"
    assert searched("please jeans") == "jeans"


def test_a_phrase_of_a_synonym_keeps_its_glue() -> None:
    table = build_table([(("all", "in", "one"), "aio"), (("brother",), "printer")])
    assert searched("all in one printer", tables=(table,)) == "all in one printer"
    assert searched("printer in black", tables=(table,)) == "printer black"


def test_titles_tell_names_from_glue() -> None:
    dictionary = build_dictionary({"trash": 20, "can": 30, "laptop": 300}, {("trash", "can"): 15, ("can", "laptop"): 1})
    assert searched("trash can", dictionary=dictionary) == "trash can"
    assert searched("can you find a trash can", dictionary=dictionary) == "trash can"
    assert searched("can laptop", dictionary=dictionary) == "laptop"


def test_my_brother_is_no_brand_and_toner_for_brother_is() -> None:
    brother = Entity("brand", "brand", "brother", "brother", 0.9, 14, 21)
    assert leave_out_recipients((brother,), "toner  for my brother") == ()
    assert leave_out_recipients((brother,), "ink toner for brother") == (brother,)
    assert searched("ink toner for brother", entities=(brother,)) == "ink toner brother"


@pytest.mark.parametrize(
    ("text", "terms", "expected"),
    [
        ("can you recommend a cheap laptop for my brother", ("laptop",), "laptop"),
        ("帮我找便宜的跑步鞋", ("跑步", "鞋"), "跑步 鞋"),
        ("under", (), "under"),
    ],
)
def test_the_dense_leg_reads_what_is_searched(text: str, terms: tuple[str, ...], expected: str) -> None:
    understanding = Understanding(text, "en", terms, keywords=weigh_keywords(text))
    assert keyword_text(understanding) == expected


@pytest.mark.parametrize("text", ["please " * 2000, "我想" * 5000, "for my brother " * 800])
def test_hostile_queries_end(text: str) -> None:
    assert len(choose_words(text)) == len(text)
