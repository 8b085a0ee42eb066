"""Whatever goes wrong under /api/, the body is {"code", "message", "extra"}; elsewhere it is a page for people."""

import json
import uuid

import pytest
from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.test import Client, RequestFactory
from kombu.exceptions import OperationalError as BrokerError
from rest_framework.exceptions import ValidationError
from rest_framework.test import APIClient

from catalog.errors import NotFound, ShopError
from feedback import pipeline
from searchsite.api_errors import handle_api_error
from searchsite.error_views import csrf_failure, server_error
from searchsite.keys import assign_new_secret
from searchsite.models import ApiKey

pytestmark = pytest.mark.django_db
EVENTS = "/api/v1/events"
GOOD = {"events": [{"action": "click", "sku": "A1"}]}


@pytest.fixture
def client() -> APIClient:
    key = ApiKey(name="test", scopes=["events", "search"])
    text = assign_new_secret(key)
    key.save()
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_X_API_KEY=text)
    return client


def check(answer, status, code):
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"].startswith("application/json")
    body = json.loads(answer.content)
    assert set(body) == {"code", "message", "extra"}
    assert body["code"] == code
    assert body["message"]
    assert isinstance(body["extra"], dict)
    return body


class TestBodies:
    @pytest.mark.parametrize(
        "body",
        [b"{", b"", b"\xff\xfe{}", b'{"a": NaN}', b"[" * 100_000, b'{"events": ' + b"[" * 5000, b"1" * 5000, b"\x00"],
        ids=["cut off", "empty", "not utf-8", "NaN", "deep", "deep inside", "endless number", "nul"],
    )
    def test_malformed_json(self, client, body):
        answer = client.post(EVENTS, body, content_type="application/json")
        assert answer.status_code == 400
        assert set(answer.json()) == {"code", "message", "extra"}

    @pytest.mark.parametrize(
        "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
    )
    def test_another_content_type(self, client, kind):
        body = check(client.post(EVENTS, b"a=1", content_type=kind), 415, "unsupported_media_type")
        assert body["extra"]["supported"] == ["application/json"]

    def test_a_body_over_the_limit(self, client, settings):
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
        body = check(client.post(EVENTS, b" " * 1001, content_type="application/json"), 413, "body_too_large")
        assert "1000" in body["message"]

    def test_another_answer_format(self, client):
        body = check(client.post(EVENTS, GOOD, format="json", headers={"Accept": "text/csv"}), 406, "not_acceptable")
        assert body["extra"]["available"] == ["application/json"]

    def test_another_method(self, client):
        assert "POST" in check(client.put(EVENTS, GOOD, format="json"), 405, "method_not_allowed")["extra"]["allowed"]

    def test_wrong_fields_are_listed(self, client):
        body = check(client.post(EVENTS, {"events": 3}, format="json"), 400, "invalid")
        assert "events" in body["extra"]["fields"]
        assert body["message"].startswith("events: ")

    @pytest.mark.parametrize("field", ["sort", "layout", "q"])
    def test_half_a_character_is_refused_by_its_field(self, client, field):
        answer = client.post("/api/v1/search", json.dumps({field: "灯\ud800"}), content_type="application/json")
        check(answer, 400, "invalid")
        assert list(answer.json()["extra"]["fields"]) == [field]

    def test_too_many_parameters(self, client):
        query = "&".join(f"a{i}=1" for i in range(1001))
        answer = client.get(f"/api/v1/search?{query}")
        assert answer.status_code == 400
        assert set(answer.json()) == {"code", "message", "extra"}


class TestNowhere:
    @pytest.mark.parametrize("debug", [False, True], ids=["production", "debug"])
    @pytest.mark.parametrize(
        "path", ["/api", "/api/", "/api/v1/nothing", "/api/v2/search", "/api/v1/search/", "/api/%00", "/api/搜索"]
    )
    def test_an_address_without_a_view(self, client, path, debug, settings):
        settings.DEBUG = debug
        check(client.get(path), 404, "not_found")

    def test_a_page_that_is_not_there_is_a_page(self):
        answer = Client().get("/nothing/here/")
        assert answer.status_code == 404
        assert answer["Content-Type"].startswith("text/html")
        assert "<script" not in answer.content.decode()

    def test_it_speaks_chinese_where_asked(self):
        answer = Client().get("/nothing/here/", headers={"Accept-Language": "zh-CN"})
        assert '<html lang="zh-hans">' in answer.content.decode()


class TestFaults:
    SECRET = "password=hunter2"

    @pytest.fixture
    def broken(self, monkeypatch):
        def break_with(error):
            def fail(_events):
                raise error

            monkeypatch.setattr(pipeline, "collect", fail)

        return break_with

    def test_a_fault_of_ours_says_only_where_to_look(self, client, broken):
        broken(RuntimeError(self.SECRET))
        answer = client.post(EVENTS, GOOD, format="json")
        body = check(answer, 500, "server_error")
        assert set(body["extra"]) == {"request_id"}
        assert uuid.UUID(body["extra"]["request_id"])
        assert "hunter2" not in answer.content.decode()
        assert "Traceback" not in answer.content.decode()

    @pytest.mark.parametrize("error", [OperationalError, InterfaceError, BrokerError])
    def test_a_server_of_ours_that_is_down_is_temporary(self, client, broken, error):
        broken(error(self.SECRET))
        answer = client.post(EVENTS, GOOD, format="json")
        body = check(answer, 503, "unavailable")
        assert int(answer["Retry-After"]) == body["extra"]["retry_after"]
        assert "hunter2" not in answer.content.decode()

    def test_an_error_of_the_shop_keeps_its_code_status_and_details(self, client, broken):
        broken(NotFound("No such generation. Build it first.", generation=3))
        body = check(client.post(EVENTS, GOOD, format="json"), 404, "not_found")
        assert body["extra"] == {"generation": 3}

    def test_a_broken_page_is_a_page_without_details(self):
        answer = server_error(RequestFactory().get("/search/"))
        assert answer.status_code == 500
        assert "<h1>" in answer.content.decode()


@pytest.mark.parametrize(
    ("error", "status", "code", "message"),
    [
        (ShopError("Do this instead."), 400, "error", "Do this instead."),
        (Http404("internal words"), 404, "not_found", None),
        (SuspiciousOperation("internal words"), 400, "bad_request", None),
        (ValidationError({"a": {"b": [{}, {"c": ["Too long."]}]}}), 400, "invalid", "a.b.1.c: Too long."),
        (ValidationError("Plain."), 400, "invalid", "Plain."),
        (ValidationError({"non_field_errors": ["Together wrong."]}), 400, "invalid", "Together wrong."),
    ],
    ids=["shop", "Http404", "suspicious", "nested fields", "no field", "fields together"],
)  # fmt: skip
def test_each_kind_of_error_has_its_body(error, status, code, message):
    answer = handle_api_error(error, {})
    assert (answer.status_code, answer.data["code"]) == (status, code)
    assert "internal words" not in answer.data["message"]
    if message:
        assert answer.data["message"] == message


@pytest.mark.parametrize(("path", "kind"), [("/api/v1/x", "application/json"), ("/x/", "text/html")])
def test_a_csrf_failure_fits_the_caller(path, kind):
    answer = csrf_failure(RequestFactory().post(path), "no cookie")
    assert answer.status_code == 403
    assert answer["Content-Type"].startswith(kind)
