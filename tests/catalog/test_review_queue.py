"""The queue of proposed values: its orders, filters and pages."""

import pytest

from catalog.review.edited_value import ValueRefused
from catalog.review.queue import QueueQuery, list_attributes, read_page
from tests.catalog.proposed_values import propose
from tests.shop import add_category, add_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows():
    lights = add_category("lights", "Lights", "灯具")
    desk = add_category("lights/desk", "Desk lamps", "台灯")
    other = add_category("lights-out", "Night", "夜")
    first = add_product("Q-1", "Black lamp", category=desk)
    second = add_product("Q-2", "White lamp", category=lights)
    third = add_product("Q-3", "Red lamp", category=other)
    return {
        "sure": propose(first, "colour", "Black", "Black", confidence=0.9, impact=1),
        "unsure": propose(second, "colour", "White", "White", confidence=0.3, impact=5, extractors=["tagger", "llm"]),
        "clash": propose(third, "颜色", "红", confidence=0.5, impact=5, contradicts=True),
        "done": propose(third, "size", "L", confidence=0.6, status="rejected"),
    }


def names(rows, query):
    found = {row.pk: name for name, row in rows.items()}
    return [found[row.pk] for row in read_page(query).rows]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({}, ["unsure", "clash", "sure"], id="least certain first"),
        pytest.param({"order": "impact"}, ["unsure", "clash", "sure"], id="most impact first"),
        pytest.param({"attribute": "colour"}, ["unsure", "sure"], id="attribute"),
        pytest.param({"attribute": "颜色"}, ["clash"], id="zh attribute"),
        pytest.param({"category": "lights"}, ["unsure", "sure"], id="category with what is below it"),
        pytest.param({"category": "lights/desk"}, ["sure"], id="subcategory"),
        pytest.param({"extractor": "llm"}, ["unsure"], id="extractor"),
        pytest.param({"contradicts": "1"}, ["clash"], id="contradicting the catalog"),
        pytest.param({"status": "rejected"}, ["done"], id="rejected"),
        pytest.param({"status": "all"}, ["unsure", "clash", "done", "sure"], id="all"),
        pytest.param({"attribute": "co\x00lour"}, ["unsure", "sure"], id="null character"),
        pytest.param({"attribute": "' OR 1=1 --"}, [], id="SQL"),
    ],
)
def test_what_is_asked_for(rows, given, expected):
    assert names(rows, QueueQuery.read(given)) == expected


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"order": "price"}, id="order"),
        pytest.param({"status": "maybe"}, id="status"),
        pytest.param({"after": "x"}, id="cursor"),
        pytest.param({"after": "nan~1"}, id="cursor not a number"),
    ],
)
def test_what_does_not_exist_is_refused(rows, given):
    with pytest.raises(ValueRefused):
        read_page(QueueQuery.read(given))


@pytest.mark.parametrize("order", ["certain", "impact"])
def test_pages_hold_everything_once(order):
    product = add_product("P-1", "Lamp")
    made = [
        propose(product, "colour", f"c{n}", confidence=(n % 3) / 7, impact=float(n % 4) * 10.0**n).pk for n in range(23)
    ]
    seen, after = [], ""
    for _page in range(5):
        page = read_page(QueueQuery.read({"order": order, "after": after}), size=5)
        seen += [row.pk for row in page.rows]
        after = page.next
    assert after == ""
    assert sorted(seen) == made
    keys = [(row.confidence, row.pk) if order == "certain" else (-row.impact, row.pk)
            for row in (type(page.rows[0]).objects.get(pk=pk) for pk in seen)]  # fmt: skip
    assert keys == sorted(keys)


def test_a_page_is_one_query(rows, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert [row.product.category.key for row in read_page(QueueQuery()).rows][:1] == ["lights"]


def test_attributes_under_review(rows):
    assert list_attributes() == ["colour", "颜色"]
    assert list_attributes("rejected") == ["size"]
    assert list_attributes("") == ["colour", "size", "颜色"]
