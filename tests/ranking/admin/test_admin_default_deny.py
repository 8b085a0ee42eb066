"""Whoever holds no permission reaches no page of the admin about rules and search, by no verb; nor does a stranger."""

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from tests.ranking.rule_shop import fresh_process, save_rule
from tests.ranking.rule_words import pin


def list_names() -> Iterator[tuple[str, int]]:
    """Every named address of this app's part of the admin, with how many arguments it takes."""
    for model, page in admin.site._registry.items():
        if model._meta.app_label == "ranking":
            for pattern in page.get_urls():
                yield from _list_below(pattern, 0)


def _list_below(pattern: URLPattern | URLResolver, outer: int) -> Iterator[tuple[str, int]]:
    count = outer + pattern.pattern.regex.groups
    if isinstance(pattern, URLResolver):
        for inner in pattern.url_patterns:
            yield from _list_below(inner, count)
    elif pattern.name:
        yield pattern.name, count


NAMES = sorted(set(list_names()))
NO_ROW = 1


@pytest.fixture
def rule(db):
    fresh_process()
    yield save_rule(pin("A", 1), name="双十一")
    fresh_process()


def list_addresses(rule) -> Iterator[str]:
    for name, count in NAMES:
        by_uuid = name.startswith(("ranking_rule_", "ranking_simulation_"))
        yield reverse(f"admin:{name}", args=[rule.pk if by_uuid else NO_ROW, NO_ROW][:count])


@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_staff_without_a_permission_reach_nothing(rule, method):
    client = Client()
    client.force_login(User.objects.create_user("nobody", password="x", is_staff=True))
    reached = {}
    for address in list_addresses(rule):
        answer = getattr(client, method)(address)
        if answer.status_code not in (403, 404, 405) and answer.get("Location") != "/admin/":
            reached[address] = answer.status_code
    assert reached == {}


@pytest.mark.parametrize("shopper", [False, True], ids=["stranger", "shopper"])
def test_strangers_and_shoppers_are_sent_to_sign_in(rule, shopper):
    client = Client()
    if shopper:
        client.force_login(User.objects.create_user("shopper", password="x"))
    for address in list_addresses(rule):
        answer = client.post(address)
        assert answer.status_code == 302, address
        assert "/login/" in answer["Location"], address
