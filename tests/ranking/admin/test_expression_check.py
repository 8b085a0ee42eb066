"""What the rule form is told while an expression is typed."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.ranking.rule_shop import fresh_process


@pytest.fixture
def client(db: None) -> Client:
    fresh_process()
    client = Client()
    client.force_login(User.objects.create_superuser("boss", "boss@example.com", "long-enough-1"))
    return client


def check(client: Client, text: str) -> dict[str, object]:
    found: dict[str, object] = client.get(reverse("admin:ranking_rule_expression"), {"text": text}).json()
    return found


def test_it_says_how_an_expression_is_understood(client: Client) -> None:
    assert check(client, "red OR 蓝色 lamp ") == {"ok": True, "said": "red OR (蓝色 AND lamp)"}


@pytest.mark.parametrize(
    ("text", "position"), [("lamp AND", 9), ("手机 与 (壳", 6), ("", 1)], ids=["en", "zh", "empty"]
)
def test_it_says_where_an_expression_is_wrong_and_what_to_write(client: Client, text: str, position: int) -> None:
    found = check(client, text)
    assert (found["ok"], found["position"]) == (False, position)
    assert found["message"]
