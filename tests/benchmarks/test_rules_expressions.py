"""The worst books of the rules' benchmark: their rules are valid, some hold, and the index loses none of them."""

import random

import pytest

from benchmarks.rules_data import BORN
from benchmarks.rules_expressions import SHOPS, make_query, make_rules, match_query
from catalog.text import analyse, normalise
from ranking.contracts import SearchRequest
from ranking.merchandising.book import build_book
from ranking.merchandising.compile import compile_rule
from ranking.merchandising.facts import make_facts
from ranking.merchandising.match import does_hold
from ranking.merchandising.schema import parse_rule


@pytest.mark.parametrize("typos", [False, True], ids=["as typed", "typing errors forgiven"])
@pytest.mark.parametrize("language", SHOPS)
def test_a_search_obeys_the_rules_that_hold_one_by_one(language, typos):
    documents = make_rules(language, typos=typos, count=400)
    book = build_book(compile_rule(parse_rule(document), created_at=BORN) for document in documents)
    dice = random.Random(3)
    held = 0
    for _search in range(40):
        query = make_query(language, dice)
        normalised = normalise(query)
        facts = make_facts(SearchRequest(query=query), normalised=normalised, terms=analyse(normalised))
        expected = [rule.name for rule in book.rules if does_hold(rule, facts)]
        assert [effect.rule.name for effect in match_query(book, query).pins] == expected
        held += len(expected)
    assert held
