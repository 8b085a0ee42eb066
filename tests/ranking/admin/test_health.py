"""The health board: every kind of finding in both languages, doors that only open forms, and a page that stays fast."""

import re
import time
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ranking.health.check import run_check
from ranking.models import HealthCheck, HealthFinding, QueryDay, Rule, RuleDay, Synonym
from ranking.retrieval.suggest_refresh import rebuild_suggestions
from tests.ranking.rule_shop import build_shop, save_rule
from tests.ranking.rule_words import boost, clause, on_query, pin

pytestmark = pytest.mark.django_db
BOARD = "/admin/ranking/rule/health/"


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("anna"))
    return client


@pytest.fixture
def checked(db: None) -> None:
    """A shop with something of every kind."""
    build_shop()
    rebuild_suggestions()
    now = timezone.now()
    save_rule(pin("L1", 1), when=[on_query("lamp")], name="Strong lamp", priority=1)
    weak = save_rule(pin("GONE", 1), when=[on_query("lamp")], name="Weak lamp", priority=2)
    quiet = save_rule(boost(20, clause("brand", "no-brand")), when=[on_query("quiet")], name="Quiet")
    save_rule(pin("L3", 3), name="Over", expires_at=(now - timedelta(days=3)).isoformat(), when=[on_query("over")])
    save_rule(pin("L3", 3), name="Soon over", expires_at=(now + timedelta(days=3)).isoformat(), when=[on_query("s")])
    ended = (now - timedelta(days=9)).replace(tzinfo=None).isoformat(timespec="minutes")
    save_rule(pin("L3", 3), name="双十一", windows=[{"until": ended, "timezone": "UTC"}], when=[on_query("双")])
    Rule.objects.create(name="Broken", status="live", conditions=[{"type": "nonsense"}], actions=[])
    old = now - timedelta(days=90)
    Rule.objects.filter(pk=quiet.pk).update(created_at=old)
    quiet.history.update(history_date=old)
    RuleDay.objects.create(day=old.date(), rule_id=uuid4(), matched=1, last_at=old)
    RuleDay.objects.create(day=now.date(), rule_id=weak.pk, matched=40, beaten=40, last_at=now)
    today = timezone.localdate()
    QueryDay.objects.create(day=today, query="purple lamp", locale="en", searches=9, zero_results=8)
    QueryDay.objects.create(day=today, query="紫色灯具", locale="zh", searches=5, zero_results=5)
    run_check()


