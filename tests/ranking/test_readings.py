"""One rule serves the word as typed, as corrected, and in the other language; the outcome says by which it holds."""

import pytest

from catalog.text import analyse, normalise
from ranking.contracts import Correction, SearchRequest, Understanding
from ranking.language.concept_source import read_dictionary
from ranking.language.concepts import ConceptBook, build_concepts
from ranking.language.synonyms import SynonymBook, build_synonyms
from ranking.merchandising.book import build_book
from ranking.merchandising.facts import QueryFacts, make_facts
from ranking.merchandising.match import match_rules
from ranking.merchandising.readings import MOST_SAME, read_otherwise, read_same
from tests.ranking.rule_words import NOW, compiled, on_query


@pytest.fixture(scope="module")
def concepts() -> ConceptBook:
    return build_concepts(read_dictionary())


def facts_for(query: str, concepts: ConceptBook, *, corrected: str = "") -> QueryFacts:
    typed = normalise(query)
    correction = Correction(typed, corrected, ((typed, corrected),), 0.9, applied=True) if corrected else None
    understanding = Understanding(corrected or typed, "en", tuple(analyse(corrected or typed)), correction=correction)
    readings = read_otherwise(understanding, concepts)
    return make_facts(SearchRequest(query=query), normalised=typed, terms=analyse(typed), readings=readings)


@pytest.mark.parametrize(
    ("value", "query", "corrected", "reason"),
    [
        pytest.param("dress", "连衣裙", "", "By “dress”", id="en rule, zh query"),
        pytest.param("dress", "红色连衣裙", "", "dress”, the same", id="en rule, word inside a zh query"),
        pytest.param("笔记本电脑", "laptop", "", "By “笔记本电脑”", id="zh rule, en query"),
        pytest.param("手机", "shouji", "手机", "By the corrected words “手机”", id="zh rule, pinyin corrected"),
        pytest.param("laptop", "lapotp", "laptop", "By the corrected words “laptop”", id="en rule, slip corrected"),
        pytest.param("mobile phone", "shouji", "手机", "By “mobile phone”", id="corrected, then translated"),
        pytest.param("连衣裙", "连衣裙", "", "", id="as typed"),
    ],
)
@pytest.mark.parametrize("match", ["contains", "is"])
def test_a_rule_holds_by_another_reading(value, query, corrected, reason, match, concepts) -> None:
    if match == "is" and query == "红色连衣裙":
        pytest.skip("the query says more than the rule's word")
    rule = compiled(when=[on_query(value, match=match)])
    found = match_rules(build_book([rule]), facts_for(query, concepts, corrected=corrected), now=NOW)
    (outcome,) = [outcome for outcome in found.outcomes if outcome.status == "matched"]
    assert reason in outcome.reason
    assert bool(reason) == bool(outcome.reason)


@pytest.mark.parametrize(
    ("condition", "query"),
    [
        pytest.param(on_query("dress", use_analysis=False), "连衣裙", id="as typed only"),
        pytest.param(on_query("shoe"), "连衣裙", id="another thing"),
        pytest.param(on_query("笔记本电脑"), "notebook", id="a word of several meanings"),
    ],
)
def test_a_rule_holds_by_no_reading(condition, query, concepts) -> None:
    found = match_rules(build_book([compiled(when=[condition])]), facts_for(query, concepts), now=NOW)
    assert found.is_empty


def test_an_offered_correction_is_no_reading(concepts) -> None:
    offered = Correction("shouji", "手机", (("shouji", "手机"),), 0.5, applied=False)
    understanding = Understanding("shouji", "en", ("shouji",), correction=offered)
    assert read_otherwise(understanding, concepts) == ()


def synonyms_of(*rows: tuple[object, ...]) -> SynonymBook:
    return build_synonyms([(number, *row) for number, row in enumerate(rows, start=1)])


SYNONYMS = synonyms_of(
    ("two_way", ["sofa", "couch"], [], 0.9, ""),
    ("one_way", ["trainers"], ["sneakers", "running shoes"], 0.9, ""),
    ("two_way", ["充电宝", "移动电源"], [], 0.9, ""),
    ("one_way", ["jumper"], ["sweater"], 0.9, "en"),
    ("one_way", ["mouse"], ["rat"], 0.0, ""),
)


def holds_for_synonyms(value: str, query: str, *, locale: str = "en", match: str = "contains", **options: bool) -> str:
    """The reason for which the rule holds; "no" when it does not."""
    understanding = Understanding(normalise(query), "en", tuple(analyse(query)))
    facts = make_facts(
        SearchRequest(query=query, locale=locale, literal=options.pop("literal", False)),
        normalised=normalise(query),
        terms=analyse(query),
        find_same=lambda: read_same(understanding, SYNONYMS, locale),
    )
    rule = compiled(when=[on_query(value, match=match, **{"synonyms": True, **options})])
    (*_, outcome) = match_rules(build_book([rule]), facts, now=NOW, explain_limit=1).outcomes
    return outcome.reason if outcome.status == "matched" else "no"


@pytest.mark.parametrize(
    ("value", "query", "holds"),
    [
        pytest.param("sofa", "red couch", True, id="two-way"),
        pytest.param("couch", "red sofas", True, id="two-way back, other ending"),
        pytest.param("sneakers", "trainers", True, id="one-way as stored"),
        pytest.param("trainers", "sneakers", False, id="one-way not back"),
        pytest.param("running shoes", "white trainers sale", True, id="one-way to a phrase"),
        pytest.param("充电宝", "大容量移动电源", True, id="zh"),
        pytest.param("移動電源", "充电宝 20000", True, id="zh traditional rule"),
        pytest.param("rat", "mouse", False, id="forbidden pair"),
        pytest.param("sofa", "table", False, id="not a synonym"),
    ],
)
def test_a_rule_may_hold_for_what_the_synonym_list_says_is_the_same(value: str, query: str, holds: bool) -> None:
    assert (holds_for_synonyms(value, query) != "no") is holds
    assert holds_for_synonyms(value, query, synonyms=False) == "no"
    assert holds_for_synonyms(value, query, literal=True) == "no"


def test_the_outcome_names_the_synonym() -> None:
    assert holds_for_synonyms("sofa", "red couch") == "By “red sofa”, the same by the list of synonyms."
    assert holds_for_synonyms("sofa", "sofa") == ""


def test_synonyms_of_one_shop_language_hold_in_it_alone() -> None:
    assert holds_for_synonyms("sweater", "jumper") != "no"
    assert holds_for_synonyms("sweater", "jumper", locale="zh") == "no"


def test_synonyms_count_in_expressions_and_for_whole_queries() -> None:
    assert holds_for_synonyms("sofa AND NOT cover", "couch", match="expression") != "no"
    assert holds_for_synonyms("sofa AND NOT cover", "couch cover", match="expression") == "no"
    assert holds_for_synonyms("red sofa", "red couch", match="is") != "no"
    assert holds_for_synonyms("red sofa", "big red couch", match="is") == "no"


def test_a_long_query_is_read_in_so_many_ways_at_most() -> None:
    text = " ".join(["sofa", "trainers"] * 30)
    assert len(read_same(Understanding(text, "en", tuple(analyse(text))), SYNONYMS, "en")) == MOST_SAME
