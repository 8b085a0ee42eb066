"""Ingest: a file becomes products batch by batch; progress shows, nothing stops it for long, and it may run again."""

import threading
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from catalog import pipeline
from catalog.errors import MappingRefused, RowRefused, UploadRefused
from catalog.models import Brand, Product, RefusedRow, SearchDocument, Upload, Variant
from tests.catalog.catalog_files import (
    HEADER,
    ROWS,
    SHARED,
    as_csv,
    as_jsonl,
    as_xlsx,
    counts,
    ingest,
    native,
    receive,
    write,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (as_csv(), "c.csv"),
        (as_csv(delimiter=";"), "c.csv"),
        (as_csv().decode().encode("gbk"), "c.csv"),
        (as_xlsx(), "c.xlsx"),
        (as_jsonl([dict(zip(HEADER, row, strict=True)) for row in ROWS]), "c.jsonl"),
    ],
    ids=["csv", "semicolons", "gbk", "excel", "json lines"],
)
def test_every_kind_of_file_makes_the_same_products(content, name):
    upload = ingest(content, name)
    assert counts(upload) == (3, 0, 0, 0, 0)
    kettle = Product.objects.get(sku="K-1")
    assert (kettle.title_en, kettle.title_zh, kettle.brand.key, kettle.category.key) == (
        "Kettle",
        "电热水壶",
        "calor",
        "kitchen/kettles",
    )
    variant = kettle.variants.get()
    assert (variant.price, variant.sale_price, variant.stock) == (Decimal("39.90"), Decimal("29.90"), 12)
    assert kettle.attributes == {"colour": ["Red"]}
    assert Variant.objects.get(sku="H-1").price == Decimal(1299)


def test_a_second_import_finds_everything_unchanged():
    ingest(as_csv())
    assert counts(ingest(as_csv())) == (0, 0, 3, 0, 0)


def test_products_are_in_search_with_the_batch_that_stores_them():
    ingest(as_csv())
    offers = SearchDocument.objects.filter(product_id=Product.objects.get(sku="K-1").id)
    assert list(offers.values_list("price", "sale_price", "in_stock")) == [(3990, 2990, True)]


def test_a_check_tells_what_would_happen_and_changes_nothing():
    ingest(as_csv())
    rows = [
        ["K-1", "Kettle", "电热水壶", "Calor", "Kitchen > Kettles", "35", "", "12", "Red"],
        ROWS[1],
        ["N-1", "New", "新品", "Fresh", "Audio", "5", "", "1", "Red"],
        ["X", "Bad", "坏", "", "", "-5", "", "1", ""],
    ]
    upload = ingest(as_csv(rows), check_only=True)
    assert upload.status == Upload.Status.CHECKED
    assert counts(upload) == (1, 1, 1, 0, 1)
    assert upload.notes["examples"]["changed"] == [{"row": 2, "sku": "K-1", "fields": ["variants"]}]
    assert [(row.row_number, row.column) for row in upload.refused_rows.all()] == [(5, "price")]
    assert (Product.objects.count(), Brand.objects.filter(key="fresh").count()) == (3, 0)
    assert Variant.objects.get(sku="K-1").price == Decimal("39.90")


def test_a_check_and_the_import_after_it_agree():
    upload = ingest(as_csv(), check_only=True)
    expected = counts(upload)
    pipeline.ingest(upload.pk)
    upload.refresh_from_db()
    assert counts(upload) == expected == (3, 0, 0, 0, 0)


def test_refused_rows_are_kept_with_their_reason_and_the_others_go_in():
    upload = ingest(
        as_csv([*ROWS, ["K-1", "Again", "", "", "", "1", "", "1", ""], ["", "No number", "", "", "", "1", "", "", ""]])
    )
    assert (upload.status, counts(upload)) == (Upload.Status.DONE, (3, 0, 0, 0, 2))
    refused = list(RefusedRow.objects.values_list("row_number", "code"))
    assert refused == [(5, "duplicate_sku"), (6, "missing_sku")]
    assert RefusedRow.objects.first().raw["title"] == "Again"


def test_progress_moves_with_every_batch(monkeypatch):
    monkeypatch.setattr(pipeline, "INGEST_BATCH", 10)
    upload = receive(as_csv([[f"P-{n}", f"Product {n}", "", "", "", "1", "", "1", ""] for n in range(35)]))
    seen = []
    pipeline.ingest(
        upload.pk, after_batch=lambda: seen.append(Upload.objects.values_list("rows", "created_count").get())
    )
    assert [created for _rows, created in seen] == [10, 20, 30, 35]
    upload.refresh_from_db()
    assert (upload.rows, upload.read_bytes) == (35, upload.total_bytes)


