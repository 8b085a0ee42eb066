"""Upsert: idempotent by SKU, one transaction a batch, set-based, safe beside another upload."""

import threading
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from catalog.contracts import AttributeSpec, Empty, ProductRow, UpsertCounts, VariantRow
from catalog.models import Attribute, AttributeValue, Brand, Category, Product, SearchDocument, Variant
from catalog.seen_keys import SeenKeys
from catalog.steps.index import refresh_offers
from catalog.steps.upsert import Upserter, archive, find_unlisted, settle_edited

pytestmark = pytest.mark.django_db


def row(sku: str, **fields: Any) -> ProductRow:
    fields.setdefault("titles", {"en": f"Product {sku}"})
    return ProductRow(sku=sku, row_number=fields.pop("row_number", 2), **fields)


def offer(sku: str, price: str = "10.00", **fields: Any) -> VariantRow:
    return VariantRow(sku=sku, price=Decimal(price), **fields)


def upsert(*rows: ProductRow, **options: Any):
    return Upserter(**options).upsert(rows)


def test_a_new_product_has_everything_the_row_says():
    weight = AttributeSpec("weight", {"en": "Weight", "zh": "重量"}, "number", "kg")
    upsert(
        row(
            "K-1",
            titles={"en": "Kettle", "zh": "水壶"},
            brand={"en": "Calor", "zh": "卡乐"},
            category=({"en": "Kitchen", "zh": "厨房"}, {"en": "Kettles", "zh": "水壶"}),
            attributes={"weight": (1.5,)},
            specs=(weight,),
            variants=(offer("K-1", "39.90", stock=4, barcode="690"),),
            images=("https://a/1.jpg",),
            markets=("us",),
            extra={"model": "X"},
            rating_average=4.5,
            rating_count=9,
            popularity=2.0,
        )
    )
    product = Product.objects.get(sku="K-1")
    assert (product.title_zh, product.brand.name_zh, product.category.key) == ("水壶", "卡乐", "kitchen/kettles")
    assert (product.attributes, product.images, product.markets) == ({"weight": [1.5]}, ["https://a/1.jpg"], ["us"])
    assert product.variants.get().price == Decimal("39.90")
    assert Category.objects.get(key="kitchen").name_zh == "厨房"
    assert Attribute.objects.get(key="weight").unit == "kg"


