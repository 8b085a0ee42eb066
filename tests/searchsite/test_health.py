"""Liveness asks nothing of anybody; readiness says what is missing, what to do about it, and no secret."""

import json

import pytest
from django.db import OperationalError, connection, connections
from django.utils import timezone

from catalog.models import Product, SearchDocument
from searchsite import health
from searchsite.celery import app

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_remembered():
    for check in (health.check_migrations, health.check_index, health.check_workers):
        check.forget()


@pytest.fixture
def no_broker(monkeypatch):
    # Port 1 refuses at once.
    monkeypatch.setattr(app.conf, "broker_url", "redis://:secret-word@127.0.0.1:1/0")
    monkeypatch.setattr(app.conf, "broker_read_url", "redis://:secret-word@127.0.0.1:1/0")


def test_alive_needs_no_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "alive"})


def test_ready_lists_every_check_and_is_not_cached(client):
    response = client.get("/readyz")
    assert response.status_code == 200
    assert {"database", "migrations", "index", "broker", "models", "workers"} <= set(response.json()["checks"])
    assert "no-store" in response["Cache-Control"]


def test_without_a_worker_the_shop_is_degraded_and_the_remedy_is_a_command(client):
    found = client.get("/readyz").json()
    assert found["status"] == "degraded"
    assert found["checks"]["workers"]["remedy"].startswith("Start one: `celery -A searchsite worker")


@pytest.mark.usefixtures("no_broker")
def test_without_a_broker_search_stays_in_service(client):
    response = client.get("/readyz")
    found = response.json()["checks"]["broker"]
    assert response.status_code == 200
    assert (found["ok"], found["needed"]) == (False, False)
    assert "CELERY_BROKER_URL" in found["remedy"]
    assert "secret-word" not in response.content.decode()


def test_without_a_database_the_shop_is_out_of_service(client, monkeypatch):
    def refuse(*args, **kwargs):
        raise OperationalError('connection to "db.internal" failed: password "hunter2"')

    monkeypatch.setattr(connections["default"], "cursor", refuse)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["database"]["remedy"].startswith("Start it")
    assert "hunter2" not in response.content.decode()


def test_a_missing_migration_takes_the_shop_out_of_service(client):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'feedback'")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "manage.py migrate" in response.json()["checks"]["migrations"]["remedy"]


def test_products_that_wait_for_the_index_are_counted(client):
    Product.objects.bulk_create([Product(sku="A", title_zh="耳机"), Product(sku="B", title_en="Headphones")])
    SearchDocument.objects.create(product_id=1, created_at=timezone.now(), version=1)
    index = client.get("/readyz").json()["checks"]["index"]
    assert (index["products"], index["indexed"], index["embedded"]) == (2, 0, 0)
    assert index["message"].startswith("2 products wait for indexing")


def test_drafts_do_not_count_as_waiting(client):
    Product.objects.create(sku="A", status=Product.Status.DRAFT)
    assert client.get("/readyz").json()["checks"]["index"]["ok"]


@pytest.mark.parametrize("method", ["post", "put", "delete"])
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_they_only_answer_readers(client, path, method):
    assert getattr(client, method)(path).status_code == 405


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_probe_over_plain_http_is_answered_not_redirected(client, settings, path):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(path).status_code == 200


class TestWithAWorker:
    def test_its_queues_are_seen(self, celery_worker, client):
        found = client.get("/readyz").json()["checks"]["workers"]
        assert found["ok"], json.dumps(found)
        assert found["queues"] == ["cpu", "gpu", "train"]
