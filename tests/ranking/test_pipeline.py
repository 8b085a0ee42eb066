"""A search end to end: what is found, counted, ordered, paged and explained."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ranking.contracts import MAX_RESULTS, Filter, Page, SearchRequest
from ranking.errors import BadSearch
from ranking.models import RankingConfig
from ranking.pipeline import search
from tests.shop import add_attribute, add_category, add_product, build_bilingual_shop, index_all

pytestmark = pytest.mark.django_db


def skus(page: Page) -> list[str]:
    return [hit.product.sku for hit in page.hits]


def test_a_page_names_its_products_in_the_asked_language() -> None:
    build_bilingual_shop()
    english, chinese = (search(SearchRequest(query="HP-1", locale=locale)).hits[0].product for locale in ("en", "zh"))
    assert (english.title, english.brand, english.category) == ("Sonar wireless headphones", "Sonar", "Headphones")
    assert (chinese.title, chinese.brand, chinese.category) == ("声纳无线蓝牙耳机", "声纳", "耳机")


def test_a_missing_language_falls_back_to_the_other() -> None:
    build_bilingual_shop()
    assert search(SearchRequest(query="连衣裙", locale="en")).hits[0].product.title == "法式碎花连衣裙"


def test_nonsense_finds_nothing() -> None:
    build_bilingual_shop()
    for words in ("qwxzv", "龘靐齉", "'; DROP TABLE catalog_product; --", "a & b | !c:*", "😀😀"):
        assert search(SearchRequest(query=words)).total == 0, words


def test_an_empty_query_browses_the_category_and_all_below_it() -> None:
    build_bilingual_shop()
    assert set(skus(search(SearchRequest(category="audio")))) == {"HP-1", "HP-2", "SPK-1"}
    assert search(SearchRequest()).total == 5


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (Filter("brand", ("tetto",)), {"KET-1"}),
        (Filter("brand", ("sonar", "tetto")), {"HP-1", "HP-2", "SPK-1", "KET-1"}),
        (Filter("brand", ("sonar",), exclude=True), {"KET-1", "DRESS-1"}),
        (Filter("category", ("audio",)), {"HP-1", "HP-2", "SPK-1"}),
        (Filter("price", minimum=29, maximum=59), {"HP-2", "SPK-1", "KET-1", "DRESS-1"}),
        (Filter("in_stock", ("true",)), {"HP-1", "HP-2", "KET-1", "DRESS-1"}),
        (Filter("in_stock", ("false",)), {"SPK-1"}),
        (Filter("rating", minimum=4), {"HP-1"}),
        (Filter("colour", ("white",)), {"HP-2", "KET-1"}),
        (Filter("capacity", minimum=1.5, maximum=2), {"KET-1"}),
        (Filter("sku", ("HP-1",)), {"HP-1"}),
        (Filter("brand", ("nobody",)), set()),
    ],
    ids=lambda value: value.field if isinstance(value, Filter) else None,
)
def test_filters_keep_exactly_what_they_name(item: Filter, expected: set[str]) -> None:
    build_bilingual_shop()
    assert set(skus(search(SearchRequest(filters=(item,))))) == expected


def test_an_unknown_filter_or_facet_is_refused_with_what_is_allowed() -> None:
    build_bilingual_shop()
    for request in (SearchRequest(filters=(Filter("flavour", ("sweet",)),)), SearchRequest(facets=("flavour",))):
        with pytest.raises(BadSearch) as caught:
            search(request)
        assert "colour" in caught.value.extra["allowed"]


def test_a_page_too_deep_is_refused() -> None:
    with pytest.raises(BadSearch):
        search(SearchRequest(page=MAX_RESULTS, page_size=24))


def test_pages_follow_each_other_without_gap_or_repeat_whatever_their_size() -> None:
    for number in range(23):
        add_product(f"L-{number}", "Desk lamp", price="10.00")
    index_all()
    whole = skus(search(SearchRequest(query="desk lamp", page_size=100, collapse=False)))
    for size in (5, 7, 23):
        pages = [
            skus(search(SearchRequest(query="desk lamp", page=n, page_size=size, collapse=False)))
            for n in range(1, 23 // size + 2)
        ]
        assert [sku for page in pages for sku in page] == whole


def test_a_sale_price_counts_only_inside_its_window() -> None:
    start = datetime(2026, 11, 11, tzinfo=UTC)
    window = {"sale_from": start, "sale_until": start + timedelta(days=1)}
    add_product("A", "Desk lamp", price="30.00", sale_price="10.00", **window)
    add_product("B", "Desk lamp", price="20.00")
    index_all()

    def cheapest(moment: datetime) -> list[str]:
        return skus(search(SearchRequest(query="lamp", sort="price_asc", now=moment, collapse=False)))

    assert cheapest(start - timedelta(seconds=1)) == ["B", "A"]
    assert cheapest(start) == ["A", "B"]
    assert cheapest(start + timedelta(days=1)) == ["B", "A"]


def test_a_market_sees_only_its_products() -> None:
    add_product("ALL", "Desk lamp")
    add_product("CN", "Desk lamp", markets=["cn"])
    index_all()
    assert set(skus(search(SearchRequest(query="lamp", market="cn", collapse=False)))) == {"ALL", "CN"}
    assert skus(search(SearchRequest(query="lamp", market="us"))) == ["ALL"]


def test_a_facets_own_choice_does_not_narrow_it() -> None:
    build_bilingual_shop()
    page = search(SearchRequest(filters=(Filter("brand", ("tetto",)),), facets=("brand", "category")))
    brands = next(facet for facet in page.facets if facet.field == "brand")
    assert {(value.key, value.count, value.selected) for value in brands.values} == {
        ("sonar", 3, False),
        ("tetto", 1, True),
    }
    categories = next(facet for facet in page.facets if facet.field == "category")
    assert [value.key for value in categories.values] == ["kitchen"]


def test_facet_labels_follow_the_language() -> None:
    build_bilingual_shop()
    facets = search(SearchRequest(locale="zh", facets=("colour", "brand"))).facets
    assert {facet.field: {value.label for value in facet.values} for facet in facets} == {
        "colour": {"黑色", "白色"},
        "brand": {"声纳", "特图"},
    }
    assert facets[0].label == "颜色"


def build_mixed_shop() -> None:
    add_category("a", "A")
    add_category("a/b", "B")
    add_attribute("size", "number", unit="cm")
    add_attribute("material", values=[("oak", "Oak", "橡木"), ("steel", "Steel", "钢")])
    categories = {category.key: category for category in type(add_category("c", "C")).objects.all()}
    for number in range(40):
        add_product(
            f"P-{number}",
            f"{'desk' if number % 2 else 'floor'} lamp {'bright' if number % 3 else 'warm'}",
            price=f"{number * 3 + 1}.99",
            stock=number % 4,
            category=list(categories.values())[number % 3],
            attributes={"size": [float(number), float(number + 1)], "material": ["Oak", "Steel"][: number % 3]},
        )
    index_all()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    query=st.sampled_from(["lamp", "desk lamp", "warm floor", ""]),
    chosen=st.lists(
        st.sampled_from(
            [
                Filter("material", ("oak",)),
                Filter("price", minimum=10, maximum=80),
                Filter("in_stock", ("true",)),
                Filter("category", ("a",)),
                Filter("size", minimum=3, maximum=30),
            ]
        ),
        max_size=2,
        unique_by=lambda item: item.field,
    ),
)
def test_choosing_a_facet_value_returns_exactly_its_count(query: str, chosen: list[Filter]) -> None:
    if not search(SearchRequest()).total:
        build_mixed_shop()
    page = search(SearchRequest(query=query, filters=tuple(chosen)))
    for facet in page.facets:
        others = tuple(item for item in chosen if item.field != facet.field)
        for value in facet.values:
            keys = () if facet.kind == "range" else (value.key,)
            clicked = (*others, Filter(facet.field, keys, value.minimum, value.maximum))
            assert search(SearchRequest(query=query, filters=clicked)).total == value.count, (facet.field, value.key)


def test_the_ledger_rebuilds_every_score_and_the_order() -> None:
    build_bilingual_shop()
    page = search(SearchRequest(query="sonar headphones", explain=True))
    assert page.ledger is not None
    weights = page.ledger["config"]["weights"]
    rebuilt = []
    for row in page.ledger["hits"]:
        points = sum(move["points"] for move in row["moves"])
        assert sum(weights[name] * part for name, part in row["parts"].items()) + points == pytest.approx(row["score"])
        rebuilt.append((-row["score"], row["sku"]))
    assert [sku for _, sku in sorted(rebuilt)] == skus(page)
    json.dumps(page.ledger)


def test_without_explain_there_is_no_ledger_and_every_step_is_timed() -> None:
    page = search(SearchRequest(query="lamp"))
    assert page.ledger is None
    assert list(page.timings_ms) == ["live", "understand", "retrieve", "score", "apply_rules", "lay_out"]


def test_weights_are_data_and_live_at_once() -> None:
    add_product("OLD", "Desk lamp", popularity=1000, stock=0)
    add_product("NEW", "Desk lamp lamp", popularity=0, stock=5)
    index_all()
    assert skus(search(SearchRequest(query="lamp")))[0] == "NEW"
    RankingConfig.objects.filter(is_live=True).update(weights={"popularity": 1})
    assert skus(search(SearchRequest(query="lamp")))[0] == "OLD"


def test_a_configuration_can_be_tried_without_making_it_live() -> None:
    add_product("OLD", "Desk lamp", popularity=1000)
    add_product("NEW", "Desk lamp lamp", popularity=0)
    index_all()
    trial = RankingConfig.objects.create(name="trial", weights={"popularity": 1})
    assert skus(search(SearchRequest(query="lamp", config_id=trial.pk)))[0] == "OLD"
    assert skus(search(SearchRequest(query="lamp")))[0] == "NEW"
    with pytest.raises(BadSearch):
        search(SearchRequest(query="lamp", config_id=trial.pk + 1))


def test_equal_requests_give_equal_pages() -> None:
    build_bilingual_shop()
    first, second = (asdict(search(SearchRequest(query="sonar", explain=True))) for _ in range(2))
    for page in (first, second):
        for volatile in ("search_id", "timings_ms"):
            del page[volatile]
        del page["ledger"]["query"]["at"]
    assert first == second