def test_the_second_run_changes_nothing_and_writes_nothing():
    rows = [row(f"P-{n}", variants=(offer(f"P-{n}"),), attributes={"colour": ("Red",)}) for n in range(20)]
    assert upsert(*rows).counts == UpsertCounts(created=20)
    before = Product.objects.values_list("id", "updated_at")
    with CaptureQueriesContext(connection) as queries:
        assert upsert(*rows).counts == UpsertCounts(unchanged=20)
    assert not [query for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert list(Product.objects.values_list("id", "updated_at")) == list(before)


def test_the_number_of_statements_does_not_grow_with_the_batch():
    def statements(count: int, prefix: str) -> int:
        rows = [
            row(f"{prefix}{n}", brand={"en": f"{prefix} {n % 5}"}, variants=(offer(f"{prefix}{n}"),))
            for n in range(count)
        ]
        with CaptureQueriesContext(connection) as queries:
            upsert(*rows)
        return len(queries)

    assert statements(200, "a") == statements(400, "b")


def test_product_ids_are_not_burnt_by_runs_that_change_nothing():
    rows = [row(f"P-{n}") for n in range(50)]
    upsert(*rows)
    upsert(*rows)
    upsert(*[row(f"P-{n}", titles={"en": "Other"}) for n in range(50)])
    upsert(row("LAST"))
    assert Product.objects.get(sku="LAST").id - Product.objects.get(sku="P-0").id == 50


def test_what_a_row_does_not_say_stays():
    upsert(row("A", brand={"en": "Calor"}, variants=(offer("A", "10", stock=5, sale_price=Decimal(8)),)))
    result = upsert(ProductRow(sku="A", row_number=2, variants=(VariantRow(sku="A", price=Decimal("12.00")),)))
    variant = Variant.objects.get(sku="A")
    assert result.outcomes[0].fields == ("variants",)
    assert (variant.price, variant.sale_price, variant.stock) == (Decimal(12), Decimal(8), 5)
    assert Product.objects.get().brand.key == "calor"


def test_what_a_row_empties_is_cleared():
    upsert(
        row(
            "A",
            brand={"en": "Calor"},
            attributes={"colour": ("Red",), "size": ("M",)},
            variants=(offer("A", sale_price=Decimal(8)),),
        )
    )
    upsert(row("A", brand={}, attributes={"colour": ()}, variants=(VariantRow(sku="A", sale_price=Empty.EMPTY),)))
    product = Product.objects.get()
    assert (product.brand, product.attributes, product.variants.get().sale_price) == (None, {"size": ["M"]}, None)


def test_a_complete_row_removes_what_it_does_not_list():
    shirt = row(
        "A",
        complete=True,
        attributes={"a": ("1",), "b": ("2",)},
        variants=(offer("A-S", options={"Size": "S"}), offer("A-M", options={"Size": "M"})),
    )
    upsert(shirt)
    upsert(row("A", complete=True, attributes={"a": ("1",)}, variants=(offer("A-M", options={"Size": "M"}),)))
    assert list(Variant.objects.values_list("sku", flat=True)) == ["A-M"]
    assert Product.objects.get().attributes == {"a": ["1"], "size": ["M"]}


def test_options_of_all_variants_become_attributes():
    upsert(row("A", variants=(offer("A-S", options={"Size": "S", "颜色": "红色"}),)))
    upsert(row("A", variants=(offer("A-M", options={"Size": "M", "颜色": "红色"}),)))
    assert Product.objects.get().attributes == {"size": ["S", "M"], "颜色": ["红色"]}
    assert Attribute.objects.get(key="颜色").name_zh == "颜色"
    # English values name themselves; indexing makes them.
    assert list(AttributeValue.objects.values_list("name_en", "name_zh")) == [("", "红色")]


def test_the_parents_own_line_is_no_variant_but_lends_its_price():
    upsert(
        row("A", variants=(VariantRow(sku="A", price=Decimal(20)),)),
        ProductRow(sku="A", row_number=3, variants=(VariantRow(sku="A-S", options={"Size": "S"}, stock=1),)),
    )
    assert list(Variant.objects.values_list("sku", "price")) == [("A-S", Decimal(20))]


def test_variants_with_rows_of_their_own_move_into_the_group_that_lists_them():
    upsert(row("A-S", variants=(offer("A-S", "11", stock=7),)))
    upsert(
        row("A", variants=(VariantRow(sku="A-S", options={"Size": "S"}), VariantRow(sku="A-M", options={"Size": "M"})))
    )
    assert list(Product.objects.values_list("sku", flat=True)) == ["A"]
    assert Variant.objects.get(sku="A-S").stock == 7
    result = upsert(row("A-S", variants=(offer("A-S", "12"),)))
    assert Variant.objects.get(sku="A-S").price == Decimal(12)
    assert (Product.objects.count(), result.counts) == (1, UpsertCounts(changed=1))


def test_a_variant_of_another_product_is_refused_and_the_rest_goes_in():
    upsert(row("A", variants=(offer("V-1", options={"Size": "S"}), offer("V-2", options={"Size": "M"}))))
    result = upsert(row("B", variants=(offer("V-1", options={"Size": "S"}), offer("V-9"))), row("C"))
    assert [refusal.code for refusal in result.refusals] == ["sku_taken"]
    assert "belongs to the product A" in result.refusals[0].message
    assert set(Product.objects.values_list("sku", flat=True)) == {"A", "C"}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"titles": {}}, "missing_title"),
        ({"variants": (VariantRow(sku="A", sale_price=Decimal(99)),)}, "sale_above_price"),
    ],
)
def test_a_row_that_contradicts_the_shop_is_refused(said, code):
    if code == "sale_above_price":
        upsert(row("A", variants=(offer("A"),)))
    assert upsert(row("A", **said)).refusals[0].code == code


def test_deleting_removes_product_and_variants_and_is_idempotent():
    upsert(row("A", variants=(offer("A"),)))
    assert upsert(row("A", deleted=True)).counts == UpsertCounts(deleted=1)
    assert upsert(row("A", deleted=True)).counts == UpsertCounts(unchanged=1)
    assert not Variant.objects.exists()


