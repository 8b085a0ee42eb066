"""The admin of suggested merges and of category attributes: what is shown, to whom, and what a click does."""

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from catalog.admin.schema import PER_PAGE
from catalog.effective import merge_attributes
from catalog.models import Attribute, AttributeValue, Category, Product, SchemaSuggestion
from catalog.schema.induction import refresh_schemas
from catalog.schema.reasons import Reason, write_reason

pytestmark = pytest.mark.django_db
LIST = reverse("admin:catalog_schemasuggestion_changelist")
DECIDE = reverse("admin:catalog_schemasuggestion_decide")
COUNTS = reverse("admin:catalog_categoryattribute_changelist")


@pytest.fixture
def shop():
    """Two black shirts and one that says Blk, with the suggestion to merge them."""
    colour = Attribute.objects.create(key="colour", name_en="Colour", name_zh="颜色")
    AttributeValue.objects.create(attribute=colour, key="black", name_en="Black", name_zh="黑色")
    shirts = Category.objects.create(key="shirts", name_en="Shirts", name_zh="衬衫")
    products = [
        Product.objects.create(
            sku=f"S{n}", title_en=f"Shirt {n}", title_zh=f"衬衫{n}", category=shirts, attributes=stated
        )
        for n, stated in enumerate([{"colour": ["Black"]}, {"colour": ["Black"]}, {"colour": ["Blk"]}])
    ]
    reason = Reason("short", 0, (products[2].pk,), (products[0].pk,), 2)
    return SchemaSuggestion.objects.create(
        kind="value",
        attribute=colour,
        source="blk",
        target="black",
        score=0.85,
        products=1,
        reason=write_reason(reason),
    )


def read(client, address, **asked):
    answer = client.get(address, asked)
    assert answer.status_code == 200
    return answer.content.decode()


def shown():
    product = Product.objects.get(sku="S2")
    return merge_attributes(product.attributes, product.extracted)["colour"]


def status_of(suggestion):
    suggestion.refresh_from_db()
    return suggestion.status


def test_both_sides_stand_beside_each_other_with_products_and_reason(admin_client, shop):
    text = read(admin_client, LIST)
    for words in (
        "blk",
        "Black",
        "黑色",
        "One is written in short",
        "85% sure",
        "1 product<",
        "2 products",
        "Shirt 2",
        "Shirt 0",
    ):
        assert words in text


def test_the_page_speaks_the_reader_s_language(admin_client, shop):
    text = admin_client.get(LIST, headers={"accept-language": "zh-hans"}).content.decode()
    assert "衬衫2" in text
    assert "颜色" in text


def test_a_click_merges_and_a_click_takes_back(admin_client, shop):
    answer = admin_client.post(
        DECIDE, {"one": f"accept:{shop.pk}", f"target-{shop.pk}": "black", "address": "kind=value"}
    )
    assert answer.url == f"{LIST}?kind=value"
    assert (status_of(shop), shop.decided_by.username, shown()) == ("accepted", "admin", ["Black"])
    assert "Take back" in read(admin_client, LIST, status="accepted")
    admin_client.post(DECIDE, {"one": f"undo:{shop.pk}"})
    assert (status_of(shop), shown()) == ("open", ["Blk"])


def test_several_are_decided_at_once_and_a_refusal_stops_no_other(admin_client, shop):
    other = SchemaSuggestion.objects.create(kind="value", attribute=shop.attribute, source="white", target="white")
    chosen = {"chosen": [shop.pk, other.pk], f"target-{shop.pk}": "black", f"target-{other.pk}": "white"}
    answer = admin_client.post(DECIDE, {"many": "accept", **chosen}, follow=True)
    text = answer.content.decode()
    assert (status_of(shop), status_of(other)) == ("accepted", "open")
    assert "circle" in text
    assert "1 suggestion decided." in text
    admin_client.post(DECIDE, {"many": "reject", **chosen})
    assert (status_of(shop), status_of(other), shown()) == ("rejected", "rejected", ["Blk"])