def test_the_mapping_chosen_is_remembered_for_the_same_header():
    upload = receive(b"code,what,cash\nA,Kettle,1990\n")
    pipeline.set_mapping(
        upload.pk, {"columns": {"code": "sku", "what": "title.en", "cash": {"target": "price", "scale": "0.01"}}}
    )
    again = ingest(b"cash,code,what\n2990,B,Pan\n")
    assert Variant.objects.get(sku="B").price == Decimal("29.90")
    assert again.mapping["columns"]["cash"]["scale"] == "0.01"


def test_a_mapping_for_columns_the_file_lacks_is_refused():
    with pytest.raises(MappingRefused, match="no column colour"):
        receive(as_csv(), mapping={"columns": {"sku": "sku", "title": "title.en", "colour ": "ignore"}})


def test_columns_nobody_mapped_are_reported():
    upload = ingest(as_csv(), mapping={"columns": {"sku": "sku", "title": "title.en"}})
    assert "colour" in upload.notes["unknown_columns"]


def test_native_lines_need_no_mapping():
    upload = ingest(
        as_jsonl([native("A", variants=[{"sku": "A", "price": "5.00", "stock": 2}]), native("B", oops=1)]), "n.jsonl"
    )
    assert upload.mapping["native"] is True
    assert counts(upload) == (1, 0, 0, 0, 1)
    assert Product.objects.get().title_zh == "商品 A"


def test_variant_rows_far_apart_meet_in_one_product(monkeypatch):
    monkeypatch.setattr(pipeline, "INGEST_BATCH", 2)
    header = ["sku", "parent_sku", "title", "price", "stock", "size"]
    rows = [
        ["A-S", "A", "Shirt", "10", "1", "S"],
        ["B-1", "", "Kettle", "5", "1", ""],
        ["C-1", "", "Pan", "6", "1", ""],
        ["D-1", "", "Pot", "7", "1", ""],
        ["A-M", "A", "Shirt", "11", "2", "M"],
    ]
    upload = ingest(as_csv(rows, header=header))
    shirt = Product.objects.get(sku="A")
    assert list(shirt.variants.values_list("sku", "price")) == [("A-S", Decimal(10)), ("A-M", Decimal(11))]
    assert shirt.attributes["size"] == ["S", "M"]
    assert upload.refused_count == 0
    assert counts(ingest(as_csv(rows, header=header)))[:2] == (0, 0)


def test_mode_replace_archives_what_the_file_no_longer_lists(settings):
    settings.UPLOAD_MAX_ARCHIVED_PERCENT = 50
    ingest(as_csv())
    upload = ingest(as_csv(ROWS[:2]), mode=Upload.Mode.REPLACE)
    assert (upload.notes["archived"], Product.objects.get(sku="H-1").status) == (1, "archived")
    assert not SearchDocument.objects.get(product_id=Product.objects.get(sku="H-1").id).live
    ingest(as_csv(), mode=Upload.Mode.REPLACE)
    assert Product.objects.get(sku="H-1").status == "active"


def test_mode_replace_stops_when_suspiciously_much_would_go():
    ingest(as_csv())
    upload = ingest(as_csv(ROWS[:1]), mode=Upload.Mode.REPLACE)
    assert upload.notes["not_archived"] == 2
    assert "nothing was archived" in upload.notes["warnings"][0]
    assert Product.objects.filter(status="active").count() == 3
    pipeline.set_mapping(upload.pk, {**upload.mapping, "allow_many_archived": True})
    pipeline.ingest(upload.pk)
    assert Product.objects.filter(status="active").count() == 1


def test_a_refused_row_still_lists_its_product():
    ingest(as_csv())
    ingest(as_csv([*ROWS[:2], ["H-1", "Headphones", "", "", "", "-1", "", "", ""]]), mode=Upload.Mode.REPLACE)
    assert Product.objects.get(sku="H-1").status == "active"


def test_a_file_that_vanished_fails_clearly_and_can_be_run_again():
    upload = receive(as_csv())
    content = upload.file.read()
    upload.file.close()
    upload.file.storage.delete(upload.file.name)
    with pytest.raises(UploadRefused, match="no longer on the server"):
        pipeline.ingest(upload.pk)
    upload.refresh_from_db()
    assert (upload.status, bool(upload.error)) == (Upload.Status.FAILED, True)
    with open(upload.file.path, "wb") as back:
        back.write(content)
    assert pipeline.ingest(upload.pk).created == 3