def test_a_dry_run_counts_and_writes_nothing():
    upsert(row("A", variants=(offer("A"),)))
    result = upsert(row("A", titles={"en": "Other"}), row("B", brand={"en": "New"}), row("C", titles={}), write=False)
    assert result.counts == UpsertCounts(created=1, changed=1, refused=1)
    assert (Product.objects.get().title_en, Brand.objects.count()) == ("Product A", 0)


def test_names_are_filled_in_and_never_overwritten():
    upsert(row("A", brand={"zh": "小米"}, category=({"zh": "电视"},)))
    Brand.objects.update(name_zh="小米科技", key="小米")
    upsert(row("B", brand={"en": "Xiaomi", "zh": "小米"}, category=({"en": "TVs", "zh": "电视"},)))
    assert list(Brand.objects.values_list("key", "name_en", "name_zh")) == [("小米", "Xiaomi", "小米科技")]
    assert list(Category.objects.values_list("key", "name_en", "name_zh")) == [("电视", "TVs", "电视")]


def test_values_get_the_names_of_both_languages():
    names = {"Red": {"en": "Red", "zh": "红色"}}
    spec = AttributeSpec("colour", {"en": "Colour"}, "text", value_names=names)
    upsert(row("A", attributes={"colour": ("Red",)}))
    upsert(row("A", attributes={"colour": ("Red",), "smart": (True,)}, specs=(spec,), complete=True))
    assert ("red", "Red", "红色") in AttributeValue.objects.values_list("key", "name_en", "name_zh")


def test_what_people_edit_is_compared_anew():
    upsert(row("A", variants=(offer("A", options={"Size": "S"}),)))
    product = Product.objects.get()
    Product.objects.update(title_en="Edited")
    settle_edited([product.id])
    assert upsert(row("A", variants=(offer("A", options={"Size": "S"}),))).outcomes[0].fields == ("title_en",)


def test_unlisted_products_are_archived_and_come_back_when_listed():
    upsert(row("A"), row("B"))
    listed = SeenKeys()
    listed.add("A", 2)
    missing, active = find_unlisted(listed, started_at="2100-01-01")
    archive(missing)
    assert (active, Product.objects.get(sku="B").status) == (2, "archived")
    upsert(row("B"))
    assert Product.objects.get(sku="B").status == "archived"
    Upserter(reactivate=True).upsert([row("B", popularity=1.0)])
    assert Product.objects.get(sku="B").status == "active"


@pytest.mark.django_db(transaction=True)
def test_two_uploads_with_the_same_skus_end_well_whatever_their_order():
    """Each thread writes the same products, brands and values in the opposite order, batch after batch."""
    errors: list[Exception] = []
    start = threading.Barrier(2)

    def work(title: str, *, backwards: bool) -> None:
        try:
            upserter = Upserter()
            start.wait()
            for batch in range(6):
                rows = [
                    row(
                        f"P-{n}",
                        titles={"en": f"{title} {batch}"},
                        brand={"en": f"Brand {n % 7}"},
                        category=({"en": f"Level {n % 3}"},),
                        attributes={"colour": (f"色{n % 11}",)},
                        specs=(AttributeSpec("colour", {}, "text"),),
                        variants=(offer(f"P-{n}"),),
                    )
                    for n in range(60)
                ]
                with transaction.atomic():
                    upserter.upsert(rows[::-1] if backwards else rows)
        except Exception as error:  # noqa: BLE001 - handed to the test
            errors.append(error)
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=work, args=("one",), kwargs={"backwards": False}),
        threading.Thread(target=work, args=("two",), kwargs={"backwards": True}),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert (Product.objects.count(), Variant.objects.count(), Brand.objects.count()) == (60, 60, 7)
    assert AttributeValue.objects.count() == 11
    assert len(set(Product.objects.values_list("title_en", flat=True))) == 1


def test_stock_that_no_file_told_is_not_counted_and_the_product_available() -> None:
    def is_available() -> bool:
        refresh_offers([Product.objects.get().pk])
        return SearchDocument.objects.get().in_stock

    upsert(row("A", variants=(offer("A", "10"),)))
    assert Variant.objects.get(sku="A").stock is None
    assert is_available()
    upsert(row("A", variants=(offer("A", "10", stock=0),)))
    assert not is_available()
    upsert(row("A", variants=(offer("A", "11"),)))
    assert Variant.objects.get(sku="A").stock == 0
