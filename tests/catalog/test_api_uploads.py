"""REST of the catalog: files in, checked, run and watched; products read, written and deleted."""

import csv
import io
import json

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from catalog import pipeline
from catalog.errors import BrokerUnavailable
from catalog.models import Product, Upload
from catalog.queueing import enqueue_upload
from searchsite.celery import app
from tests.catalog.catalog_files import ROWS, as_csv, as_jsonl, native, posted, receive
from tests.searchsite.test_access import make_key

pytestmark = pytest.mark.django_db
UPLOADS, PRODUCTS = "/api/v1/uploads", "/api/v1/products"

MAPPING = json.dumps({"columns": {"sku": "sku", "title": "title.en", "price": "price", "colour": "attribute"}})


@pytest.fixture
def api():
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Api-Key {make_key('catalog')}")
    return client


def send(api, content=None, **fields):
    return api.post(UPLOADS, {"file": posted(content or as_csv()), **fields}, format="multipart")


def test_a_form_upload_answers_with_the_guessed_mapping(api):
    answer = send(api)
    assert answer.status_code == 201
    assert answer.json()["status"] == "new"
    assert answer.json()["mapping"]["columns"]["标题"] == {"target": "title.zh"}


def test_a_raw_body_is_the_file(api):
    answer = api.generic("POST", f"{UPLOADS}?filename=c.csv&mode=replace", as_csv(), content_type="text/csv")
    assert (answer.status_code, answer.json()["filename"], answer.json()["mode"]) == (201, "c.csv", "replace")
    body = as_jsonl([native("A")])
    assert (
        api.generic("POST", f"{UPLOADS}?filename=c.jsonl", body, content_type="application/json").json()["format"]
        == "jsonl"
    )


def test_a_mapping_can_come_with_the_file_or_after_it(api):
    answer = send(api, mapping=json.dumps({"columns": {"sku": "sku", "title": "title.en"}}))
    assert list(answer.json()["mapping"]["columns"]) == ["sku", "title"]
    changed = api.patch(
        f"{UPLOADS}/{answer.json()['id']}", {"columns": {"sku": "sku", "标题": "title.zh"}}, format="json"
    )
    assert changed.json()["mapping"]["columns"]["标题"] == {"target": "title.zh"}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"mapping": "{broken"}, "mapping_refused"),
        ({"mapping": '{"columns": {"sku": "banana"}}'}, "mapping_refused"),
        ({"mapping": '{"columns": {"sku": "sku", "nope": "price"}}'}, "mapping_refused"),
        ({"mode": "destroy"}, "upload_refused"),
        ({"content": b"%PDF-1.4"}, "upload_refused"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_one_shape(api, fields, code):
    answer = send(api, **fields)
    assert answer.status_code == 400
    assert set(answer.json()) == {"code", "message", "extra"}
    assert answer.json()["code"] == code


def test_a_form_without_a_file_says_how_to_send_one(api):
    answer = api.post(UPLOADS, {"mode": "upsert"}, format="multipart")
    assert (answer.status_code, "?filename=" in answer.json()["message"]) == (400, True)


def test_a_file_beyond_the_limit_is_refused(api, settings):
    settings.UPLOAD_MAX_BYTES = 100
    assert "at most" in send(api, as_csv(ROWS * 50)).json()["message"]


@pytest.mark.django_db(transaction=True)
def test_check_and_run_go_through_the_workers(celery_worker):
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Api-Key {make_key('catalog')}")
    upload = send(api, dry_run="1").json()
    address = f"{UPLOADS}/{upload['id']}"
    celery_worker.wait_until(lambda: api.get(address).json()["status"] == "checked")
    assert (api.get(address).json()["created_count"], Product.objects.count()) == (3, 0)
    assert api.post(f"{address}/run").status_code == 202
    celery_worker.wait_until(lambda: api.get(address).json()["status"] == "done")
    assert (api.get(address).json()["percent"], Product.objects.count()) == (100, 3)


def test_a_second_start_while_one_waits_is_refused(api):
    upload = send(api, run="1").json()
    assert api.post(f"{UPLOADS}/{upload['id']}/run").json()["code"] == "upload_busy"


@pytest.fixture
def no_broker(monkeypatch):
    for name in ("broker_url", "broker_write_url"):
        monkeypatch.setattr(app.conf, name, "redis://127.0.0.1:1/0", raising=False)
    app._after_fork()
    yield
    monkeypatch.undo()
    app._after_fork()


def test_without_a_broker_the_upload_is_kept_and_can_be_started_again(no_broker, django_capture_on_commit_callbacks):
    upload = receive(as_csv())
    with pytest.raises(BrokerUnavailable, match="start it again"), django_capture_on_commit_callbacks(execute=True):
        enqueue_upload(upload, check_only=False)
    assert Upload.objects.get().status == Upload.Status.NEW
    enqueue_upload(upload, check_only=False)
    assert Upload.objects.get().status == Upload.Status.QUEUED


def test_refused_rows_download_as_csv_without_formulas(api):
    rows = [["=1+1", "Kettle", "", "", "", "cheap", "", "", "@cmd"], ["-5", "Pan", "", "", "", "-5", "", "", ""]]
    upload = send(api, as_csv(rows), mapping=MAPPING).json()
    pipeline.ingest(upload["id"])
    answer = api.get(f"{UPLOADS}/{upload['id']}/refused.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    first, second = csv.DictReader(io.StringIO(text))
    assert (first["sku"], first["colour"], first["searchsite row"]) == ("'=1+1", "'@cmd", "2")
    assert (second["sku"], second["price"]) == ("-5", "-5")
    assert "not a number" in first["searchsite reason"]
    assert api.get(f"{UPLOADS}/{upload['id']}/refused").json()["results"][0]["code"] == "wrong_price"


def test_a_mended_download_goes_back_in_as_it_is(api):
    upload = send(api, as_csv([["A", "=Kettle", "", "", "", "cheap", "", "", "Red"]]), mapping=MAPPING).json()
    pipeline.ingest(upload["id"])
    text = b"".join(api.get(f"{UPLOADS}/{upload['id']}/refused.csv").streaming_content).decode("utf-8-sig")
    columns = {**json.loads(MAPPING)["columns"], "searchsite row": "ignore", "searchsite reason": "ignore"}
    again = send(api, text.replace("cheap", "12").encode(), mapping=json.dumps({"columns": columns})).json()
    assert pipeline.ingest(again["id"]).created == 1
    assert Product.objects.get().title_en == "=Kettle"
    assert set(Product.objects.get().attributes) == {"colour"}


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("get", f"{UPLOADS}/00000000-0000-0000-0000-000000000000"),
        ("get", f"{PRODUCTS}/none"),
        ("delete", f"{PRODUCTS}/none"),
        ("post", f"{UPLOADS}/00000000-0000-0000-0000-000000000000/run"),
        ("get", f"{UPLOADS}/no-uuid"),
    ],
)
def test_what_is_not_there_is_404_in_the_one_shape(api, method, address):
    answer = getattr(api, method)(address)
    assert (answer.status_code, set(answer.json())) == (404, {"code", "message", "extra"})


