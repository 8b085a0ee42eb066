"""What shoppers' queries suggest, and the parts all miners share."""

import pytest

from ranking.language.concept_source import read_dictionary
from ranking.language.concepts import build_concepts
from ranking.language.log_mining import LoggedSearch, mine_log
from ranking.language.mining import (
    SynonymSuggestion,
    differing_words,
    finish_suggestions,
    is_new,
    split_words,
)
from ranking.retrieval.written_words import join_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("Red Leather Sofa", ["red", "leather", "sofa"], id="en"),
        pytest.param("wi-fi router (2 pcs)", ["wi-fi", "router", "2", "pcs"], id="en signs"),
        pytest.param("黑色无线鼠标", ["黑色", "无线", "鼠标"], id="zh"),
        pytest.param("笔记本电脑 16GB", ["笔记本电脑", "16gb"], id="zh long word, mixed"),
        pytest.param("", [], id="empty"),
    ],
)
def test_words_one_after_the_other(text, words):
    assert split_words(text) == words


def test_chinese_words_add_up_to_the_text():
    text = "男士纯棉短袖圆领修身打底衫新款夏季"
    assert "".join(split_words(text)) == text


@pytest.mark.parametrize(
    ("one", "other", "differing"),
    [
        pytest.param("red sofa", "red couch", ("sofa", "couch"), id="en end"),
        pytest.param("sofa bed", "couch bed", ("sofa", "couch"), id="en start"),
        pytest.param("hard drive case", "hdd case", ("hard drive", "hdd"), id="en phrase"),
        pytest.param("红色 沙发", "红色 长椅", ("沙发", "长椅"), id="zh"),
        pytest.param("sofa", "sofa red", None, id="only more words"),
        pytest.param("sofa", "sofa", None, id="equal"),
    ],
)
def test_what_differs_between_two_queries(one, other, differing):
    assert differing_words(split_words(one), split_words(other)) == differing


@pytest.mark.parametrize(
    ("words", "text"),
    [(["hard", "drive"], "hard drive"), (["移动", "硬盘"], "移动硬盘"), (["usb", "硬盘"], "usb 硬盘")],
    ids=["en", "zh", "mixed"],
)
def test_words_are_joined_as_people_write(words, text):
    assert join_words(words) == text


@pytest.mark.parametrize(
    ("one", "other", "new"),
    [
        pytest.param("sofa", "divan", True, id="different"),
        pytest.param("sofa", "sofas", False, id="plural, which search joins itself"),
        pytest.param("wifi", "WiFi", False, id="case"),
        pytest.param("耳机", "耳機", False, id="zh traditional"),
        pytest.param("printer", "打印机", False, id="zh and en, which the dictionary links"),
        pytest.param("tv", "television", True, id="two words of one language"),
        pytest.param("sofa", "...", False, id="nothing to search"),
        pytest.param("sofa", "x" * 101, False, id="too long to save"),
    ],
)
def test_only_what_search_does_not_know_is_suggested(one, other, new):
    assert is_new(one, other, build_concepts(read_dictionary())) is new


def test_of_equal_pairs_the_best_supported_is_kept_and_the_order_is_by_support():
    found = [
        SynonymSuggestion(first, second, "two_way", "catalog", "x", support)
        for first, second, support in (("a1", "b1", 1), ("b1", "a1", 5), ("c1", "d1", 9))
    ]
    assert [(item.first, item.support) for item in finish_suggestions(found)] == [("c1", 9), ("b1", 5)]


# --- The query log ------------------------------------------------------------------------------------------------


def clicks(query: str, *products: int, times: int = 1) -> list[LoggedSearch]:
    return [LoggedSearch(query, products)] * times


@pytest.mark.parametrize(
    ("one", "other", "pair"),
    [
        pytest.param("red sofa", "red couch", {"sofa", "couch"}, id="en"),
        pytest.param("红色 沙发", "红色 卡座", {"沙发", "卡座"}, id="zh"),
    ],
)
def test_queries_that_lead_to_the_same_products(one, other, pair):
    log = [*clicks(one, 1, 2, 3, 4, times=5), *clicks(other, 1, 2, 3, times=3), *clicks("lamp", 9)]
    [found] = mine_log(log)
    assert {found.first, found.second} == pair
    assert (found.kind, found.source, found.reason) == ("two_way", "query_log", "same_clicks")
    assert found.evidence["shared_products"] == 3
    assert sorted(found.evidence["searches"]) == [3, 5]
    assert set(found.evidence["examples"]) == {"1", "2", "3"}


@pytest.mark.parametrize(
    "log",
    [
        pytest.param([*clicks("sofa", 1, 2), *clicks("couch", 1, 2)], id="too few products"),
        pytest.param([*clicks("sofa", 1, 2, 3), *clicks("couch", *range(2, 60))], id="mostly other products"),
        pytest.param([*clicks("sofa", 1, 2, 3), *clicks("sofa red", 1, 2, 3)], id="one only adds a word"),
        pytest.param([*clicks("sofa", 1, 2, 3), *clicks("Sofas", 1, 2, 3)], id="search joins them itself"),
        pytest.param([LoggedSearch(f"q{n}", (1, 2, 3)) for n in range(80)], id="products everybody clicks"),
        pytest.param([], id="nothing"),
    ],
)
def test_what_shared_clicks_do_not_say(log):
    assert mine_log(log) == []


def visit(number: int, *searches: tuple[str, int, tuple[int, ...]]) -> list[LoggedSearch]:
    return [LoggedSearch(query, clicked, f"visit-{number}", results) for query, results, clicked in searches]


def test_what_was_typed_after_finding_nothing():
    log = [
        search
        for number in range(4)
        for search in visit(number, ("leather davenport", 0, ()), ("leather sofa", 9, (number,)))
    ]
    [found] = mine_log(log)
    assert (found.first, found.second, found.kind, found.reason) == ("davenport", "sofa", "one_way", "reformulated")
    assert found.evidence["sessions"] == 4
    assert found.evidence["share"] == 1.0


@pytest.mark.parametrize(
    "visits",
    [
        pytest.param([(("davenport", 0, ()), ("sofa", 9, ()))] * 5, id="nothing clicked"),
        pytest.param([(("davenport", 3, ()), ("sofa", 9, (1,)))] * 5, id="something found before"),
        pytest.param([(("davenport", 0, ()), ("sofa", 9, (1,)))] * 2, id="too few visits"),
        pytest.param(
            [(("davenport", 0, ()), ("sofa", 9, (1,)))] * 3 + [(("davenport", 0, ()),)] * 20, id="most gave up"
        ),
        pytest.param([(("", 0, ()), ("沙发", 9, (1,)))] * 5, id="zh empty query"),
    ],
)
def test_what_reformulations_do_not_say(visits):
    assert mine_log([search for number, searches in enumerate(visits) for search in visit(number, *searches)]) == []


def test_searches_without_a_session_do_not_follow_each_other():
    log = [LoggedSearch("davenport", (), "", 0), LoggedSearch("sofa", (1,), "", 5)] * 5
    assert mine_log(log) == []
