"""Addresses of result pages: read leniently, written stably, changed one thing at a time."""

import pytest

from ranking.contracts import Filter
from ranking.storefront.filter_fields import read_filters, write_filters
from ranking.storefront.results_url import LAST_PAGE, ResultsUrl, read_results_url


@pytest.mark.parametrize(
    ("params", "filters"),
    [
        pytest.param({"f.brand": ["sony", "bose"]}, [Filter("brand", ("sony", "bose"))], id="any of two"),
        pytest.param({"f.brand": ["sony", "sony", ""]}, [Filter("brand", ("sony",))], id="repeats and blanks"),
        pytest.param({"f.price.min": ["50"], "f.price.max": [""]}, [Filter("price", (), 50.0)], id="open range"),
        pytest.param({"f.price.min": ["five"]}, [], id="not a number"),
        pytest.param({"f.price.max": ["inf"]}, [], id="not finite"),
        pytest.param({"f.颜色": ["红色"]}, [Filter("颜色", ("红色",))], id="chinese"),
        pytest.param({"utm_source": ["mail"], "f.": ["x"]}, [], id="not ours"),
    ],
)
def test_filters_are_read(params: dict[str, list[str]], filters: list[Filter]) -> None:
    assert list(read_filters(params)) == filters


def test_what_is_written_reads_back_the_same() -> None:
    filters = (Filter("brand", ("索尼", "a b&c")), Filter("price", (), 0.5, 1299.99))
    params: dict[str, list[str]] = {}
    for name, value in write_filters(filters):
        params.setdefault(name, []).append(value)
    assert read_filters(params) == filters


@pytest.mark.parametrize(
    ("page", "expected"),
    [("2", 2), ("0", 1), ("-1", 1), ("", 1), ("1e3", 1), ("²", 1), ("99999999", LAST_PAGE), ("9" * 40, 1)],
)
def test_any_page_number_is_some_page(page: str, expected: int) -> None:
    assert read_results_url({"page": [page]}).page == expected


def test_a_change_of_filter_or_sort_starts_at_the_first_page() -> None:
    url = ResultsUrl(query="lamp", page=4)
    assert url.toggle("brand", "sony").page == 1
    assert url.sorted_by("rating").page == 1
    assert str(url.at_page(2)) == "/search/?q=lamp&page=2"


def test_a_value_toggles() -> None:
    once = ResultsUrl(query="lamp").toggle("brand", "sony")
    assert str(once) == "/search/?q=lamp&f.brand=sony"
    assert once.toggle("brand", "sony") == ResultsUrl(query="lamp")


def test_a_form_carries_everything_but_what_it_changes() -> None:
    url = read_results_url({"q": ["灯"], "f.price.min": ["5"], "f.brand": ["x"], "sort": ["rating"], "page": ["3"]})
    assert url.fields(without="price") == [("q", "灯"), ("f.brand", "x"), ("sort", "rating")]
    assert url.fields(without="sort") == [("q", "灯"), ("f.brand", "x"), ("f.price.min", "5")]


def test_a_category_is_the_path() -> None:
    assert str(ResultsUrl(category="home/lamps", sort="newest")) == "/c/home/lamps/?sort=newest"


@pytest.mark.parametrize(
    ("given", "collapse"),
    [({}, True), ({"collapse": ["0"]}, False), ({"collapse": ["1"]}, True), ({"collapse": ["no"]}, True)],
    ids=["not said", "0", "1", "nonsense"],
)
def test_offers_of_the_same_thing_show_once_unless_0_is_asked(given: dict[str, list[str]], collapse: bool) -> None:
    assert read_results_url(given).collapse is collapse


def test_all_offers_stay_shown_until_another_search() -> None:
    url = ResultsUrl(query="lamp", page=3).with_all_offers()
    assert str(url) == "/search/?q=lamp&page=3&collapse=0"
    assert str(url.toggle("brand", "sony")) == "/search/?q=lamp&f.brand=sony&collapse=0"
    assert url.fields(without="q") == []
    assert str(url.with_one_offer()) == "/search/?q=lamp"
