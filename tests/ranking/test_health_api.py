"""Findings over REST, for shops that watch their rules with their own tools."""

from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from ranking.models import HealthCheck, HealthFinding
from searchsite.keys import assign_new_secret
from searchsite.models import ApiKey

pytestmark = pytest.mark.django_db
HEALTH = "/api/v1/rules/health"


def client_for(scope: str) -> APIClient:
    key = ApiKey(name="test", scopes=[scope])
    text = assign_new_secret(key)
    key.save()
    client = APIClient()
    client.credentials(HTTP_X_API_KEY=text)
    return client


def find(kind: str, weight: int, **fields: Any) -> None:
    HealthFinding.objects.create(kind=kind, weight=weight, found_at=timezone.now(), **fields)


def test_the_worst_come_first_of_each_kind() -> None:
    find("zero_results", 3, query="贵妃榻", locale="zh")
    find("zero_results", 9, query="loveseat", locale="en")
    find("expired", 1)
    HealthCheck.objects.create(
        started_at=timezone.now(), finished_at=timezone.now(), counts={"zero_results": 2, "expired": 1}
    )
    answer = client_for("admin").get(HEALTH).json()
    assert [item["query"] for item in answer["findings"]] == ["", "loveseat", "贵妃榻"]
    assert answer["counts"] == {"zero_results": 2, "expired": 1}
    assert answer["as_of"]
    assert not answer["running"]
    only = client_for("admin").get(f"{HEALTH}?kind=zero_results&limit=1").json()
    assert [item["query"] for item in only["findings"]] == ["loveseat"]


def test_before_the_first_check_nothing_is_pretended() -> None:
    assert client_for("admin").get(HEALTH).json() == {"as_of": None, "running": False, "counts": {}, "findings": []}


def test_a_check_can_be_started_once() -> None:
    client = client_for("admin")
    first, second = client.post(HEALTH), client.post(HEALTH)
    assert (first.status_code, first.json()) == (202, {"started": True})
    assert second.json() == {"started": False}
    assert client.get(HEALTH).json()["running"]


@pytest.mark.parametrize("query", ["kind=nonsense", "limit=0", "limit=501", "limit=x"])
def test_odd_questions_are_refused(query: str) -> None:
    assert client_for("admin").get(f"{HEALTH}?{query}").status_code == 400


def test_other_keys_are_refused() -> None:
    assert client_for("search").get(HEALTH).status_code == 403
    assert APIClient().get(HEALTH).status_code == 401
