"""The per-process picture of the index: kept equal to the database by reading only what is newer."""

from datetime import UTC, datetime

import numpy as np
import pytest
from django.db import connection

from catalog.models import Product, Variant
from catalog.steps import index
from ranking.registry import live_state
from ranking.retrieval import index_reader
from ranking.retrieval.snapshot import IndexSnapshot
from tests.shop import add_product, build_bilingual_shop, index_all

pytestmark = pytest.mark.django_db


def current() -> IndexSnapshot:
    return live_state().snapshot


def test_nothing_is_read_again_when_nothing_changed(django_assert_num_queries: pytest.fixture) -> None:
    build_bilingual_shop()
    first = live_state()
    with django_assert_num_queries(1):
        assert live_state().snapshot is first.snapshot


def test_a_change_replaces_arrays_and_leaves_the_old_picture_whole() -> None:
    build_bilingual_shop()
    old = current()
    product = Product.objects.get(sku="HP-1")
    at = old.ordinals([product.pk])[0]
    Variant.objects.filter(product=product).update(price="1.00")
    index.refresh_offers([product.pk])
    new = current()
    assert (old.columns["price"][at], new.columns["price"][at]) == (9900, 100)
    assert new.product_ids is old.product_ids


def test_reindexing_kills_the_old_place_of_a_product() -> None:
    build_bilingual_shop()
    product = Product.objects.get(sku="HP-1")
    before = current()
    Product.objects.filter(pk=product.pk).update(title_en="Sonar monitor")
    index_all()
    after = current()
    old, new = before.ordinals([product.pk])[0], after.ordinals([product.pk])[0]
    assert old != new
    assert not after.live[old]
    assert after.live[new]
    assert after.live.sum() == before.live.sum()


def test_a_process_that_starts_later_sees_the_same() -> None:
    build_bilingual_shop()
    current()
    add_product("NEW", "Desk lamp")
    index_all()
    Product.objects.get(sku="HP-2").delete()
    grown = current()
    from ranking.registry import forget_live  # noqa: PLC0415

    forget_live()
    fresh = current()
    assert np.array_equal(np.sort(grown.product_ids[grown.live]), np.sort(fresh.product_ids[fresh.live]))


def test_absent_products_have_no_ordinal() -> None:
    assert current().ordinals([1, 2]).tolist() == [-1, -1]
    build_bilingual_shop()
    assert current().ordinals([-5]).tolist() == [-1]


def test_copied_rows_equal_the_table() -> None:
    start = datetime(2026, 11, 11, tzinfo=UTC)
    add_product("A", "Desk lamp", price="12.34", sale_price="10.00", sale_from=start, markets=["cn"], popularity=3.5)
    index_all()
    with index_reader.consistent_read() as cursor:
        (row,) = index_reader.read_documents(cursor)
    assert (row["price"], row["sale_price"], row["sale_from"]) == (1234, 1000, start.timestamp())
    assert row["sale_until"] == index_reader.FAR_FUTURE
    assert row["popularity"] == 3.5
    assert row["live"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT bit FROM catalog_market WHERE code = 'cn'")
        assert row["market_mask"] == 1 << cursor.fetchone()[0]
