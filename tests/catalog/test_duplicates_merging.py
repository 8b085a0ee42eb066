"""Merging and taking it back: atomic, exact, and only on a person's word."""

import datetime
import threading
from typing import Any

import pytest
from django.db import connection, transaction

from catalog import pipeline
from catalog.duplicates import merging
from catalog.duplicates.merging import (
    DuplicateRefused,
    ask_again,
    keep_apart,
    merge,
    merged_into,
    merged_variants,
    unmerge,
)
from catalog.errors import NotFound
from catalog.models import DuplicateSuggestion, Product, Review, SearchDocument, Variant
from catalog.steps import upsert
from tests.shop import add_product, index_all

pytestmark = pytest.mark.django_db
Status = DuplicateSuggestion.Status
WHEN = datetime.datetime(2025, 5, 1, tzinfo=datetime.UTC)


@pytest.fixture
def user(django_user_model: Any) -> Any:
    return django_user_model.objects.create(username="merchandiser")


def suggest(first: Product, second: Product) -> DuplicateSuggestion:
    return DuplicateSuggestion.objects.create(first=first, second=second, score=0.9)


@pytest.fixture
def pair() -> DuplicateSuggestion:
    first = add_product("A", "Kettle K-100", "水壶 K-100", price="40", stock=2, rating_average=4.0, rating_count=10,
                        attributes={"power": [2200.0]})  # fmt: skip
    second = add_product("B", "K100 kettle", "K100 水壶", price="35", stock=7, rating_average=5.0, rating_count=30)
    Variant.objects.create(product=second, sku="B-2", options={"Size": "XL"}, price=45, position=1)
    for product in (first, second):
        Review.objects.create(product=product, rating=5, body=product.sku, created_at=WHEN)
    index_all()
    return suggest(first, second)


def everything() -> list[list[dict[str, Any]]]:
    """All that merging may touch, but for the time of the last change."""
    products = list(Product.objects.order_by("id").values())
    for product in products:
        del product["updated_at"]
    return [products, list(Variant.objects.order_by("id").values()), list(Review.objects.order_by("id").values())]


def test_offers_and_reviews_move_and_the_second_goes_out_of_sale(pair, user):
    assert merge(pair.pk, user=user) == [pair.first_id, pair.second_id]
    first, second = Product.objects.get(sku="A"), Product.objects.get(sku="B")
    assert list(first.variants.values_list("sku", "position")) == [("A", 0), ("B", 1), ("B-2", 2)]
    assert (second.status, second.variants.count(), second.reviews.count()) == ("archived", 0, 0)
    assert first.reviews.count() == 2
    assert (first.rating_average, first.rating_count) == (4.75, 40)
    assert first.attributes == {"power": [2200.0], "size": ["XL"]}
    pair.refresh_from_db()
    assert (pair.status, pair.decided_by) == (Status.MERGED, user)


def test_taking_it_back_restores_exactly(pair, user):
    before = everything()
    merge(pair.pk, user=user)
    assert everything() != before
    assert unmerge(pair.pk, user=user) == [pair.first_id, pair.second_id]
    assert everything() == before
    pair.refresh_from_db()
    assert (pair.status, pair.undo, pair.decided_by) == (Status.OPEN, {}, None)


def test_what_was_edited_since_stays_edited(pair, user):
    merge(pair.pk, user=user)
    Product.objects.filter(sku="A").update(
        title_en="Better title", attributes={"power": [1800.0], "size": ["M"]}, rating_average=3.0
    )
    Variant.objects.filter(sku="B").update(price=33)
    Variant.objects.filter(sku="B-2").delete()
    unmerge(pair.pk, user=user)
    first, second = Product.objects.get(sku="A"), Product.objects.get(sku="B")
    assert (first.title_en, first.attributes, first.rating_average) == (
        "Better title", {"power": [1800.0], "size": ["M"]}, 3.0,
    )  # fmt: skip
    assert [(each.sku, each.price) for each in second.variants.all()] == [("B", 33)]
    assert second.status == "active"


