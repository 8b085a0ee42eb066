"""Offers of the same thing in a search: one row stands for all, and totals, pages and facets count what is shown."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import Brand, Category
from ranking.contracts import Filter, Page, SearchRequest
from ranking.models import RankingConfig
from ranking.pipeline import search
from tests.ranking.rule_shop import save_rule
from tests.ranking.rule_words import clause, document, hide, pin
from tests.shop import add_attribute, add_category, add_product, index_all

pytestmark = pytest.mark.django_db


def shown(page: Page) -> list[tuple[str, int]]:
    return [(hit.product.sku, hit.duplicates) for hit in page.hits]


@pytest.fixture
def shop() -> None:
    """Three offers of one lamp, two of one zh-only lamp, one lamp alone."""
    lumo = Brand.objects.create(key="lumo", name_en="Lumo", name_zh="流明")
    nord = Brand.objects.create(key="nord", name_en="Nord", name_zh="北方")
    for sku, price, popularity, stock in (("A1", "30.00", 30, 5), ("A2", "20.00", 20, 5), ("A3", "10.00", 10, 5)):
        add_product(sku, "Oak desk lamp", "橡木台灯", price=price, popularity=popularity, stock=stock, brand=lumo)
    add_product("OTHER", "Oak desk lamp", "橡木台灯", price="25.00", brand=nord)
    add_product("Z1", "", "黄铜台灯", price="50.00", popularity=5, brand=lumo)
    add_product("Z2", "", "黄铜臺燈", price="40.00", popularity=1, brand=lumo)
    index_all()


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        pytest.param(SearchRequest(query="oak"), {"A1": 2, "OTHER": 0}, id="english"),
        pytest.param(SearchRequest(query="台灯", locale="zh"), {"A1": 2, "OTHER": 0, "Z1": 1}, id="chinese"),
        pytest.param(SearchRequest(), {"A1": 2, "OTHER": 0, "Z1": 1}, id="browsing"),
        pytest.param(
            SearchRequest(query="台灯", sort="price_asc"),
            {"A3": 2, "OTHER": 0, "Z2": 1},
            id="the cheapest stands for all",
        ),
        pytest.param(
            SearchRequest(query="lamp", filters=(Filter("price", maximum=22),)), {"A2": 1}, id="of those that fit"
        ),
        pytest.param(
            SearchRequest(query="oak lamp", collapse=False), {"A1": 0, "A2": 0, "A3": 0, "OTHER": 0}, id="all asked for"
        ),
    ],
)
def test_one_offer_stands_for_all(shop: None, request_: SearchRequest, expected: dict[str, int]) -> None:
    page = search(request_)
    assert dict(shown(page)) == expected
    assert page.total == len(expected)


def test_a_configuration_can_be_against_it(shop: None) -> None:
    RankingConfig.objects.filter(is_live=True).update(parameters={"collapse_duplicates": 0})
    assert search(SearchRequest(query="oak lamp")).total == 4


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        pytest.param([pin("A3", 1)], [("A3", 2), ("OTHER", 0)], id="a pinned offer stands for the others"),
        pytest.param([pin("A3", 2)], [("OTHER", 0), ("A3", 2)], id="in its place"),
        pytest.param([pin("A3", 1), pin("A2", 2)], [("A3", 0), ("A2", 1), ("OTHER", 0)], id="two pinned both stay"),
        pytest.param(
            [pin("Z2", 1)], [("Z2", 0), ("A1", 2), ("OTHER", 0)], id="brought in from outside"
        ),
        pytest.param(
            [hide(clause("sku", "A1"))], [("A2", 1), ("OTHER", 0)],
            id="a hidden offer is not counted",
        ),
    ],
)  # fmt: skip
def test_rules_choose_which_offer_is_seen(shop: None, actions: list, expected: list[tuple[str, int]]) -> None:
    save_rule(*actions)
    page = search(SearchRequest(query="oak lamp"))
    assert shown(page) == expected
    assert page.total == len(expected)


def test_the_ledger_says_how_many_were_collapsed(shop: None) -> None:
    ledger = search(SearchRequest(query="oak lamp", explain=True)).ledger
    assert ledger is not None
    assert ledger["duplicates"] == 2
    assert {row["sku"]: row["duplicates"] for row in ledger["hits"]} == {"A1": 2, "OTHER": 0}


def build_shop_of_copies() -> None:
    """Forty products of eight titles; offers of one title differ in all but their attributes."""
    for key in ("a", "a/b", "a/c", "d"):
        add_category(key, key)
    add_attribute("size", "number", unit="cm")
    add_attribute("material", values=[("oak", "Oak", "橡木"), ("steel", "Steel", "钢")])
    categories = list(Category.objects.order_by("key"))
    brands = [Brand.objects.create(key=key, name_en=key) for key in ("lumo", "nord")]
    for number in range(40):
        add_product(
            f"P-{number}",
            f"{'desk' if number % 2 else 'floor'} lamp {['bright', 'warm', 'old', 'new'][number // 2 % 4]}",
            price=f"{number * 3 + 1}.99",
            stock=number % 3,
            rating_average=[None, 2.5, 4.5][number % 3],
            popularity=number % 7,
            category=categories[number % 4],
            brand=brands[number % 3 % 2],
            attributes={"size": [number % 8.0, number % 8 + 1.0], "material": ["Oak", "Steel"][: number % 8 % 3]},
        )
    index_all()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    query=st.sampled_from(["lamp", "desk lamp", "warm floor", ""]),
    pinned=st.booleans(),
    collapse=st.booleans(),
    chosen=st.lists(
        st.sampled_from(
            [
                Filter("material", ("oak",)),
                Filter("price", minimum=10, maximum=80),
                Filter("in_stock", ("true",)),
                Filter("category", ("a",)),
                Filter("brand", ("lumo",)),
                Filter("size", minimum=3, maximum=30),
            ]
        ),
        max_size=2,
        unique_by=lambda item: item.field,
    ),
)
def test_a_facet_value_counts_what_a_click_shows(
    query: str, pinned: bool, collapse: bool, chosen: list[Filter]
) -> None:
    if not search(SearchRequest()).total:
        build_shop_of_copies()
    rules = (document(pin("P-7", 2), pin("P-31", 4)),) if pinned else ()
    page = search(SearchRequest(query=query, filters=tuple(chosen), collapse=collapse, draft_rules=rules))
    assert not collapse or page.total <= 17
    for facet in page.facets:
        others = tuple(item for item in chosen if item.field != facet.field)
        for value in facet.values:
            keys = () if facet.kind == "range" else (value.key,)
            clicked = (*others, Filter(facet.field, keys, value.minimum, value.maximum))
            found = search(SearchRequest(query=query, filters=clicked, collapse=collapse, draft_rules=rules))
            assert found.total == value.count, (facet.field, value.key)


@pytest.mark.parametrize("size", [1, 3, 16])
def test_pages_are_slices_of_one_collapsed_order(size: int) -> None:
    build_shop_of_copies()
    whole = search(SearchRequest(query="lamp", page_size=100))
    pages = [search(SearchRequest(query="lamp", page=n, page_size=size)) for n in range(1, whole.total // size + 2)]
    assert [hit.product_id for page in pages for hit in page.hits] == [hit.product_id for hit in whole.hits]
    assert len(whole.hits) == whole.total
    assert sum(hit.duplicates + 1 for hit in whole.hits) == 40
