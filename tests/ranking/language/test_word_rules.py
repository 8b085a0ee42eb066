"""Synonyms and separations of one search: what they forbid, and that they leave everything else alone."""

import pytest

from catalog.text import analyse
from ranking.contracts import Expansion
from ranking.language.concept_source import read_dictionary
from ranking.language.concepts import build_concepts
from ranking.language.expansions import expand_query
from ranking.language.synonyms import build_synonyms
from ranking.language.word_rules import NO_WORD_RULES, build_word_rules


def terms(text):
    return tuple(analyse(text))


def rules_of(*, pairs=(), apart=(), alone=()):
    return build_word_rules(
        {(terms(word), terms(other)): (other, weight) for word, other, weight in pairs},
        apart=[(terms(word), terms(other)) for word, other in apart],
        alone=[terms(word) for word in alone],
    )


@pytest.fixture(scope="module")
def concepts():
    return build_concepts(read_dictionary())


def said(query, concepts, *rows, rules=NO_WORD_RULES):
    synonyms = build_synonyms([(number, *row) for number, row in enumerate(rows, start=1)])
    found = expand_query(analyse(query), synonyms=synonyms, concepts=concepts, locale="en", rules=rules)
    return {item.text: (item.source, item.weight) for item in found}


def test_nothing_said_is_falsy_and_forbids_nothing():
    assert not NO_WORD_RULES
    assert not NO_WORD_RULES.forbids_correction("ta", "to")
    assert rules_of(alone=["TA"])


@pytest.mark.parametrize(
    ("typed", "meant", "forbidden"),
    [
        pytest.param("ta", "to", True, id="the words"),
        pytest.param("TA", "TO", True, id="in capitals"),
        pytest.param("ta shirt", "to shirt", True, id="among others"),
        pytest.param("ta", "tea", False, id="something else"),
        pytest.param("tab", "to", False, id="part of a word"),
        pytest.param("蓝呀", "蓝牙", True, id="zh"),
    ],
)
def test_a_correction_is_forbidden_by_its_words(typed, meant, forbidden):
    rules = rules_of(apart=[("ta", "to"), ("蓝呀", "蓝牙")])
    assert rules.forbids_correction(typed, meant) is forbidden


def test_a_word_kept_alone_is_corrected_to_nothing():
    assert rules_of(alone=["ta"]).forbids_correction("ta", "tea")
    assert rules_of(alone=["ta"]).forbids(Expansion(("ta",), ("x",), 0.5))


def test_what_is_parted_does_not_come_in_by_a_detour(concepts):
    """Couch is kept from 沙发, so it is not found by the synonyms of 沙发 either."""
    rows = (("one_way", ["沙发"], ["blarg"], 0.8, ""),)
    assert "blarg" in said("couch", concepts, *rows)
    assert "blarg" not in said("couch", concepts, *rows, rules=rules_of(apart=[("couch", "沙发")]))


def test_one_rule_serves_both_languages(concepts):
    rules = rules_of(pairs=[("desk lamp", "banker lamp", 0.8)])
    source, weight = said("台灯", concepts, rules=rules)["banker lamp"]
    assert source == "synonym"
    assert weight < 0.8


def test_the_rules_own_weight_counts(concepts):
    rows = (("two_way", ["couch", "divan"], [], 0.9, ""),)
    assert said("couch", concepts, *rows, rules=rules_of(pairs=[("couch", "divan", 0.2)]))["divan"] == ("rule", 0.2)
