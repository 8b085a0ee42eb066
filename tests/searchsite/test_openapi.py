"""The API's description is valid, complete and true: schemathesis finds no request that breaks the server."""

import json
from io import StringIO

import pytest
import schemathesis
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from rest_framework.settings import api_settings

from searchsite.keys import assign_new_secret
from searchsite.models import ApiKey

pytestmark = pytest.mark.django_db


def describe(tmp_path) -> dict:
    call_command("spectacular", "--format", "openapi-json", "--file", str(tmp_path / "schema.json"))
    return json.loads((tmp_path / "schema.json").read_text())


def test_the_description_is_valid_and_raises_no_warning():
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=StringIO())


def test_every_operation_says_how_to_sign_in_and_how_it_refuses(tmp_path):
    document = describe(tmp_path)
    assert {"/api/v1/search", "/api/v1/suggest", "/api/v1/events"} <= set(document["paths"])
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            named = f"{method} {path}"
            assert {"ApiKey": []} in operation["security"], named
            for status in ("400", "401", "403", "429", "500"):
                content = operation["responses"][status]["content"]["application/json"]
                assert content["schema"] == {"$ref": "#/components/schemas/Error"}, named


def test_search_shows_examples_in_both_languages(tmp_path):
    content = describe(tmp_path)["paths"]["/api/v1/search"]["post"]["requestBody"]["content"]["application/json"]
    queries = [example["value"]["q"] for example in content["examples"].values()]
    assert any(query.isascii() for query in queries)
    assert any(not query.isascii() for query in queries)


def test_the_document_and_the_page_are_served_without_a_key_and_without_other_hosts():
    client = Client()
    assert client.get("/api/v1/schema").json()["openapi"].startswith("3.")
    page = client.get("/api/v1/docs").content.decode()
    assert "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js" in page
    assert "://" not in page
    script = client.get("/api/v1/docs?script=")
    assert script["Content-Type"].startswith("application/javascript")
    assert "SwaggerUIBundle" in script.content.decode()


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.django_db(transaction=True)
def test_no_request_that_fits_the_description_breaks_the_server(monkeypatch):
    for scope in api_settings.DEFAULT_THROTTLE_RATES:
        monkeypatch.setitem(api_settings.DEFAULT_THROTTLE_RATES, scope, "")
    key = ApiKey(name="schemathesis", scopes=["admin"])
    headers = {"X-API-Key": assign_new_secret(key)}
    key.save()
    described = schemathesis.openapi.from_wsgi("/api/v1/schema", get_wsgi_application())
    operations = [result.ok() for result in described.get_all_operations()]
    assert len(operations) >= 4
    for operation in operations:
        call_with_examples(operation, headers)


def call_with_examples(operation, headers) -> None:
    @settings(
        max_examples=20, deadline=None, database=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy())
    def check(case):
        answer = case.call(headers=headers)
        # 503: what it needs is switched off in this shop, and the answer says how to switch it on.
        assert answer.status_code < 500 or answer.status_code == 503, case.as_curl_command()
        if answer.status_code >= 400:
            assert set(answer.json()) == {"code", "message", "extra"}, case.as_curl_command()

    check()
