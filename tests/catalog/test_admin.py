"""Admin of the catalog: an upload from file to result, and products edited so that search and uploads see it."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse
from django.utils import timezone

from catalog import pipeline
from catalog.models import Attribute, Brand, ColumnMapping, Product, SearchDocument, Upload, Variant
from catalog.queueing import enqueue_upload
from tests.catalog.catalog_files import ROWS, as_csv, as_jsonl, ingest, native, posted, receive

pytestmark = pytest.mark.django_db
ADD = reverse("admin:catalog_upload_add")


@pytest.fixture
def client(admin_client):
    return admin_client


def page(upload, name):
    return reverse(f"admin:catalog_upload_{name}", args=[upload.pk])


def mapping_post(client, upload, **changes):
    """What the browser would send for the mapping as shown, with some lines changed."""
    fields = {}
    for index, column in enumerate(upload.columns):
        target = upload.mapping["columns"][column]
        fields |= {
            f"target-{index}": target["target"],
            f"key-{index}": target.get("key", ""),
            f"kind-{index}": target.get("kind", ""),
        }
    for column, target in changes.pop("targets", {}).items():
        fields[f"target-{upload.columns.index(column)}"] = target
    return client.post(page(upload, "mapping"), {**fields, **changes})


def test_a_file_leads_to_its_columns(client):
    answer = client.post(ADD, {"file": posted(as_csv()), "mode": "upsert"})
    upload = Upload.objects.get()
    assert answer.url == page(upload, "mapping")
    text = client.get(answer.url).content.decode()
    assert "电热水壶" in text
    assert "39.90 is read as 39.90" in text


@pytest.mark.parametrize(
    ("file", "words"),
    [(posted(b""), "empty"), (posted(b"%PDF-"), "not a table"), (None, "required")],
    ids=["empty", "PDF", "none"],
)
def test_a_file_that_cannot_be_read_is_refused_in_the_form(client, file, words):
    answer = client.post(ADD, {"mode": "upsert", **({"file": file} if file else {})})
    assert (answer.status_code, words in answer.content.decode()) == (200, True)
    assert not Upload.objects.exists()


def test_the_mapping_can_be_changed_and_is_remembered(client):
    upload = receive(as_csv())
    answer = mapping_post(client, upload, targets={"标题": "ignore"}, **{"cents-5": "on"})
    upload.refresh_from_db()
    assert answer.url == page(upload, "change")
    assert upload.mapping["columns"]["标题"] == {"target": "ignore"}
    assert upload.mapping["columns"]["price"] == {"target": "price", "scale": "0.01"}
    assert ColumnMapping.objects.count() == 1
    assert upload.status == Upload.Status.CHECKING


def test_a_mapping_that_cannot_work_is_refused_on_its_page(client):
    upload = receive(as_csv())
    answer = mapping_post(client, upload, targets={"brand": "sku"})
    assert (answer.status_code, "several columns" in answer.content.decode()) == (200, True)


def test_native_files_need_no_mapping(client):
    upload = receive(as_jsonl([native("A")]), "n.jsonl")
    assert "needs no mapping" in client.get(page(upload, "mapping")).content.decode() or upload.mapping["native"]
    assert client.post(page(upload, "mapping"), {"check": "1"}).status_code == 302


def test_the_result_shows_counts_refused_rows_and_their_download(client):
    upload = ingest(as_csv([*ROWS, ["K-1", "Again", "", "", "", "1", "", "1", ""]]))
    text = client.get(page(upload, "change")).content.decode()
    assert "The SKU K-1 is already in row 2" in text
    assert page(upload, "state") not in text
    download = client.get(page(upload, "refused"))
    assert "already in row 2" in b"".join(download.streaming_content).decode()


def test_a_check_shows_what_would_change(client):
    ingest(as_csv())
    upload = ingest(as_csv([["K-1", "Other title", *ROWS[0][2:]]]), check_only=True)
    text = client.get(page(upload, "change")).content.decode()
    assert "Nothing has been changed yet" in text
    assert "title_en" in text


def test_the_page_asks_again_while_the_job_runs(client):
    upload = receive(as_csv())
    running = {"status": Upload.Status.RUNNING, "rows": 1200, "read_bytes": upload.total_bytes // 2}
    Upload.objects.update(**running, started_at=timezone.now())
    text = client.get(page(upload, "state")).content.decode()
    assert "Import again" not in text
    assert page(upload, "state") in text
    assert "1,200 rows read" in text
    assert client.get(page(upload, "mapping")).url == page(upload, "change")


def test_a_job_that_was_lost_can_be_started_again(client):
    upload = receive(as_csv())
    Upload.objects.update(status=Upload.Status.RUNNING, started_at=timezone.now() - timedelta(minutes=5))
    assert "No worker has this job" in client.get(page(upload, "change")).content.decode()
    client.post(page(upload, "start"), {"import": "1"})
    upload.refresh_from_db()
    assert upload.status == Upload.Status.QUEUED


def test_an_upload_waiting_for_a_worker_cannot_be_started_twice(client):
    upload = receive(as_csv())
    client.post(page(upload, "start"), {"import": "1"})
    answer = client.post(page(upload, "start"), {"import": "1"}, follow=True)
    assert "being worked on" in answer.content.decode()


def test_starting_needs_the_right_and_a_post(client):
    upload = receive(as_csv())
    assert client.get(page(upload, "start")).status_code == 302
    viewer = User.objects.create_user("viewer", password="x", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_upload"))
    client.force_login(viewer)
    assert client.get(page(upload, "change")).status_code == 200
    assert client.post(page(upload, "start"), {"import": "1"}).status_code == 403
    assert client.get(ADD).status_code == 403
    upload.refresh_from_db()
    assert upload.status == Upload.Status.NEW


def test_an_upload_that_is_gone_leads_back_to_the_list(client):
    address = reverse("admin:catalog_upload_change", args=["00000000-0000-0000-0000-000000000000"])
    assert client.get(address).status_code == 302
    assert client.get(reverse("admin:catalog_upload_change", args=["nonsense"])).status_code == 302


def test_archiving_much_is_asked_and_then_done(client):
    ingest(as_csv())
    upload = ingest(as_csv(ROWS[:1]), mode=Upload.Mode.REPLACE)
    assert "allow_archiving" in client.get(page(upload, "change")).content.decode()
    client.post(page(upload, "start"), {"import": "1", "allow_archiving": "on"})
    pipeline.ingest(upload.pk)
    assert Product.objects.filter(status="active").count() == 1


@pytest.mark.parametrize("model", ["product", "category", "brand", "attribute", "attributevalue", "upload"])
def test_every_list_opens_and_searches(client, model):
    ingest(as_csv())
    address = reverse(f"admin:catalog_{model}_changelist")
    assert client.get(address, {"q": "K-1"}).status_code == 200
    assert client.get(address).status_code == 200


def test_the_product_list_costs_the_same_few_queries_for_any_page(client, django_assert_max_num_queries):
    ingest(as_csv([[f"P-{n}", f"Product {n}", "", f"B{n}", f"C{n}", "5", "", "1", ""] for n in range(40)]))
    with django_assert_max_num_queries(12):
        text = client.get(reverse("admin:catalog_product_changelist")).content.decode()
    assert "Product 39" in text


def product_post(product, **changes):
    fields = {
        "sku": product.sku,
        "status": product.status,
        "title_en": product.title_en,
        "title_zh": product.title_zh,
        "brand": product.brand_id or "",
        "category": product.category_id or "",
        "description_en": "",
        "description_zh": "",
        "attributes": json.dumps(product.attributes),
        "images": json.dumps(product.images),
        "extra": "{}",
        "sale_from_0": "",
        "sale_from_1": "",
        "sale_until_0": "",
        "sale_until_1": "",
        "rating_average": "",
        "rating_count": "0",
        "popularity": "0",
        "markets": "",
        "variants-TOTAL_FORMS": "1",
        "variants-INITIAL_FORMS": "1",
        "variants-MIN_NUM_FORMS": "1",
        "variants-MAX_NUM_FORMS": "1000",
    }
    variant = product.variants.get()
    for name in ("id", "sku", "price", "stock", "barcode", "image", "position"):
        fields[f"variants-0-{name}"] = getattr(variant, name)
    fields |= {
        "variants-0-options": json.dumps(variant.options),
        "variants-0-product": product.pk,
        "variants-0-sale_price": variant.sale_price or "",
        "variants-0-cost": "",
    }
    return {**fields, **changes}


@pytest.fixture
def kettle():
    ingest(as_csv())
    return Product.objects.get(sku="K-1")


def edit(client, product, **changes):
    return client.post(reverse("admin:catalog_product_change", args=[product.pk]), product_post(product, **changes))


def test_an_edited_product_is_in_search_at_once_and_differs_for_the_next_upload(client, kettle):
    answer = edit(
        client, kettle, title_en="Better kettle", **{"variants-0-price": "35.00", "variants-0-sale_price": ""}
    )
    assert answer.status_code == 302, answer.context["errors"]
    assert SearchDocument.objects.get(product_id=kettle.pk).price == 3500
    assert ingest(as_csv()).changed_count == 1
    kettle.refresh_from_db()
    assert kettle.title_en == "Kettle"


def test_options_written_in_the_admin_become_facets(client, kettle):
    edit(client, kettle, **{"variants-0-options": '{"Size": "1.7 l", "颜色": "红色"}'})
    kettle.refresh_from_db()
    assert kettle.attributes == {"colour": ["Red"], "size": ["1.7 l"], "颜色": ["红色"]}
    assert Attribute.objects.get(key="颜色").values.get().name_zh == "红色"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title_en": "", "title_zh": ""}, "Fill in a title"),
        ({"variants-0-price": "-1"}, "cannot be negative"),
        ({"variants-0-sale_price": "99"}, "above the price"),
        ({"attributes": '{"colour": "Red"}'}, "key and a list"),
        ({"images": '["javascript:alert(1)"]'}, "no address of a picture"),
        ({"images": '{"a": 1}'}, "list of addresses"),
        ({"extra": "[1]"}, "names and values"),
        ({"variants-0-DELETE": "on"}, "at least one variant"),
        (
            {
                "sale_from_0": "2026-12-02",
                "sale_from_1": "00:00",
                "sale_until_0": "2026-12-01",
                "sale_until_1": "00:00",
            },
            "before it begins",
        ),
    ],
)
def test_the_form_refuses_what_an_upload_would(client, kettle, changes, words):
    answer = edit(client, kettle, **changes)
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert Variant.objects.filter(sku="K-1").exists()


def test_deleting_and_archiving_take_products_out_of_search(client, kettle):
    client.post(reverse("admin:catalog_product_changelist"), {"action": "archive", "_selected_action": [kettle.pk]})
    assert not SearchDocument.objects.get(product_id=kettle.pk).live
    client.post(reverse("admin:catalog_product_changelist"), {"action": "put_on_sale", "_selected_action": [kettle.pk]})
    assert SearchDocument.objects.get(product_id=kettle.pk).version > 0
    client.post(reverse("admin:catalog_product_delete", args=[kettle.pk]), {"post": "yes"})
    assert not Product.objects.filter(pk=kettle.pk).exists()


def test_a_deleted_brand_comes_back_with_the_next_upload(client, kettle):
    client.post(reverse("admin:catalog_brand_delete", args=[kettle.brand_id]), {"post": "yes"})
    kettle.refresh_from_db()
    assert kettle.brand is None
    ingest(as_csv())
    kettle.refresh_from_db()
    assert kettle.brand == Brand.objects.get(key="calor")


@pytest.mark.django_db(transaction=True)
def test_an_import_from_the_admin_runs_in_the_worker(celery_worker):
    upload = receive(as_csv())
    enqueue_upload(upload, check_only=True)
    celery_worker.wait_until(lambda: Upload.objects.get(pk=upload.pk).status == Upload.Status.CHECKED)
    assert Upload.objects.get(pk=upload.pk).created_count == 3
