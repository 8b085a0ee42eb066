"""The index step: visible at commit, stale when the text changes, gone when the product goes, whole after merging."""

import pytest
from django.db import connection

from catalog.documents import stale_for_index
from catalog.models import LiveVersion, Product, SearchDocument, Segment, Variant
from catalog.steps import index
from ranking.contracts import SearchRequest
from ranking.pipeline import search
from tests.shop import add_category, add_product, build_bilingual_shop, index_all

pytestmark = pytest.mark.django_db


def found(query: str, **fields: object) -> list[str]:
    return [hit.product.sku for hit in search(SearchRequest(query=query, **fields)).hits]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "sku"),
    [("headphones", "HP-1"), ("蓝牙耳机", "HP-1"), ("連衣裙", "DRESS-1"), ("ＫＥＴＴＬＥ", "KET-1")],
    ids=["english", "chinese", "traditional", "full-width"],
)
def test_an_indexed_product_is_found_in_both_languages(query: str, sku: str) -> None:
    build_bilingual_shop()
    assert sku in found(query)


def test_a_changed_text_is_stale_and_an_unchanged_one_is_not() -> None:
    build_bilingual_shop()
    assert stale_for_index(10) == []
    product = Product.objects.get(sku="HP-1")
    Product.objects.filter(pk=product.pk).update(title_en="Sonar studio monitor", title_zh="声纳监听音箱")
    assert stale_for_index(10) == [product.pk]
    index_all()
    assert found("monitor") == ["HP-1"]
    assert "HP-1" not in found("wireless")


def test_renaming_a_category_makes_its_products_stale() -> None:
    build_bilingual_shop()
    Product.objects.get(sku="HP-1").category.__class__.objects.filter(key="audio/headphones").update(name_zh="头戴耳机")
    assert len(stale_for_index(10)) == 2


def test_price_and_stock_are_seen_without_indexing() -> None:
    build_bilingual_shop()
    segments = Segment.objects.count()
    product = Product.objects.get(sku="HP-1")
    Variant.objects.filter(product=product).update(price="5.00", stock=0)
    index.refresh_offers([product.pk])
    hit = next(hit for hit in search(SearchRequest(query="wireless headphones")).hits if hit.product.sku == "HP-1")
    assert hit.product.price == 5.0
    assert not hit.product.in_stock
    assert found("headphones", sort="price_asc")[0] == "HP-1"
    assert Segment.objects.count() == segments


@pytest.mark.parametrize("how", ["orm", "queryset", "sql"])
def test_a_deleted_product_leaves_search_at_once_however_it_is_deleted(how: str) -> None:
    build_bilingual_shop()
    assert "HP-1" in found("headphones")
    product = Product.objects.get(sku="HP-1")
    if how == "orm":
        product.delete()
    elif how == "queryset":
        Product.objects.filter(sku="HP-1").delete()
    else:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM catalog_variant WHERE product_id = %s", [product.pk])
            cursor.execute("DELETE FROM catalog_product WHERE id = %s", [product.pk])
    page = search(SearchRequest(query="headphones"))
    assert "HP-1" not in [hit.product.sku for hit in page.hits]
    assert page.total == len(page.hits)


def test_an_archived_product_leaves_and_comes_back_without_indexing() -> None:
    build_bilingual_shop()
    product = Product.objects.get(sku="HP-1")
    for status, seen in (("archived", False), ("active", True)):
        Product.objects.filter(pk=product.pk).update(status=status)
        index.refresh_offers([product.pk])
        assert ("HP-1" in found("headphones")) is seen
    assert stale_for_index(10) == []


def test_merging_keeps_every_answer_and_drops_the_dead() -> None:
    category = add_category("lamps", "Lamps", "灯具")
    for number in range(12):
        add_product(f"L-{number}", f"Desk lamp number {number}", f"台灯 {number} 号", category=category)
        index_all()
    Product.objects.get(sku="L-3").delete()
    before = {query: found(query) for query in ("desk lamp", "台灯", "number 7")}
    assert index.merge_segments() == 12
    assert Segment.objects.filter(retired_at=None).get().document_count == 11
    assert {query: found(query) for query in before} == before


def test_a_search_that_began_before_a_merge_still_finds_its_segments() -> None:
    for number in range(8):
        add_product(f"L-{number}", f"Desk lamp {number}")
        index_all()
    old = list(Segment.objects.values_list("id", flat=True))
    index.merge_segments()
    assert Segment.objects.filter(id__in=old, retired_at__isnull=False).count() == len(old)


def test_products_indexed_in_many_small_segments_score_as_in_one() -> None:
    build_bilingual_shop()
    whole = {hit.product.sku: hit.parts["bm25"] for hit in search(SearchRequest(query="sonar headphones")).hits}
    SearchDocument.objects.update(fingerprint="")
    for product_id in Product.objects.order_by("id").values_list("id", flat=True):
        index.index_products([product_id])
    split = {hit.product.sku: hit.parts["bm25"] for hit in search(SearchRequest(query="sonar headphones")).hits}
    assert split == pytest.approx(whole, rel=1e-5)


def test_versions_grow_with_every_change() -> None:
    build_bilingual_shop()
    before = LiveVersion.objects.get(name="index").version
    index.refresh_offers(list(Product.objects.values_list("id", flat=True)[:1]))
    assert LiveVersion.objects.get(name="index").version > before


def test_a_product_without_variants_or_price_is_found_and_sorts_last_by_price() -> None:
    add_product("A-1", "Desk lamp", price="9.00")
    Product.objects.create(sku="A-2", title_en="Desk lamp without price")
    index_all()
    assert found("desk lamp", sort="price_asc") == ["A-1", "A-2"]
    assert found("desk lamp", sort="price_desc") == ["A-1", "A-2"]