@pytest.mark.parametrize(
    ("posted", "code"),
    [
        ({"many": "accept"}, 302),
        ({"many": "delete"}, 403),
        ({"one": "accept:x"}, 302),
        ({"one": "accept:999"}, 302),
        ({}, 403),
    ],
    ids=["nothing ticked", "unknown word", "no number", "gone", "empty"],
)
def test_odd_posts_change_nothing(admin_client, shop, posted, code):
    assert admin_client.post(DECIDE, posted).status_code == code
    assert status_of(shop) == "open"


def test_what_the_page_showed_must_still_hold(admin_client, shop):
    SchemaSuggestion.objects.update(target="white")
    answer = admin_client.post(DECIDE, {"one": f"accept:{shop.pk}", f"target-{shop.pk}": "black"}, follow=True)
    assert "changed meanwhile" in answer.content.decode()
    assert status_of(shop) == "open"


@pytest.mark.parametrize(
    ("rights", "listed", "decided"),
    [([], 403, 403), (["view_schemasuggestion"], 200, 403), (["change_schemasuggestion"], 200, 302)],
    ids=["none", "view", "change"],
)
def test_who_may_look_and_who_may_decide(client, shop, rights, listed, decided):
    user = User.objects.create_user("mona", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(user)
    answer = client.get(LIST)
    assert answer.status_code == listed
    assert ("Keep apart" in answer.content.decode()) is (decided == 302)
    assert client.post(DECIDE, {"one": f"reject:{shop.pk}"}).status_code == decided
    assert client.get(DECIDE).status_code == 403


def test_long_lists_are_paged_and_filtered(admin_client, shop, django_assert_max_num_queries):
    SchemaSuggestion.objects.bulk_create(
        SchemaSuggestion(kind="value", attribute=shop.attribute, source=f"s{n}", target="black", score=0.6)
        for n in range(PER_PAGE + 5)
    )
    with django_assert_max_num_queries(16):
        first = read(admin_client, LIST)
    assert first.count("sg-row sg-row--open") == PER_PAGE
    assert read(admin_client, LIST, page=2).count("sg-row sg-row--open") == 6
    assert read(admin_client, LIST, page="x").count("sg-row sg-row--open") == PER_PAGE
    assert read(admin_client, LIST, q="blk").count("sg-row sg-row--open") == 1
    assert read(admin_client, LIST, q="颜色").count("sg-row sg-row--open") == PER_PAGE
    assert "Nothing is waiting" in read(admin_client, LIST, kind="attribute")


def test_texts_of_the_catalog_are_escaped(admin_client, shop):
    SchemaSuggestion.objects.update(source="<script>alert(1)</script>")
    assert "<script>alert(1)" not in read(admin_client, LIST)


def test_attributes_of_a_category_with_what_is_missing(admin_client, shop):
    Product.objects.create(sku="S9", category=Category.objects.get(key="shirts"))
    refresh_schemas()
    text = read(admin_client, COUNTS)
    for words in ("Colour", "whole shop", "75% (3)", "Black (2), Blk (1)", "attribute=colour", "Review"):
        assert words in text
    category = Category.objects.get(key="shirts")
    assert "Shirts" in read(admin_client, COUNTS, category__id__exact=category.pk)
    assert "75% (3)" in read(admin_client, COUNTS, missing="some")
    assert "75% (3)" not in read(admin_client, COUNTS, missing="often")


def test_the_counts_are_read_only_and_not_for_everybody(client, shop):
    refresh_schemas()
    user = User.objects.create_user("mona", is_staff=True)
    client.force_login(user)
    assert client.get(COUNTS).status_code == 403
    user.user_permissions.set(Permission.objects.filter(codename__endswith="categoryattribute"))
    client.force_login(User.objects.get(pk=user.pk))
    assert client.get(COUNTS).status_code == 200
    assert client.get(reverse("admin:catalog_categoryattribute_add")).status_code == 403
