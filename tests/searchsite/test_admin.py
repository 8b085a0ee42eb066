"""Keys for rules in the admin: markets must be named, and only a superuser hands them out."""

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from searchsite.models import ApiKey

pytestmark = pytest.mark.django_db


def make_key(user: User, **fields: object):
    client = Client()
    client.force_login(user)
    data = {"name": "rules", "scopes": ["rules:write"], "markets": "cn, de", "is_active": "on", **fields}
    return client.post(reverse("admin:searchsite_apikey_add"), data)


@pytest.fixture
def chief() -> User:
    return User.objects.create_superuser("chief", password="x")


def test_a_key_for_rules_names_its_markets_and_its_maker(chief):
    assert make_key(chief).status_code == 200
    key = ApiKey.objects.get()
    assert (key.markets, key.made_by) == (["cn", "de"], chief)


def test_without_markets_it_is_refused(chief):
    answer = make_key(chief, markets="")
    assert "Say for which markets" in answer.content.decode()
    assert not ApiKey.objects.exists()


def test_other_keys_need_no_market(chief):
    make_key(chief, scopes=["search"], markets="")
    assert ApiKey.objects.get().scopes == ["search"]


@pytest.mark.parametrize("scope", ["rules:write", "rules:approve", "admin"])
def test_only_a_superuser_hands_out_keys_that_write(scope):
    clerk = User.objects.create_user("clerk", password="x", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__endswith="_apikey"))
    assert "Only a superuser" in make_key(clerk, scopes=[scope]).content.decode()
    assert not ApiKey.objects.exists()


def test_the_command_asks_for_markets_too(capsys):
    with pytest.raises(CommandError, match="for which markets"):
        call_command("create_api_key", "rules", "--scope", "rules:approve")
    call_command("create_api_key", "rules", "--scope", "rules:approve", "--market", "*")
    assert ApiKey.objects.get().markets == ["*"]
