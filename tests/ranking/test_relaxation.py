"""What the words ask for narrows the page; what nothing fits is let go by name, in both languages."""

import pytest

from ranking.contracts import Page, SearchRequest
from ranking.models import RankingConfig
from ranking.pipeline import search
from tests.shop import add_attribute, add_category, add_product, index_all

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lamps() -> None:
    """Words alone: what the dense leg finds depends on the encoder."""
    RankingConfig.objects.filter(is_live=True).update(weights={"bm25": 1})
    lighting = add_category("lighting", "Lighting", "灯具")
    add_attribute("power", "number", unit="W", name_zh="功率")
    for sku, watts, price, extra in (
        ("L40", 40, "15.00", ""),
        ("L42", 42, "30.00", ""),
        ("L60", 60, "80.00", " leather"),
        ("L100", 100, "150.00", ""),
    ):
        title_zh = "台灯 皮" if extra else "台灯"
        add_product(sku, f"desk lamp{extra}", title_zh, category=lighting, price=price, attributes={"power": [watts]})
    for number in range(20):  # so that what is a lamp is told by its words
        add_product(f"C{number}", f"oak chair {number + 1}", "橡木 椅子", price="500.00")
    add_product("PLAIN", "desk lamp of steel", "台灯 钢", category=lighting, price="20.00")
    index_all()


def skus(page: Page) -> set[str]:
    return {hit.product.sku for hit in page.hits}


def relaxed(page: Page) -> list[tuple[str, str]]:
    return [(item.kind, item.text) for item in page.relaxations]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("desk lamp under 50", {"L40", "L42", "PLAIN"}),
        ("50元以下 台灯", {"L40", "L42", "PLAIN"}),
        ("lamp 20-100 dollars", {"L42", "L60", "PLAIN"}),
        ("台灯 20到100元", {"L42", "L60", "PLAIN"}),
        ("desk lamp at least 60w", {"L60", "L100"}),
        ("至少60瓦 台灯", {"L60", "L100"}),
    ],
    ids=["under-en", "under-zh", "between-en", "between-zh", "at-least-en", "at-least-zh"],
)
def test_a_range_in_the_words_keeps_only_what_lies_in_it(query: str, expected: set[str]) -> None:
    page = search(SearchRequest(query=query))
    assert skus(page) == expected
    assert relaxed(page) == []


@pytest.mark.parametrize("query", ["40w desk lamp", "40瓦 台灯", "台灯 40W"], ids=["en", "zh", "mixed"])
def test_a_plain_size_keeps_near_sizes_and_products_that_do_not_tell(query: str) -> None:
    page = search(SearchRequest(query=query))
    assert skus(page) == {"L40", "L42", "PLAIN"}
    assert page.hits[0].product.sku == "L40"


@pytest.mark.parametrize("query", ["desk lamp without leather", "不要皮的 台灯"], ids=["en", "zh"])
def test_what_is_not_wanted_is_left_out(query: str) -> None:
    assert skus(search(SearchRequest(query=query))) == {"L40", "L42", "L100", "PLAIN"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("desk lamp under 2 dollars", ("number", "under 2 dollars")),
        ("2元以下 台灯", ("number", "2元以下")),
        ("desk lamp waterproof", ("word", "waterproof")),
        ("防水 台灯", ("word", "防水")),
    ],
    ids=["number-en", "number-zh", "word-en", "word-zh"],
)
def test_what_nothing_fits_is_let_go_and_named(query: str, expected: tuple[str, str]) -> None:
    page = search(SearchRequest(query=query))
    assert len(page.hits) == 5
    assert relaxed(page) == [expected]


def test_when_everything_is_unwanted_it_is_shown_and_said() -> None:
    page = search(SearchRequest(query="lamp without desk"))
    assert len(page.hits) == 5
    assert relaxed(page) == [("unwanted", "desk")]


def test_literally_nothing_is_read_into_the_words() -> None:
    page = search(SearchRequest(query="desk lamp under 50", literal=True))
    assert len(page.hits) == 5
    assert page.understanding is not None
    assert page.understanding.numbers == ()


def test_a_limit_alone_browses_what_fits() -> None:
    page = search(SearchRequest(query="under 25 dollars", sort="price_asc"))
    assert [hit.product.sku for hit in page.hits] == ["L40", "PLAIN"]


def test_facets_count_what_is_shown() -> None:
    page = search(SearchRequest(query="desk lamp under 50", facets=("category",)))
    assert [(value.key, value.count) for value in page.facets[0].values] == [("lighting", 3)]
