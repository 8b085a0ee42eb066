"""Everything a query is also looked for by: synonyms, the other language, and one synonym for both languages."""

import pytest

from catalog.text import analyse
from ranking.language.concept_source import read_dictionary
from ranking.language.concepts import build_concepts
from ranking.language.expansions import MAX_EXPANSIONS, expand_query, read_expansions
from ranking.language.synonyms import build_synonyms
from ranking.models import Synonym


@pytest.fixture(scope="module")
def concepts():
    return build_concepts(read_dictionary())


def said(query: str, concepts, *rows: tuple, locale: str = "en") -> dict[str, tuple[str, float]]:
    synonyms = build_synonyms([(number, *row) for number, row in enumerate(rows, start=1)])
    found = expand_query(analyse(query), synonyms=synonyms, concepts=concepts, locale=locale)
    return {item.text: (item.source, item.weight) for item in found}


def test_synonyms_and_concepts_together(concepts):
    found = said("couch", concepts, ("two_way", ["couch", "divan"], [], 0.8, ""))
    assert found["divan"] == ("synonym", 0.8)
    assert found["沙发"][0] == "concept"


@pytest.mark.parametrize(
    ("query", "row", "word"),
    [
        pytest.param(
            "台灯", ("one_way", ["desk lamp"], ["banker lamp"], 0.8, ""), "banker lamp", id="zh, written in en"
        ),
        pytest.param("desk lamp", ("one_way", ["台灯"], ["护眼灯"], 0.8, ""), "护眼灯", id="en, written in zh"),
        pytest.param("zorgo", ("one_way", ["zorgo"], ["desk lamp"], 0.8, ""), "台灯", id="where it leads, in zh"),
        pytest.param("佐果", ("one_way", ["佐果"], ["台灯"], 0.8, ""), "desk lamp", id="where it leads, in en"),
    ],
)
def test_one_synonym_serves_both_languages(concepts, query, row, word):
    source, weight = said(query, concepts, row)[word]
    assert source == "synonym"
    assert weight < 0.8


def test_synonyms_of_synonyms_are_not_followed(concepts):
    rows = (("one_way", ["zorgo"], ["blarg"], 0.8, ""), ("one_way", ["blarg"], ["fnord"], 0.8, ""))
    assert list(said("zorgo", concepts, *rows)) == ["blarg"]


@pytest.mark.parametrize(
    ("locale", "query"), [pytest.param("en", "tablet", id="en"), pytest.param("zh", "tablet", id="zh")]
)
def test_weight_zero_parts_what_the_dictionary_joins(concepts, locale, query):
    rows = (("two_way", ["tablet", "平板"], [], 0.0, "en"),)
    assert ("平板" in said(query, concepts, *rows, locale=locale)) == (locale == "zh")


def test_a_merchants_weight_counts_where_it_is_higher(concepts):
    assert said("tv", concepts, ("one_way", ["tv"], ["电视"], 1.0, ""))["电视"] == ("synonym", 1.0)


def test_nothing_is_said_twice_and_the_number_is_bounded(concepts):
    words = ["手机", "耳机", "键盘", "鼠标", "打印机", "墨盒", "显示器", "电视", "相机", "音箱"]
    rows = [("two_way", [word, f"w{n}"], [], 0.9, "") for n, word in enumerate(words)]
    synonyms = build_synonyms([(number, *row) for number, row in enumerate(rows)])
    found = expand_query(analyse(" ".join(words * 50)), synonyms=synonyms, concepts=concepts, locale="zh")
    assert len(found) <= MAX_EXPANSIONS
    assert len({(item.replaced, item.alternative) for item in found}) == len(found)


@pytest.mark.django_db
def test_what_a_search_would_use_now():
    Synonym.objects.create(words=["sofa", "divan"])
    assert {"divan", "沙发"} <= {item.text for item in read_expansions(analyse("sofa"), locale="en")}
