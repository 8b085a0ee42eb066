"""One rule serves the word as typed, as corrected, and in the other language; the outcome says by which it holds."""

import pytest

from catalog.text import analyse, normalise
from ranking.contracts import Correction, SearchRequest, Understanding
from ranking.language.concept_source import read_dictionary
from ranking.language.concepts import ConceptBook, build_concepts
from ranking.merchandising.book import build_book
from ranking.merchandising.facts import QueryFacts, make_facts
from ranking.merchandising.match import match_rules
from ranking.merchandising.readings import read_otherwise
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
