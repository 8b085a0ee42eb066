"""Facets as links: what they say, where they lead."""

from collections.abc import Sequence

import pytest
from django.utils import translation

from ranking.contracts import Facet, FacetValue, Filter
from ranking.storefront.categories import CategoryLink
from ranking.storefront.facet_panels import VALUES_SHOWN, build_chips, build_panels
from ranking.storefront.results_url import ResultsUrl

PRICES = Facet(
    "price", "Price", "range",
    (
        FacetValue("0..24.99", "", 3, False, 0.0, 24.99),
        FacetValue("25..99.99", "", 2, False, 25.0, 99.99),
        FacetValue("100..199.99", "", 1, False, 100.0, 199.99),
    ), "", 3.2, 180.0,
)  # fmt: skip
WEIGHT = Facet("weight", "Weight", "range", (FacetValue("100..900", "", 3, False, 100.0, 900.0),), "g", 100.0, 900.0)


def labels(facets: Sequence[Facet], url: ResultsUrl = ResultsUrl(), locale: str = "en") -> list[str]:  # noqa: B008
    return [option.label for panel in build_panels(facets, url, locale=locale) for option in panel.options]


@pytest.mark.parametrize(
    ("facet", "locale", "expected"),
    [
        pytest.param(PRICES, "en", ["Up to $25", "$25 – $100", "$100 and more"], id="price, English"),
        pytest.param(WEIGHT, "en", ["100 g – 900 g"], id="unit, English"),
        pytest.param(WEIGHT, "zh", ["100 克 – 900 克"], id="unit, Chinese"),
    ],
)
def test_ranges_read_as_round_numbers_with_units(facet: Facet, locale: str, expected: list[str]) -> None:
    with translation.override("en"):
        assert labels([facet], locale=locale) == expected


def test_a_range_is_one_choice_that_clicking_again_removes() -> None:
    url = ResultsUrl(query="lamp").between("price", 25.0, 99.99)
    options = build_panels([PRICES], url, locale="en")[0].options
    assert [option.selected for option in options] == [False, True, False]
    assert options[1].href == "/search/?q=lamp"
    assert options[0].href == "/search/?q=lamp&f.price.min=0&f.price.max=24.99"


def test_long_lists_hide_their_tail_and_open_it_for_a_chosen_value() -> None:
    values = tuple(FacetValue(f"b{n}", f"Brand {n}", 30 - n) for n in range(20))
    facet = Facet("brand", "Brand", "value", values)
    panel = build_panels([facet], ResultsUrl(), locale="en")[0]
    assert (len(panel.options), len(panel.more), panel.more_is_open) == (VALUES_SHOWN, 20 - VALUES_SHOWN, False)
    assert build_panels([facet], ResultsUrl().toggle("brand", "b15"), locale="en")[0].more_is_open


CATEGORIES = Facet("category", "Category", "category", (FacetValue("home/lamps/desk", "Desk lamps", 4),))
TRAIL = (CategoryLink("home", "Home"), CategoryLink("home/lamps", "Lamps"))


@pytest.mark.parametrize(
    ("url", "hrefs"),
    [
        pytest.param(
            ResultsUrl(category="home/lamps"),
            ["/search/", "/c/home/", "/c/home/lamps/", "/c/home/lamps/desk/"],
            id="browsing walks the tree",
        ),
        pytest.param(
            ResultsUrl(query="led", filters=(Filter("category", ("home/lamps",)),)),
            [f"/search/?q=led{rest}" for rest in (
                "", "&f.category=home", "&f.category=home%2Flamps", "&f.category=home%2Flamps%2Fdesk"
            )],
            id="searching narrows",
        ),
    ],
)  # fmt: skip
def test_the_category_panel_leads_up_and_down(url: ResultsUrl, hrefs: list[str]) -> None:
    options = build_panels([CATEGORIES], url, locale="en", trail=TRAIL)[0].options
    assert [option.href for option in options] == hrefs
    assert [option.selected for option in options] == [False, False, True, False]


def test_chips_name_each_choice_and_take_back_only_it() -> None:
    url = ResultsUrl(query="lamp").toggle("brand", "b1").toggle("brand", "gone").between("price", 10.0, None)
    brands = Facet("brand", "Brand", "value", (FacetValue("b1", "Brand One", 3),))
    with translation.override("en"):
        chips = build_chips([brands], url.toggle("in_stock", "true"), locale="en")
    assert [chip.label for chip in chips] == ["Brand One", "gone", "In stock", "$10 and more"]
    assert chips[0].href == "/search/?q=lamp&f.brand=gone&f.in_stock=true&f.price.min=10"