def test_what_was_committed_before_a_cut_file_broke_off_stays_and_a_rerun_goes_on(monkeypatch, tmp_path):
    monkeypatch.setattr(pipeline, "INGEST_BATCH", 500)
    lines = "".join(f"S{n},{hash(str(n)):x}{hash(str(-n)):x}\n" for n in range(5_000))
    packed = write(tmp_path, f"sku,title\n{lines}".encode(), "c.csv.gz").read_bytes()
    upload = receive(packed, "c.csv.gz")
    with open(upload.file.path, "wb") as cut:
        cut.write(packed[: len(packed) // 2])
    with pytest.raises(UploadRefused, match="too early"):
        pipeline.ingest(upload.pk)
    stored = Product.objects.count()
    assert 0 < stored < 5_000
    with open(upload.file.path, "wb") as whole:
        whole.write(packed)
    result = pipeline.ingest(upload.pk)
    assert (result.unchanged, result.created) == (stored, 5_000 - stored)


@pytest.mark.django_db(transaction=True)
def test_a_connection_lost_in_the_middle_is_made_anew_and_nothing_is_lost(monkeypatch):
    monkeypatch.setattr(pipeline, "INGEST_BATCH", 10)
    upload = receive(as_csv([[f"P-{n}", f"Product {n}", "", "", "", "1", "", "1", ""] for n in range(50)]))
    cut: list[int] = []

    def cut_connection() -> None:
        if len(cut) < 2:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                cut.append(cursor.fetchone()[0])
            thread = threading.Thread(target=_terminate, args=(cut[-1],))
            thread.start()
            thread.join()

    result = pipeline.ingest(upload.pk, after_batch=cut_connection)
    assert len(cut) == 2
    assert (result.created, Product.objects.count()) == (50, 50)


def _terminate(pid: int) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_the_workers_import_what_was_enqueued(celery_worker):
    from catalog.queueing import enqueue_upload

    upload = receive(as_csv())
    enqueue_upload(upload, check_only=False)
    celery_worker.wait_until(lambda: Upload.objects.get(pk=upload.pk).status == Upload.Status.DONE)
    assert Product.objects.count() == 3


def test_one_product_can_be_put_and_deleted():
    product, created = pipeline.put_product(native("A", variants=[{"sku": "A", "price": 5}]))
    assert (created, product.variants.get().price) == (True, Decimal(5))
    with pytest.raises(RowRefused, match="negative"):
        pipeline.put_product(native("A", variants=[{"sku": "A", "price": -5}]))
    pipeline.delete_product("A")
    assert not Product.objects.exists()


class TestCommand:
    def run(self, *args):
        out = StringIO()
        call_command("import_catalog", *map(str, args), stdout=out)
        return out.getvalue()

    def test_imports_with_a_summary(self, tmp_path):
        out = self.run(write(tmp_path, as_csv()), "--price-scale", "0.01")
        assert "created             3" in out
        assert Variant.objects.get(sku="K-1").price == Decimal("0.40")

    def test_dry_run_changes_nothing(self, tmp_path):
        assert "Would be" in self.run(write(tmp_path, as_csv()), "--dry-run")
        assert not Product.objects.exists()

    def test_takes_a_mapping_file(self, tmp_path):
        mapping = write(tmp_path, b'{"sku": "sku", "title": "title.zh"}', "map.json")
        self.run(write(tmp_path, as_csv()), "--mapping", mapping)
        assert Product.objects.get(sku="K-1").title_zh == "Kettle"

    def test_says_what_is_wrong(self, tmp_path):
        with pytest.raises(CommandError, match="no file"):
            self.run(tmp_path / "missing.csv")
        with pytest.raises(CommandError, match="empty"):
            self.run(write(tmp_path, b""))


@pytest.mark.parametrize(
    ("file", "products", "refused", "sample"),
    [
        ("litemall/products.jsonl.gz", 239, 0, ("1006002", "居家/床品件套")),
        ("bestbuy/ecommerce.json.gz", 3291, 0, None),
        ("magento/csv/configurable/products.csv", 147, 0, ("MH01", "men/tops/hoodies-&-sweatshirts")),
        ("magento/csv/catalog/SimpleProduct/products_gear_bags.csv", 14, 0, ("24-MB01", "gear/bags")),
    ],
    ids=["litemall", "bestbuy", "magento", "magento bags"],
)
def test_real_catalogs_import_with_the_guessed_mapping(file, products, refused, sample):
    if not (SHARED / file).exists():
        pytest.skip(f"needs ../shared/data/{file}")
    upload = ingest((SHARED / file).read_bytes(), file.rpartition("/")[2])
    assert (Product.objects.count(), upload.refused_count) == (products, refused)
    if sample:
        assert Product.objects.get(sku=sample[0]).category.key == sample[1]
