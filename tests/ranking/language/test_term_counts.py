"""Counts of index terms, looked up once and only once."""

import pytest

from ranking.language.term_counts import count_terms, forget_term_counts
from ranking.registry import live_state
from tests.shop import add_product, build_bilingual_shop, index_all

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop() -> None:
    forget_term_counts()
    build_bilingual_shop()


@pytest.mark.parametrize(("term", "count"), [("headphon", 2), ("耳机", 2), ("kettl", 1), ("nothing", 0)])
def test_products_that_hold_a_term(term: str, count: int) -> None:
    counts = count_terms([term], live_state().snapshot)
    assert counts.count(term) == count


def test_rare_terms_have_a_higher_idf() -> None:
    counts = count_terms(["sonar", "kettl", "nothing"], live_state().snapshot)
    assert counts.idf("sonar") < counts.idf("kettl") < counts.idf("nothing")


def test_a_term_is_looked_up_once(django_assert_num_queries) -> None:
    snapshot = live_state().snapshot
    with django_assert_num_queries(1):
        count_terms(["sonar", "kettl"], snapshot)
        count_terms(["sonar"], snapshot)


def test_new_products_count_at_once() -> None:
    assert count_terms(["kettl"], live_state().snapshot).count("kettl") == 1
    add_product("KET-2", "Travel kettle")
    index_all()
    assert count_terms(["kettl"], live_state().snapshot).count("kettl") == 2
