"""What the rule page asks for while somebody writes: conflicts, moments on other clocks, codes that others use."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from ranking.admin import rule_endpoints
from ranking.admin.rule_arrange import read_controls
from ranking.admin.rule_endpoints import read_search
from ranking.admin.rule_start import read_start
from ranking.models import Rule
from tests.ranking.rule_shop import build_shop, fresh_process, save_rule
from tests.ranking.rule_words import document, on_query, pin

pytestmark = pytest.mark.django_db
CONFLICTS = "admin:ranking_rule_conflicts"
PREVIEW = "admin:ranking_rule_preview"


@pytest.fixture
def client(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setattr(rule_endpoints, "CONFLICT_SECONDS", 60)  # a busy machine is no reason to find nothing
    fresh_process()
    client = Client()
    client.force_login(User.objects.create_superuser("boss", password="long-enough-1"))
    yield client
    fresh_process()


def conflicts(client: Client, rule: dict[str, Any]) -> Any:
    return client.post(reverse(CONFLICTS), json.dumps({"rule": rule}), content_type="application/json")


def test_a_rule_still_being_written_is_told_what_it_would_collide_with(client: Client) -> None:
    build_shop()
    other = save_rule(pin("L5", 1), when=[on_query("lamp", "灯")], name="Standing", priority=50, markets=["cn"])
    window = {"from": "2099-11-11T00:00", "until": "2099-11-12T00:00", "timezone": "Asia/Shanghai"}
    answer = conflicts(client, document(pin("L6", 1), when=[on_query("灯")], windows=[window])).json()
    assert answer["complete"]
    (found,) = answer["conflicts"]
    assert (found["kind"], found["wins"]) == ("position", False)
    assert found["other"] == {
        "id": str(other.pk), "name": "Standing", "priority": 50,
        "url": reverse("admin:ranking_rule_change", args=[other.pk]),
    }  # fmt: skip
    assert found["when"].endswith("2099-11-11 00:00 Asia/Shanghai.")
    assert found["example"]["market"] == "cn"
    assert found["example"]["any_locale"]
    assert datetime.fromisoformat(found["example"]["now"]) == datetime(2099, 11, 10, 16, tzinfo=UTC)


def test_a_higher_place_makes_it_win(client: Client) -> None:
    build_shop()
    save_rule(pin("L5", 1), when=[on_query("lamp")], name="Standing", priority=50)
    (found,) = conflicts(client, document(pin("L6", 1), when=[on_query("lamp")], priority=49)).json()["conflicts"]
    assert found["wins"]
    assert found["other"]["name"] == "Standing"


def test_an_example_that_any_words_make_says_so(client: Client) -> None:
    build_shop()
    save_rule(pin("L5", 1), name="Always", priority=50)
    (found,) = conflicts(client, document(pin("L6", 1))).json()["conflicts"]
    assert "any words" in found["when"]
    assert found["example"]["any_words"]


def test_the_look_for_conflicts_ends_in_time_and_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    build_shop()
    save_rule(pin("L5", 1), when=[on_query("lamp")], name="Standing")
    monkeypatch.setattr(rule_endpoints, "CONFLICT_SECONDS", -1)
    answer = conflicts(client, document(pin("L6", 1), when=[on_query("lamp")])).json()
    assert answer == {"conflicts": [], "complete": False}


@pytest.mark.parametrize("address", [CONFLICTS, PREVIEW])
@pytest.mark.parametrize("body", ["{", "[]", "null", '{"rule": 3}', "[" * 100_000])
def test_a_malformed_rule_is_refused_not_an_error(client: Client, body: str, address: str) -> None:
    answer = client.post(reverse(address), body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["message"]


@pytest.mark.parametrize(("expires", "meet"), [("2026-01-01T00:00", 0), ("2099-01-01T00:00", 1), (None, 1)])
def test_a_rule_that_is_written_has_the_expiry_that_the_form_shows(
    client: Client, expires: str | None, meet: int
) -> None:
    build_shop()
    save_rule(pin("L5", 1), when=[on_query("lamp")], name="Standing", priority=50)
    answer = conflicts(client, document(pin("L6", 1), when=[on_query("lamp")]) | {"expires_at": expires}).json()
    assert len(answer["conflicts"]) == meet


def test_only_who_is_signed_in_gets_the_token_of_the_session(client: Client) -> None:
    assert len(client.get(reverse("admin:ranking_rule_session")).json()["token"]) == 64
    client.logout()
    assert "/login/" in client.get(reverse("admin:ranking_rule_session")).url


def test_conflicts_are_for_those_who_may_see_rules(db: None) -> None:
    user = User.objects.create_user("clerk", password="x", is_staff=True)
    client = Client()
    client.force_login(user)
    assert conflicts(client, {}).status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="view_rule"))
    assert conflicts(client, {}).status_code == 400
    assert client.get(reverse(CONFLICTS)).status_code == 405


@pytest.mark.parametrize(
    ("asked", "moment"),
    [
        ({"now": "2027-11-11T00:00", "zone": "Asia/Shanghai"}, datetime(2027, 11, 10, 16, tzinfo=UTC)),
        ({"now": "2027-07-01T12:00", "zone": "America/New_York"}, datetime(2027, 7, 1, 16, tzinfo=UTC)),
        ({"now": "2027-11-11T00:00"}, datetime(2027, 11, 11, tzinfo=UTC)),
        ({"now": "2027-11-11T00:00:00+08:00", "zone": "UTC"}, datetime(2027, 11, 10, 16, tzinfo=UTC)),
        ({"now": "", "zone": "Asia/Shanghai"}, None),
    ],
    ids=["shanghai", "summer-time", "shop-zone", "own-offset", "now"],
)
def test_a_moment_is_read_on_the_clocks_of_its_zone(asked: dict[str, str], moment: datetime | None) -> None:
    assert read_search(asked).now == moment


@pytest.mark.parametrize(
    "asked", [{"now": "2027-11-11T00:00", "zone": "Mars/Base"}, {"now": "2027-11-11T00:00", "zone": "../x"}]
)
def test_an_unknown_zone_is_refused(client: Client, asked: dict[str, str]) -> None:
    body = json.dumps({"rule": document(pin("L6", 1)), "search": asked})
    answer = client.post(reverse("admin:ranking_rule_preview"), body, content_type="application/json")
    assert answer.status_code == 400


def test_shopper_and_filters_of_an_example_are_those_of_the_search() -> None:
    asked = {
        "segments": ["new"],
        "device": "phone",
        "market": "cn",
        "filters": [{"field": "brand", "values": ["lumo"]}],
    }
    search = read_search(asked)
    assert (search.segments, search.device, search.market) == (("new",), "phone", "cn")
    assert [(item.field, item.values) for item in search.filters] == [("brand", ("lumo",))]


@pytest.mark.parametrize(
    ("field", "words", "offered"),
    [
        ("segment", "", ["新客", "vip", "old"]),
        ("segment", "VI", ["vip"]),
        ("segment", "新", ["新客"]),
        ("market", "", ["cn", "uk"]),
        ("market", "%", []),
    ],
)
def test_codes_that_rules_use_are_offered_the_most_used_first(
    client: Client, field: str, words: str, offered: list[str]
) -> None:
    save_rule(pin("A", 1), when=[{"type": "segment", "values": ["新客", "vip"]}], markets=["cn"])
    save_rule(pin("A", 1), when=[{"type": "segment", "values": ["新客"], "negate": True}], markets=["cn", "uk"])
    save_rule(pin("A", 1), when=[on_query("x"), {"type": "segment", "values": ["vip", "新客", "old"]}], status="draft")
    Rule.objects.create(name="Broken", conditions={"type": "segment"}, actions=[])
    found = client.get(reverse("admin:ranking_rule_choices"), {"field": field, "q": words}).json()["choices"]
    assert [choice["key"] for choice in found] == offered


def test_a_page_of_results_begins_a_rule() -> None:
    asked = QueryDict(
        "query=台灯&category=home/lamps&market=cn&segments=new, vip&now=2027-11-11T00:00&zone=Asia/Shanghai"
    )
    initial = read_start(asked.dict())
    assert initial["name"] == "台灯"
    assert initial["markets"] == ["cn"]
    assert [condition["type"] for condition in initial["conditions"]] == ["query", "category"]
    assert read_controls(asked)["segments"] == ["new", "vip"]
    assert read_controls(asked)["zone"] == "Asia/Shanghai"


@pytest.mark.parametrize(("language", "price"), [("en", "CN¥10.00"), ("zh-hans", "¥10.00")])
def test_prices_are_written_as_the_reader_writes_them(client: Client, settings: Any, language: str, price: str) -> None:
    settings.SHOP_CURRENCY = "CNY"
    build_shop()
    found = client.get(reverse("admin:ranking_rule_products"), {"sku": "L1"}, headers={"accept-language": language})
    assert found.json()["products"][0]["price_text"] == price


def test_arranging_asks_for_the_reason(client: Client) -> None:
    fields = {
        "name": "Lamps", "status": "draft", "priority": "100", "reason": "", "windows": "[]", "markets": "", "tags": "",
        "conditions": json.dumps([on_query("灯")]), "actions": json.dumps([pin("L6", 1)]), "arranged": "1",
    }  # fmt: skip
    answer = client.post(reverse("admin:ranking_rule_add"), fields)
    assert "Say why the page is arranged like this" in answer.content.decode()
    assert not Rule.objects.exists()
    assert client.post(reverse("admin:ranking_rule_add"), {**fields, "reason": "上新"}).status_code == 302
    assert Rule.objects.get().reason == "上新"