def test_search_sees_the_merge_at_once(pair, user):
    pipeline.product_changed(merge(pair.pk, user=user))
    shown = dict(SearchDocument.objects.values_list("product_id", "live"))
    assert (shown[pair.first_id], shown[pair.second_id]) == (True, False)
    assert SearchDocument.objects.get(product_id=pair.first_id).price == 3500
    pipeline.product_changed(unmerge(pair.pk, user=user))
    assert SearchDocument.objects.get(product_id=pair.first_id).price == 4000
    assert SearchDocument.objects.get(product_id=pair.second_id).live


def test_a_merge_that_fails_changes_nothing(pair, user, monkeypatch):
    before = everything()
    monkeypatch.setattr(merging, "_join_ratings", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        merge(pair.pk, user=user)
    assert everything() == before
    pair.refresh_from_db()
    assert pair.status == Status.OPEN


def test_refusals_say_why(pair, user):
    with pytest.raises(NotFound):
        merge(10**9, user=user)
    with pytest.raises(DuplicateRefused, match="nothing to take back"):
        unmerge(pair.pk, user=user)
    merge(pair.pk, user=user)
    with pytest.raises(DuplicateRefused, match="merged already"):
        merge(pair.pk, user=user)
    again = suggest(Product.objects.get(sku="B"), add_product("C", "Third"))
    with pytest.raises(DuplicateRefused, match="not on sale"):
        merge(again.pk, user=user)


def test_merges_are_taken_back_last_first(pair, user):
    third = suggest(Product.objects.get(sku="A"), add_product("C", "Kettle", price="50"))
    before = everything()
    merge(pair.pk, user=user)
    merge(third.pk, user=user)
    with pytest.raises(DuplicateRefused, match="later merge"):
        unmerge(pair.pk, user=user)
    unmerge(third.pk, user=user)
    unmerge(pair.pk, user=user)
    assert everything() == before


def test_a_chain_of_merges_ends_at_the_product_that_is_left(pair, user):
    older = DuplicateSuggestion.objects.create(first=add_product("Z", "Kettle"), second=pair.first, score=0.9)
    merge(pair.pk, user=user)
    merge(older.pk, user=user)
    assert merged_into(["B", "A", "Z", "nowhere"]) == {"B": "Z", "A": "Z"}
    assert merged_variants(["Z"]) == {"A", "B", "B-2"}
    with pytest.raises(DuplicateRefused, match="later merge"):
        unmerge(pair.pk, user=user)


def test_two_products_can_be_asked_again(pair, user):
    assert keep_apart([pair.pk], user=user) == 1
    assert keep_apart([pair.pk], user=user) == 0
    pair.refresh_from_db()
    assert (pair.status, pair.decided_by) == (Status.APART, user)
    assert ask_again([pair.pk], user=user) == 1
    pair.refresh_from_db()
    assert (pair.status, pair.decided_by) == (Status.OPEN, None)


@pytest.mark.parametrize("reactivate", [False, True], ids=["add-and-change", "replace"])
def test_a_later_file_never_brings_the_merged_product_back_unnoticed(pair, user, reactivate):
    from catalog.contracts import ProductRow, VariantRow  # noqa: PLC0415

    merge(pair.pk, user=user)
    row = ProductRow("B", 1, titles={"en": "K100 kettle"}, variants=(VariantRow("B", stock=9),))
    result = upsert.Upserter(reactivate=reactivate).upsert([row])
    assert Product.objects.get(sku="B").status == "archived"
    updated = Variant.objects.get(sku="B")
    assert updated.product.sku == "A"
    # Either the row is refused, by name of the product that holds its SKU now, or it updates the offer there.
    assert updated.stock == 9 or ("A" in result.refusals[0].message and result.counts.refused == 1)


@pytest.mark.django_db(transaction=True)
def test_a_merge_waits_for_an_upload_that_is_at_it(pair, user):
    def merge_meanwhile() -> None:
        merge(pair.pk, user=user)
        connection.close()

    other = threading.Thread(target=merge_meanwhile)
    with transaction.atomic():
        upsert.archive([])
        other.start()
        other.join(0.5)
        assert other.is_alive()
        assert not DuplicateSuggestion.objects.filter(status=Status.MERGED).exists()
    other.join(20)
    assert DuplicateSuggestion.objects.filter(status=Status.MERGED).exists()