def test_a_product_is_written_read_changed_and_deleted(api):
    body = native(
        "A/1",
        brand={"en": "Calor"},
        category=[{"en": "Kitchen", "zh": "厨房"}],
        attributes=[{"key": "weight", "kind": "number", "unit": "g", "values": [1500]}],
        variants=[{"sku": "A/1", "price": "39.90", "stock": 4}],
    )
    assert api.put(f"{PRODUCTS}/A/1", body, format="json").status_code == 201
    assert api.put(f"{PRODUCTS}/A/1", body, format="json").status_code == 200
    read = api.get(f"{PRODUCTS}/A/1").json()
    assert read["category"] == [{"en": "Kitchen", "zh": "厨房"}]
    assert read["attributes"][0]["values"] == [1.5]
    changed = api.patch(f"{PRODUCTS}/A/1", {"titles": {"zh": "水壶"}}, format="json").json()
    assert changed["titles"] == {"en": "Product A/1", "zh": "水壶"}
    assert len(changed["variants"]) == 1
    assert api.delete(f"{PRODUCTS}/A/1").status_code == 204
    assert not Product.objects.exists()


def test_what_is_read_can_be_put_back(api):
    api.put(
        f"{PRODUCTS}/A",
        native(
            "A",
            variants=[{"sku": "A", "price": "5.00"}],
            attributes=[{"key": "colour", "names": {"en": "Colour"}, "values": ["Red"]}],
        ),
        format="json",
    )
    read = api.get(f"{PRODUCTS}/A").json()
    assert api.put(f"{PRODUCTS}/A", read, format="json").json() == read


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"titles": {}}, "row_refused"),
        ({"colour": 1}, "row_refused"),
        ([1], "parse_error"),
        ({"sku": "B"}, "row_refused"),
        ({"titles": {"en": "x"}, "variants": [{"sku": "A", "price": "-1"}]}, "row_refused"),
    ],
)
def test_a_wrong_product_is_refused_with_the_reason(api, body, code):
    answer = api.put(f"{PRODUCTS}/A", body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not Product.objects.exists()


def test_products_are_listed_in_pages(api):
    for number in range(3):
        pipeline.put_product(native(f"P-{number}"))
    page = api.get(f"{PRODUCTS}?page_size=2").json()
    assert ([product["sku"] for product in page["results"]], page["count"]) == (["P-0", "P-1"], 3)
    assert [p["sku"] for p in api.get(f"{PRODUCTS}?sku=P-2").json()["results"]] == ["P-2"]
    assert api.get(f"{PRODUCTS}?page=-1").status_code == 404


def test_only_the_catalog_scope_may():
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Api-Key {make_key('search')}")
    assert client.get(PRODUCTS).status_code == 403
    assert APIClient().post(UPLOADS).status_code == 401
    staff = APIClient()
    staff.force_login(User.objects.create_superuser("boss", password="x"))
    assert staff.get(PRODUCTS).status_code == 200