def body(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return unescape(response.content.decode())


def test_every_kind_of_finding_is_told(admin: Client, checked: None) -> None:
    page = body(admin.get(BOARD))
    for words in (
        "Weak lamp", "GONE at position 1: not in the catalog", "brand “no-brand”", "Broken", "Soon over", "双十一",
        "It held in 40 searches without effect.", "No search has met it yet.", "8 of 9 searches found nothing",
        "Both want position 1; “Strong lamp” gets it.", "Since 3 days.", "Without “purple”: 6 products.",
    ):  # fmt: skip
        assert words in page
    assert "As of" in page


def test_the_board_in_chinese_tells_conflicts_in_chinese(admin: Client, checked: None) -> None:
    english = body(admin.get(BOARD))
    chinese = body(admin.get(BOARD, headers={"Accept-Language": "zh-CN"}))
    assert "Both want position 1" in english
    assert "Both want position 1" not in chinese
    assert "紫色灯具" in chinese


def doors(page: str) -> list[str]:
    return re.findall(r'href="(/admin/ranking/(?:rule|synonym)/add/[^"]*)"', page)


def test_doors_open_forms_that_are_filled_in_and_change_nothing(admin: Client, checked: None) -> None:
    before = Rule.objects.count(), Synonym.objects.count()
    found = doors(body(admin.get(BOARD)))
    left_out = next(url for url in found if "leave_out=" in url and "purple" in url)
    form = admin.get(left_out).context["adminform"].form
    assert form.initial["conditions"] == [{"type": "query", "match": "is", "values": ["purple lamp"]}]
    assert form.initial["actions"] == [{"type": "replace", "words": ["purple"], "by": ""}]
    redirect = next(url for url in found if "redirect=" in url)
    (action,) = admin.get(redirect).context["adminform"].form.initial["actions"]
    assert action["type"] == "redirect"
    assert admin.get(action["url"]).status_code == 200, "the page it leads to is there"
    assert (Rule.objects.count(), Synonym.objects.count()) == before


def test_a_synonym_door_fills_both_sides(admin: Client, db: None) -> None:
    suggestion = {
        "kind": "synonym",
        "total": 8,
        "words": "贵妃榻",
        "by": "沙发",
        "key": "",
        "name_en": "",
        "name_zh": "",
    }
    detail = {"searches": 3, "zero_results": 3, "total": 8, "let_go": [], "suggestions": [suggestion]}
    HealthFinding.objects.create(
        kind="zero_results", query="贵妃榻", locale="zh", detail=detail, found_at=timezone.now(), weight=3
    )
    HealthCheck.objects.create(started_at=timezone.now(), finished_at=timezone.now(), counts={"zero_results": 1})
    (url,) = [url for url in doors(body(admin.get(BOARD))) if "synonym" in url]
    assert parse_qs(urlsplit(url).query)["words"] == ["贵妃榻"]
    form = admin.get(url).context["adminform"].form
    assert form["words"].value() == "贵妃榻"
    assert form["alternatives"].value() == "沙发"


def test_who_may_not_write_rules_is_shown_no_doors(client: Client, checked: None) -> None:
    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_rule"))
    client.force_login(reader)
    page = body(client.get(BOARD))
    assert "purple lamp" in page
    assert doors(page) == []
    assert "Check now" not in page
    assert client.post(f"{BOARD}check/").status_code == 403


def test_strangers_see_nothing(client: Client, db: None) -> None:
    assert client.get(BOARD).status_code == 302
    nobody = User.objects.create_user("nobody", is_staff=True)
    client.force_login(nobody)
    assert client.get(BOARD).status_code == 403
    assert client.get(f"{BOARD}conflict/?page=2").status_code == 403


def test_rules_deleted_or_put_aside_since_are_not_shown(admin: Client, checked: None) -> None:
    Rule.objects.filter(name="Broken").delete()
    Rule.objects.filter(name="Over").update(status="paused")
    page = body(admin.get(BOARD))
    assert "Broken" not in page
    assert not re.search(r">Over<", page)


def test_a_rule_saved_since_says_so(admin: Client, checked: None) -> None:
    rule = Rule.objects.get(name="Quiet")
    rule.reason = "looked at"
    rule.save()
    assert "changed since the check" in body(admin.get(BOARD))


def test_the_board_before_any_check_says_so(admin: Client) -> None:
    assert "No check has run yet" in body(admin.get(BOARD))


def test_check_now_is_begun_once_and_the_page_follows_it(
    admin: Client, django_capture_on_commit_callbacks: Any
) -> None:
    admin.post(f"{BOARD}check/")
    page = body(admin.get(BOARD))
    assert 'hx-trigger="every 2s"' in page
    assert "waiting for a worker" in page
    assert "A check is running already." in body(admin.post(f"{BOARD}check/", follow=True))
    assert HealthCheck.objects.count() == 1
    part = admin.get(BOARD, headers={"HX-Request": "true"})
    assert "<html" not in body(part)
    assert "health-tiles" not in body(part), "what somebody reads meanwhile stays as it is"
    HealthCheck.objects.update(finished_at=timezone.now())
    whole = admin.get(BOARD, headers={"HX-Request": "true"})
    assert "health-tiles" in body(whole)
    assert whole["HX-Retarget"] == "#health"


@pytest.mark.parametrize("address", ["conflict/?page=0", "conflict/?page=x", "conflict/", "nonsense/?page=1"])
def test_odd_addresses_are_not_found(admin: Client, address: str) -> None:
    assert admin.get(BOARD + address).status_code == 404


def test_the_board_is_fast_whatever_was_found(admin: Client, db: None) -> None:
    """Ten findings of a kind are read, however many there are."""
    rules = [
        Rule(name=f"rule {n}", status="live", conditions=[{"type": "always"}], actions=[pin("X", 1)])
        for n in range(300)
    ]
    Rule.objects.bulk_create(rules)
    now = timezone.now()
    detail: dict[str, Any] = {
        "days": 2,
        "until": now.isoformat(),
        "matched": 9,
        "winners": [],
        "live_since": now.isoformat(),
    }
    detail |= {"pins": [], "names": [], "more": 3, "message": {"en": "x"}}
    kinds = [kind for kind in HealthFinding.Kind.values if kind != "zero_results"]
    HealthFinding.objects.bulk_create(
        HealthFinding(kind=kind, rule_id=rule.pk, weight=n, detail=detail, found_at=now)
        for kind in kinds for n, rule in enumerate(rules)
    )  # fmt: skip
    HealthCheck.objects.create(started_at=now, finished_at=now, counts=dict.fromkeys(kinds, 300))
    admin.get(BOARD)
    with CaptureQueriesContext(connection) as queries:
        started = time.perf_counter()
        page = body(admin.get(BOARD))
        took = time.perf_counter() - started
    assert len(queries) < 40
    assert took < 1.5, "300 ms on a quiet machine"
    assert page.count('class="health-row"') == 10 * len(kinds)
    more = body(admin.get(f"{BOARD}dead_pin/?page=2"))
    assert more.count('class="health-row"') == 10
