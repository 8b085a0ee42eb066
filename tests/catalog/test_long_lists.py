"""Admin lists of very many rows: no counts, no rows read in vain, and lists that are edited in place still save."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog import long_lists
from catalog.admin.product import ProductAdmin
from catalog.admin.vocabulary import CategoryAdmin
from catalog.models import Category
from tests.shop import add_category, add_product

PRODUCTS = reverse("admin:catalog_product_changelist")
CATEGORIES = reverse("admin:catalog_category_changelist")


@pytest.fixture
def products(db, monkeypatch):
    monkeypatch.setattr(ProductAdmin, "list_per_page", 2)
    monkeypatch.setattr(long_lists, "MOST_COUNTED", 3)
    return [add_product(f"L{number}", f"Lamp {number}") for number in range(5)]


@pytest.mark.parametrize(
    ("page", "skus"), [(1, ["L4", "L3"]), (2, ["L2", "L1"]), (3, ["L0"]), (4, [])], ids=["first", "2", "last", "beyond"]
)
def test_every_page_of_a_long_list_is_there_without_a_count(admin_client, products, page, skus):
    with CaptureQueriesContext(connection) as queries:
        answer = admin_client.get(PRODUCTS, {"p": page})
        assert [product.sku for product in answer.context["cl"].result_list] == skus
    assert not [query for query in queries if "COUNT(*)" in query["sql"]]


def test_what_is_shown_of_a_row_is_read_with_the_page(admin_client, products):
    assert "<td" in admin_client.get(PRODUCTS, {"p": 2}).content.decode()


@pytest.mark.parametrize("page", [1, 2])
def test_rows_are_edited_in_the_list(admin_client, db, monkeypatch, page):
    monkeypatch.setattr(CategoryAdmin, "list_per_page", 2)
    for key in ("a", "b", "c"):
        add_category(key, key, "类目")
    shown = admin_client.get(CATEGORIES, {"p": page}).context["cl"].result_list
    data = {"form-TOTAL_FORMS": len(shown), "form-INITIAL_FORMS": len(shown), "_save": "Save"}
    for number, category in enumerate(shown):
        data |= {f"form-{number}-id": category.pk, f"form-{number}-position": 40 + page}
    admin_client.post(f"{CATEGORIES}?p={page}", data)
    changed = list(Category.objects.filter(position=40 + page).order_by("key").values_list("key", flat=True))
    assert changed == [["a", "b"], ["c"]][page - 1]


@pytest.mark.parametrize(
    ("words", "skus"),
    [
        pytest.param("lamp", ["B1", "A1"], id="en-any-case"),
        pytest.param("台灯", ["B1"], id="zh"),
        pytest.param("灯台", [], id="zh-another-order"),
        pytest.param("台灯 desk", ["B1"], id="both"),
        pytest.param("20", ["A1"], id="digits"),
        pytest.param("B", ["B1"], id="sku"),
    ],
)
def test_products_are_found_by_words_of_a_title(admin_client, db, words, skus):
    add_product("A1", "LAMP 20 W", title_zh="吊灯")
    add_product("B1", "Desk lamp", title_zh="护眼台灯")
    assert [product.sku for product in admin_client.get(PRODUCTS, {"q": words}).context["cl"].result_list] == skus


@pytest.mark.parametrize(
    ("asked", "told"), [({}, False), ({"q": "lamp"}, False), ({"q": "L1"}, True)], ids=["all", "too-many", "counted"]
)
def test_only_a_number_that_was_counted_is_told(admin_client, products, asked, told):
    text = admin_client.get(PRODUCTS, asked).content.decode()
    assert ("1 result" in text) is told
    assert "9999999999" not in text
    assert "9,999,999,999" not in text
