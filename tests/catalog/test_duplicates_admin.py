"""The duplicates admin: pairs side by side, decisions one by one and in bulk, only for those who may."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import translation

from catalog.admin.duplicate_words import describe_reason
from catalog.admin.duplicates import DuplicateSuggestionAdmin
from catalog.duplicates.comparison import compare_products, split_difference
from catalog.models import AttributeValue, DuplicateSuggestion, Product, Variant
from tests.shop import add_attribute, add_product, index_all

pytestmark = pytest.mark.django_db
Status = DuplicateSuggestion.Status
LIST = "/admin/catalog/duplicatesuggestion/"


def make_pair(number: int = 0, score: float = 0.9) -> DuplicateSuggestion:
    first = add_product(
        f"A{number}", "Tetto kettle 1.7 l", "特图电热水壶 黑色", price="40", attributes={"power": [2200.0]}
    )
    second = add_product(f"B{number}", "Tetto kettle 1.5 l", "特图电热水壶 白色", price="39")
    return DuplicateSuggestion.objects.create(
        first=first, second=second, score=score, reasons=[["same_brand", "Tetto"], ["other_quantity", "1.7l ≠ 1.5l"]]
    )


@pytest.fixture
def pair() -> DuplicateSuggestion:
    made = make_pair()
    index_all()
    return made


def allow(client: Any, django_user_model: Any, *codenames: str) -> Any:
    user = django_user_model.objects.create_user("person", password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)
    return user


def decide(client: Any, pair: DuplicateSuggestion, choice: str) -> Any:
    return client.post(reverse("admin:catalog_duplicatesuggestion_decide", args=[pair.pk]), {"choice": choice})


def test_the_list_opens_with_what_waits(admin_client, pair):
    assert admin_client.get(LIST).url == f"{LIST}?status__exact=open"
    page = admin_client.get(LIST, {"status__exact": "open"}).content.decode()
    assert "90%" in page
    assert "same brand Tetto · other quantity: 1.7l ≠ 1.5l" in page


def test_the_pair_is_shown_side_by_side_with_what_differs_marked(admin_client, pair):
    page = admin_client.get(f"{LIST}{pair.pk}/change/").content.decode()
    assert "<mark>1.7 </mark>" in page
    assert "<mark>1.5 </mark>" in page
    assert "<mark>黑</mark>" in page
    assert "A0" in page
    assert "Merge: one product" in page


def test_what_products_say_is_escaped(admin_client, pair):
    Product.objects.filter(pk=pair.first_id).update(title_en="<script>alert(1)</script>", description_en="<img src=x>")
    page = admin_client.get(f"{LIST}{pair.pk}/change/").content.decode()
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page


def test_merging_leads_to_the_next_pair_and_can_be_taken_back(admin_client, pair):
    other = make_pair(1, score=0.5)
    assert decide(admin_client, pair, "merge").url == f"{LIST}{other.pk}/change/"
    assert Product.objects.get(sku="B0").status == "archived"
    assert Variant.objects.get(sku="B0").product.sku == "A0"
    assert decide(admin_client, pair, "back").url == f"{LIST}{pair.pk}/change/"
    assert Product.objects.get(sku="B0").status == "active"
    assert DuplicateSuggestion.objects.get(pk=pair.pk).status == Status.OPEN


def test_keeping_apart_and_asking_again(admin_client, pair):
    assert decide(admin_client, pair, "apart").url == LIST
    assert DuplicateSuggestion.objects.get().status == Status.APART
    decide(admin_client, pair, "back")
    assert DuplicateSuggestion.objects.get().status == Status.OPEN


def test_a_decision_that_cannot_be_made_says_why_and_only_that(admin_client, pair):
    Product.objects.filter(sku="B0").update(status="archived")
    page = admin_client.post(
        reverse("admin:catalog_duplicatesuggestion_decide", args=[pair.pk]), {"choice": "merge"}, follow=True
    ).content.decode()
    assert "is not on sale" in page
    assert "pair decided" not in page


@pytest.mark.parametrize("choice", ["", "delete", "merge'"])
def test_an_unknown_choice_changes_nothing(admin_client, pair, choice):
    decide(admin_client, pair, choice)
    assert DuplicateSuggestion.objects.get().status == Status.OPEN


def test_bulk_decisions_go_on_where_one_fails(admin_client, pair):
    broken, good = make_pair(1), make_pair(2)
    Product.objects.filter(sku="B1").update(status="archived")
    chosen = [pair.pk, broken.pk, good.pk]
    admin_client.post(f"{LIST}?status__exact=open", {"action": "merge_chosen", "_selected_action": chosen})
    states = list(DuplicateSuggestion.objects.order_by("pk").values_list("status", flat=True))
    assert states == [Status.MERGED, Status.OPEN, Status.MERGED]
    admin_client.post(f"{LIST}?status__exact=merged", {"action": "take_chosen_back", "_selected_action": chosen})
    assert set(DuplicateSuggestion.objects.values_list("status", flat=True)) == {Status.OPEN}
    admin_client.post(f"{LIST}?status__exact=open", {"action": "keep_chosen_apart", "_selected_action": chosen})
    assert set(DuplicateSuggestion.objects.values_list("status", flat=True)) == {Status.APART}


@pytest.mark.parametrize(
    ("rights", "may_look", "may_decide"),
    [
        ((), False, False),
        (("view_duplicatesuggestion",), True, False),
        (("view_duplicatesuggestion", "change_duplicatesuggestion"), True, False),
        (("view_duplicatesuggestion", "change_duplicatesuggestion", "change_product"), True, True),
    ],
    ids=["nobody", "reader", "without-products", "merchandiser"],
)
def test_rights(client, django_user_model, pair, rights, may_look, may_decide):
    allow(client, django_user_model, *rights)
    shown = client.get(f"{LIST}{pair.pk}/change/")
    assert shown.status_code == (200 if may_look else 403)
    assert ("Merge: one product" in shown.content.decode()) == may_decide
    assert decide(client, pair, "merge").status_code == (302 if may_decide else 403)
    assert (DuplicateSuggestion.objects.get().status == Status.MERGED) == may_decide


def test_pairs_are_neither_added_nor_deleted_by_hand(admin_client, pair):
    assert admin_client.get(f"{LIST}add/").status_code == 403
    assert admin_client.post(f"{LIST}{pair.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_pair_that_is_gone_leads_back_to_the_list(admin_client):
    assert admin_client.get(f"{LIST}99999/change/").status_code == 302
    assert admin_client.get(f"{LIST}nonsense/change/").status_code == 302


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_attributes_are_compared_in_the_readers_words(language):
    attribute = add_attribute("colour", name_zh="颜色", values=[("black", "Black", "黑色")])
    add_attribute("power", "number", unit="W", name_zh="功率")
    first = add_product("A", "Kettle", attributes={"colour": ["Black"], "power": [2200.0]})
    second = add_product("B", "Kettle", attributes={"power": [1800.0], "unknown": ["x"]})
    with translation.override(language):
        rows = {row.name: row for row in compare_products(first, second)}
    colour, power = ("Black", "2.2 kW") if language == "en" else ("黑色", "2.2 千瓦")
    name = str(attribute) if language == "en" else "颜色"
    assert rows[name].left[0].text == colour
    assert rows[name].kind == "missing"
    assert rows["Power" if language == "en" else "功率"].left[0].text == power
    assert rows["unknown"].right[0].text == "x"
    assert AttributeValue.objects.count() == 1


@pytest.mark.parametrize(
    ("left", "right", "alone"),
    [
        pytest.param("Kettle 1.7 l", "Kettle 1.5 l", ["1.7 ", "1.5 "], id="en"),
        pytest.param("电热水壶黑色", "电热水壶白色", ["黑", "白"], id="zh"),
        pytest.param("KETTLE", "kettle", [], id="case"),
        pytest.param("a", "a b", ["b"], id="more"),
        pytest.param("w " * 5000, "v " * 5000, [], id="too-long-to-compare"),
    ],
)
def test_differences_put_together_are_the_texts_again(left, right, alone):
    sides = split_difference(left, right)
    assert ["".join(piece.text for piece in side) for side in sides] == [left, right]
    assert [piece.text for side in sides for piece in side if piece.alone] == alone


def test_reasons_are_worded_and_a_newer_code_is_shown_as_it_is():
    assert describe_reason("same_model", "K100").text == "same model number K100"
    assert describe_reason("other_colour", "black ≠ white").against
    assert describe_reason("brand_new", "x").text == "brand_new x"
    assert DuplicateSuggestionAdmin.list_per_page == 50
