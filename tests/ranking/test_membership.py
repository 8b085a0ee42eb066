"""Whether products are those that clauses mean, for many rules that share what was looked up."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ranking.merchandising.membership import Membership, Ordinals
from ranking.merchandising.schema import parse_rule
from ranking.registry import live_state
from tests.ranking.rule_shop import build_shop
from tests.ranking.rule_words import clause, document, hide

pytestmark = pytest.mark.django_db


@pytest.fixture
def ordinals():
    build_shop()
    return Ordinals(live_state().snapshot)


def meant(*clauses):
    (action,) = parse_rule(document(hide(*clauses))).actions
    return action.target


@pytest.mark.parametrize(
    ("sku", "clauses", "expected"),
    [
        ("L1", [clause("brand", "lumo")], True),
        ("L1", [clause("brand", "nord")], False),
        ("L1", [clause("brand", "nord", exclude=True)], True),
        ("L1", [clause("sku", "L1", "L3")], True),
        ("L1", [clause("sku", "L1-V")], True),
        ("L1", [clause("sku", "L1"), clause("colour", "blue")], False),
        ("GONE", [clause("sku", "GONE")], None),
    ],
)
def test_it_is_read_from_the_index(ordinals, sku, clauses, expected):
    membership = Membership(ordinals, timezone.now())
    membership.learn({sku, *(value for one in clauses if one["field"] == "sku" for value in one["values"])})
    assert membership.holds(sku, meant(*clauses)) is expected


def test_each_product_is_looked_up_once_for_all_rules(ordinals):
    with CaptureQueriesContext(connection) as queries:
        for _rule in range(3):
            Membership(ordinals, timezone.now()).learn({"L1", "L2", "GONE"})
    assert len(queries) == 1


def test_what_another_looked_up_meanwhile_is_no_gap(ordinals):
    membership = Membership(ordinals, timezone.now())
    membership.learn({"L1"})
    assert membership.holds("L1", meant(clause("brand", "lumo")))
    Membership(ordinals, timezone.now()).learn({"L3"})
    membership.learn({"L3"})
    assert membership.holds("L3", meant(clause("brand", "lumo")))
