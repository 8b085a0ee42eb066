"""What changes between two pages, told in numbers: overlap, moves, filters, redirects."""

from dataclasses import replace
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.contracts import Banner, Facet, FacetValue, Hit, Page, ProductCard, Redirect, SearchRequest
from ranking.merchandising.whatif import SMALL_CHANGE, compare_facets, compare_pages
from ranking.merchandising.whatif_overlap import rank_biased_overlap
from ranking.merchandising.whatif_revenue import RevenueModel, estimate_pages, summarise_revenue

RANKINGS = st.lists(st.integers(0, 12), unique=True, max_size=12)


def hit(sku: str, position: int, *, price: float = 10, sale: float | None = None, in_stock: bool = True) -> Hit:
    number = sum(ord(letter) * 256**place for place, letter in enumerate(sku))
    card = ProductCard(
        number, sku, sku, "", "", "", "", "", price, sale, "USD", in_stock, None, 0, "",
    )  # fmt: skip
    return Hit(number, position, 1.0, {}, (), card)


def page(*skus: str, total: int | None = None, **fields) -> Page:
    hits = tuple(hit(sku, place) for place, sku in enumerate(skus, start=1))
    shown = len(hits) if total is None else total
    return replace(Page(uuid4(), SearchRequest(), hits, shown, (), "grid", {}), **fields)


def facet(name: str, **counts: int) -> Facet:
    return Facet(name, name, "value", tuple(FacetValue(key, key, count) for key, count in counts.items()))


@given(RANKINGS, RANKINGS)
def test_overlap_is_between_none_and_all_and_the_same_both_ways(first, second):
    overlap = rank_biased_overlap(first, second)
    assert 0 <= overlap <= 1
    assert overlap == pytest.approx(rank_biased_overlap(second, first))
    assert rank_biased_overlap(first, first) == pytest.approx(1)


def test_overlap_is_none_for_strangers_and_the_first_places_count_most():
    assert rank_biased_overlap("abc", "xyz") == 0
    assert rank_biased_overlap("", "") == 1
    assert rank_biased_overlap("", "abc") == 0
    assert rank_biased_overlap("bacdef", "abcdef") < rank_biased_overlap("abcdfe", "abcdef") < 1


def test_overlap_is_the_one_of_the_paper():
    """Webber, Moffat and Zobel 2010: agreement 1 at depth 1, 1/2 at 2, 2/3 at 3."""
    p, agreement = 0.9, [1, 1 / 2, 2 / 3]
    series = sum(a * p ** (d - 1) for d, a in enumerate(agreement, start=1))
    assert rank_biased_overlap("abc", "axb") == pytest.approx((1 - p) * series + 2 / 3 * p**3)


def test_a_product_that_comes_one_that_goes_and_one_that_moves():
    change = compare_pages(page("A", "B", "C", "D"), page("X", "A", "D", "B"))
    assert change.entered == ("X",)
    assert change.left == ("C",)
    assert change.moved == (("B", 2, 4), ("A", 1, 2), ("D", 4, 3))
    assert change.differ == 4
    assert change.size == pytest.approx(1 - change.overlap, abs=1e-5)


def test_the_same_page_is_no_change():
    same = page("A", "B", facets=(facet("brand", x=1),))
    change = compare_pages(same, same)
    assert (change.size, change.differ, change.overlap, change.is_any) == (0, 0, 1, False)


@pytest.mark.parametrize(("before", "after", "told"), [(0, 3, "mended"), (3, 0, "created"), (0, 0, ""), (3, 4, "")])
def test_a_result_that_becomes_empty_or_is_mended(before, after, told):
    skus = "ABCD"
    assert compare_pages(page(*skus[:before]), page(*skus[:after])).zero == told


def test_filters_that_come_go_and_change_places():
    before = (facet("brand", x=1), facet("price"), facet("colour", red=2))
    after = (facet("price"), facet("brand", x=2), facet("size"))
    change = compare_facets(before, after)
    assert (change.added, change.removed, change.reordered, change.counts) == (("size",), ("colour",), True, 1)


def test_who_is_sent_elsewhere_sees_nothing_of_the_page():
    change = compare_pages(page("A"), page("A", redirect=Redirect("/sale/", "r", "Sale")))
    assert change.page == {"redirect": ["", "/sale/"]}
    assert change.size == 1


def test_a_banner_alone_is_a_small_change():
    change = compare_pages(page("A"), page("A", banners=(Banner("top", "双十一"),)))
    assert change.page == {"banners": [[], ["双十一"]]}
    assert change.size == SMALL_CHANGE


def test_products_behind_the_compared_ones_count_as_a_small_change():
    assert compare_pages(page("A", total=9), page("A", total=8)).size == SMALL_CHANGE


MODEL = RevenueModel((1.0, 0.5), 0.1)


def test_revenue_is_looks_times_conversion_times_the_price_paid():
    hits = (hit("A", 1, price=100, sale=80), hit("B", 2, price=40), hit("C", 3, price=999))
    assert MODEL.estimate(hits) == pytest.approx(0.1 * (80 + 0.5 * 40))
    assert MODEL.estimate((hit("A", 1, in_stock=False), hit("B", 2))) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("category", "rate"),
    [("shoes", 0.4), ("shoes/boots", 0.2), ("shoes/boots/winter", 0.2), ("shoes-care", 0.1), ("", 0.1)],
    ids=["own", "nearer", "below", "not-below", "none"],
)
def test_the_nearest_category_s_rate_holds(category, rate):
    model = RevenueModel((1.0, 0.5), 0.1, {"shoes": 0.4, "shoes/boots": 0.2})
    assert model.convert(category) == rate


def test_where_shoppers_are_sent_elsewhere_revenue_is_not_known():
    assert estimate_pages(MODEL, page("A"), page("A", redirect=Redirect("/sale/", "r", "Sale"))) is None


def test_the_estimate_weighs_queries_by_their_searches_and_has_an_interval():
    told = summarise_revenue([1.0, 2.0], [2.0, 2.0], [3, 1])
    assert (told.before, told.after) == (pytest.approx(5 / 4), pytest.approx(8 / 4))
    assert told.lift == pytest.approx(3)
    assert told.change == pytest.approx(60)
    assert told.change_low <= 60 <= told.change_high
    same = summarise_revenue([1.0] * 50, [1.0] * 50, [1] * 50)
    assert (same.change_low, same.change, same.change_high) == (0, 0, 0)


@pytest.mark.parametrize("columns", [((), (), ()), ([0.0], [0.0], [1])], ids=["no-query", "no-price"])
def test_nothing_to_estimate_is_zero_not_an_error(columns):
    assert summarise_revenue(*columns).change == 0
