"""What uploads do after a merge: files of both products go on as before, and the merged one does not come back."""

from typing import Any

import pytest

from catalog.contracts import ProductRow, VariantRow
from catalog.duplicates.merging import merge, unmerge
from catalog.models import DuplicateSuggestion, Product, Variant
from catalog.steps.upsert import Upserter
from tests.shop import add_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(django_user_model: Any) -> DuplicateSuggestion:
    first, second = add_product("A", "Kettle K-100", price="40"), add_product("B", "K100 kettle", price="35")
    Variant.objects.create(product=second, sku="B-XL", options={"Size": "XL"}, price=45, position=1)
    made = DuplicateSuggestion.objects.create(first=first, second=second, score=0.9)
    merge(made.pk, user=django_user_model.objects.create(username="m"))
    return made


def offers() -> dict[str, tuple[str, int | None]]:
    return {each.sku: (each.product.sku, each.stock) for each in Variant.objects.select_related("product")}


def upload(*rows: ProductRow, replace: bool = False) -> Any:
    return Upserter(reactivate=replace).upsert(rows)


@pytest.mark.parametrize("replace", [False, True], ids=["add-and-change", "replace"])
@pytest.mark.parametrize("complete", [False, True], ids=["flat", "whole"])
def test_the_merged_products_file_updates_its_offers_where_they_are(pair, replace, complete):
    variants = (VariantRow("B", stock=9), VariantRow("B-XL", {"Size": "XL"}, stock=8))
    result = upload(ProductRow("B", 1, titles={"en": "K100"}, variants=variants, complete=complete), replace=replace)
    assert not result.refusals
    assert offers() == {"A": ("A", 5), "B": ("A", 9), "B-XL": ("A", 8)}
    assert Product.objects.get(sku="B").status == "archived"
    assert Product.objects.get(sku="A").title_en == "Kettle K-100"


@pytest.mark.parametrize("complete", [False, True], ids=["flat", "whole"])
def test_the_products_own_file_neither_drops_nor_is_stopped_by_what_was_moved_in(pair, complete):
    upload(ProductRow("A", 1, titles={"en": "New"}, variants=(VariantRow("A", stock=1),), complete=complete))
    assert offers() == {"A": ("A", 1), "B": ("A", 5), "B-XL": ("A", None)}
    assert Product.objects.get(sku="A").title_en == "New"


def test_a_file_of_titles_alone_changes_nothing_of_the_merged_product(pair):
    result = upload(ProductRow("B", 1, titles={"en": "K100 kettle, new"}))
    assert (result.counts.refused, result.counts.created) == (0, 0)
    assert Product.objects.get(sku="B").status == "archived"


def test_after_the_merge_is_taken_back_files_reach_the_product_again(pair):
    unmerge(pair.pk, user=None)
    upload(ProductRow("B", 1, variants=(VariantRow("B-XL", {"Size": "XL"}, stock=9),)))
    assert offers()["B-XL"] == ("B", 9)


def test_a_row_without_offers_whose_number_is_a_variant_elsewhere_is_refused(db):
    product = add_product("P", "Shirt")
    Variant.objects.create(product=product, sku="P-2", options={"Size": "M"})
    result = upload(ProductRow("P-2", 1, titles={"en": "Shirt M"}))
    assert [refusal.code for refusal in result.refusals] == ["sku_taken"]
