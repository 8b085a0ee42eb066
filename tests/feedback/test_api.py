"""POST /api/v1/events: good events are kept once each, bad ones refused with their place and reason."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from model_bakery import baker
from rest_framework.test import APIClient

from catalog.models import Product, Variant
from feedback.models import Event
from searchsite.keys import assign_new_secret
from searchsite.models import ApiKey

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> APIClient:
    key = ApiKey(name="test", scopes=["events"])
    text = assign_new_secret(key)
    key.save()
    client = APIClient()
    client.credentials(HTTP_X_API_KEY=text)
    return client


def post(client: APIClient, *events: object):
    return client.post("/api/v1/events", {"events": list(events)}, format="json")


def event(**fields: object) -> dict[str, object]:
    return {"action": "click", "sku": "A1", **fields}


def test_an_event_is_stored_as_sent(client):
    search_id, event_id = uuid.uuid4(), uuid.uuid4()
    answer = post(
        client,
        event(
            id=str(event_id),
            action="purchase",
            sku="耳机-黑",
            search_id=str(search_id),
            position=3,
            quantity=2,
            value="159.80",
            shopper_id="s-1",
            session_id="t-1",
            query="降噪 耳机",
            happened_at="2026-11-20T10:00:00+08:00",
        ),
    )
    assert answer.status_code == 200, answer.json()
    stored = Event.objects.get()
    assert (stored.id, stored.search_id, stored.action, stored.sku) == (event_id, search_id, "purchase", "耳机-黑")
    assert (stored.position, stored.quantity, str(stored.value), stored.query) == (3, 2, "159.80", "降噪 耳机")
    assert stored.happened_at.isoformat() == "2026-11-20T02:00:00+00:00"


def test_the_same_id_is_stored_once_in_one_batch_and_across_batches(client):
    again = event(id=str(uuid.uuid4()))
    assert post(client, again, again).json()["duplicates"] == 1
    answer = post(client, again, event()).json()
    assert (answer["stored"], answer["duplicates"]) == (1, 1)
    assert Event.objects.count() == 2


def test_an_event_without_id_or_time_gets_both(client):
    post(client, event())
    stored = Event.objects.get()
    assert stored.id is not None
    assert abs(stored.happened_at - timezone.now()) < timedelta(minutes=1)


def test_one_bad_event_does_not_cost_the_others(client):
    answer = post(client, event(), event(action="stare"), event(sku="B2"))
    assert answer.status_code == 200
    body = answer.json()
    assert body["stored"] == 2
    assert [(item["index"], item["code"]) for item in body["refused"]] == [(1, "invalid")]
    assert "action" in body["refused"][0]["message"]


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"action": "stare"}, "action"),
        ({"action": None}, "action"),
        ({"sku": ""}, "sku"),
        ({"sku": "x" * 101}, "sku"),
        ({"sku": "a\x00b"}, "sku"),
        ({"sku": ["A1"]}, "sku"),
        ({"id": "7"}, "id"),
        ({"search_id": "not a uuid"}, "search_id"),
        ({"position": 0}, "position"),
        ({"position": 10**12}, "position"),
        ({"quantity": -1}, "quantity"),
        ({"value": "-0.01"}, "value"),
        ({"value": "NaN"}, "value"),
        ({"value": "12345678901.00"}, "value"),
        ({"query": "x" * 501}, "query"),
        ({"happened_at": "yesterday"}, "happened_at"),
        ({"happened_at": "2999-01-01T00:00:00Z"}, "happened_at"),
        ({"happened_at": "1999-01-01T00:00:00Z"}, "happened_at"),
        ({"action": "rating"}, "value"),
        ({"searchId": "x"}, "searchId"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, dict) else "",
)
def test_what_is_wrong_is_named(client, bad, field):
    body = post(client, event(**bad)).json()
    assert body["code"] == "events_refused"
    assert field in body["extra"]["refused"][0]["reasons"]
    assert not Event.objects.exists()


def test_half_a_surrogate_pair_is_refused_not_stored(client):
    body = b'{"events": [{"action": "click", "sku": "A\\ud800"}]}'
    answer = client.post("/api/v1/events", body, content_type="application/json")
    assert answer.status_code == 400
    assert "sku" in answer.json()["extra"]["refused"][0]["reasons"]


@pytest.mark.parametrize("item", [None, 7, "click", [], {}, [[]]], ids=repr)
def test_what_is_no_event_is_refused(client, item):
    answer = post(client, item)
    assert answer.status_code == 400
    assert answer.json()["extra"]["refused"][0]["index"] == 0


@pytest.mark.parametrize(
    "body",
    [[], {}, {"events": []}, {"events": {}}, {"events": None}, {"events": [{}], "more": 1}, None, "x", 3],
    ids=repr,
)
def test_what_is_no_batch_is_refused(client, body):
    answer = client.post("/api/v1/events", body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_a_batch_has_a_limit(client):
    assert post(client, *[event()] * 1000).json()["stored"] == 1000
    answer = post(client, *[event()] * 1001)
    assert answer.status_code == 400
    assert "1001" in answer.json()["message"]
    assert Event.objects.count() == 1000


def test_skus_the_catalog_does_not_know_are_kept_and_named(client):
    product = baker.make(Product, sku="P1")
    baker.make(Variant, product=product, sku="P1-BLK")
    body = post(client, event(sku="P1"), event(sku="P1-BLK"), event(sku="gone")).json()
    assert body["stored"] == 3
    assert body["unknown_skus"] == ["gone"]


def test_a_get_is_answered_with_what_is_allowed(client):
    answer = client.get("/api/v1/events")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert "POST" in answer.json()["extra"]["allowed"]
