"""The index of what rules claim never leaves out a rule that clashes, and leaves out those that want something else."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ranking.merchandising.claims import index_claims
from ranking.merchandising.compile import compile_rule
from ranking.merchandising.conflicts import list_clashes, name_skus
from ranking.merchandising.product_clashes import split_by_windows
from ranking.merchandising.schema import parse_rule
from tests.ranking.rule_strategies import documents
from tests.ranking.rule_words import boost, clause, compiled, hide, pin, show_only
from tests.ranking.test_conflicts import CLASHING, facets, layout, replace_words, synonym

HOLDS = st.sampled_from([name_skus, lambda sku, clauses: True, lambda sku, clauses: False])


def candidates(rule, *others, holds=name_skus):
    return [others[place].id for place in index_claims(others).find_candidates(rule, holds)]


@hypothesis_settings(max_examples=400, deadline=None)
@given(listed=documents(), one=documents(most=1), holds=HOLDS)
def test_whoever_clashes_is_a_candidate(listed, one, holds):
    book = sorted((compile_rule(parse_rule(item), created_at=None) for item in listed), key=lambda rule: rule.order)
    rule = compile_rule(parse_rule(one[0] | {"id": str(UUID(int=999))}), created_at=None)
    found = candidates(rule, *book, holds=holds)
    assert found == [other.id for other in book if other.id in found], "in order of precedence"
    for other in book:
        parts = [(mine, theirs) for mine in split_by_windows(rule) for theirs in split_by_windows(other)]
        if any(list_clashes(mine, theirs, holds=holds) for mine, theirs in parts):
            assert other.id in found
            assert candidates(other, rule, holds=holds)


@pytest.mark.parametrize(("one", "two", "kind"), CLASHING)
def test_every_kind_of_clash_has_a_claim(one, two, kind):
    assert candidates(compiled(*one), compiled(*two))
    assert candidates(compiled(*two), compiled(*one))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (pin("A", 1), pin("B", 2)),
        (pin("A", 1), hide(clause("sku", "B"))),
        (show_only(clause("sku", "A")), pin("A", 1)),
        (pin("A", 1), {"type": "redirect", "url": "/a/"}),
        (boost(40, clause("brand", "nord")), boost(-40, clause("brand", "lumo"))),
        (layout("list"), facets(first=["brand"])),
        (synonym("lamp", "light"), replace_words("lamp", "desk")),
        (synonym("灯", "台灯"), synonym("椅子", "凳子")),
        (hide(clause("brand", "nord")), hide(clause("brand", "nord"))),
    ],
)
def test_rules_that_want_other_things_are_no_candidates(one, two):
    assert candidates(compiled(one), compiled(two)) == []
    assert candidates(compiled(two), compiled(one)) == []
