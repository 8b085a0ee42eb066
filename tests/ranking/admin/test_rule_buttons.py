"""The rule page's buttons: the whole way through the admin, by two people, with the same refusals as everywhere."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from ranking.governance.versions import pending_of
from ranking.models import AuditEntry, Rule
from tests.ranking.governance.people import person, set_policy
from tests.ranking.rule_shop import ask, build_shop, save_rule, skus
from tests.ranking.rule_words import on_query, pin

pytestmark = pytest.mark.django_db
LIST, ADD = "admin:ranking_rule_changelist", "admin:ranking_rule_add"


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def mei() -> Client:
    return sign_in(person("mei"))


@pytest.fixture
def anna() -> Client:
    return sign_in(person("anna"))


@pytest.fixture
def four_eyes() -> None:
    set_policy(four_eyes=True)


def fields(*actions: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "name": "Lamps first",
        "status": "draft",
        "priority": "100",
        "reason": "",
        "conditions": json.dumps([on_query("lamp", "灯")]),
        "actions": json.dumps(list(actions) or [pin("L6", 1)]),
        "windows": "[]",
        "markets": "",
        "tags": "",
        "holdout_share": "0",
        "expires_at": "",
        **changes,
    }


def url(rule: Rule, name: str = "change") -> str:
    return reverse(f"admin:ranking_rule_{name}", args=[rule.pk])


def read() -> Rule:
    return Rule.objects.select_related("pending").get()


def press(client: Client, button: str, *actions: dict[str, Any], **changes: Any):
    rule = read()
    change = pending_of(rule)
    version = change.version if change else rule.version
    data = fields(*actions, **{"version": str(version), **changes})
    return client.post(url(rule), {**data, f"ranking_rule_{button}": "1"}, follow=True)


def buttons(client: Client) -> set[str]:
    text = client.get(url(read())).content.decode()
    return {part.split('"')[0] for part in text.split('name="ranking_rule_')[1:]}


@pytest.mark.usefixtures("four_eyes")
class TestTwoPeople:
    def test_from_draft_to_live_and_back(self, mei, anna):
        build_shop()
        mei.post(reverse(ADD), fields())
        assert buttons(mei) == {"save_and_submit"}
        press(mei, "save_and_submit")
        assert read().status == "review"
        assert "approve_now" not in buttons(mei)
        assert {"approve_now", "send_back"} <= buttons(anna)
        press(anna, "approve_now")
        assert read().status == "live"
        assert skus(ask())[0] == "L6"
        press(mei, "pause_now")
        assert read().status == "paused"
        assert skus(ask())[0] == "L1"

    def test_the_author_cannot_press_what_is_not_shown(self, mei):
        mei.post(reverse(ADD), fields(status="review"))
        answer = press(mei, "approve_now")
        assert "your own" in answer.content.decode()
        assert read().status == "review"

    def test_a_live_rule_edited_shows_the_change_and_serves_the_live_version(self, mei, anna):
        build_shop()
        mei.post(reverse(ADD), fields(status="review"))
        press(anna, "approve_now")
        press(mei, "save_and_submit", pin("L5", 1), name="灯具改版")
        rule = read()
        assert (rule.status, rule.name, pending_of(rule).status) == ("live", "Lamps first", "review")
        assert skus(ask())[0] == "L6"
        page = mei.get(url(rule)).content.decode()
        assert "灯具改版" in page
        assert "Shoppers get the live version until the change is approved." in page
        press(anna, "approve_now", pin("L5", 1), name="灯具改版", status="review")
        assert skus(ask())[0] == "L5"

    def test_an_approver_who_changed_the_page_has_to_save_it(self, mei, anna):
        mei.post(reverse(ADD), fields(status="review"))
        answer = press(anna, "approve_now", pin("L5", 1), status="review")
        assert "You changed something on this page" in answer.content.decode()
        assert read().status == "review"

    def test_a_version_that_is_not_the_latest_is_not_approved(self, mei, anna):
        mei.post(reverse(ADD), fields(status="review"))
        press(mei, "save_and_submit")
        answer = press(anna, "approve_now", status="review", version="1")
        assert "Somebody else changed this rule" in answer.content.decode()
        assert read().status == "review"

    def test_live_is_refused_in_the_form(self, mei):
        answer = mei.post(reverse(ADD), fields(status="live"))
        assert "Four eyes: save it as" in answer.content.decode()
        assert not Rule.objects.exists()

    def test_deleting_what_was_live_is_only_asked_for(self, mei, anna):
        mei.post(reverse(ADD), fields(status="review"))
        press(anna, "approve_now", status="review")
        rule = read()
        assert mei.get(url(rule, "delete")).status_code == 403
        mei.post(
            reverse(LIST), {"action": "delete_selected", "_selected_action": [str(rule.pk)], "post": "yes"}, follow=True
        )
        assert Rule.objects.exists()
        mei.post(url(rule, "step"), {"step": "ask_delete", "version": str(rule.version)})
        assert pending_of(read()).kind == "delete"
        anna.post(url(rule, "step"), {"step": "approve", "version": str(pending_of(read()).version)})
        assert not Rule.objects.exists()


class TestTheFirstSave:
    def test_offers_what_the_policies_allow(self, mei):
        assert "ranking_rule_save_and_make_live" in mei.get(reverse(ADD)).content.decode()
        set_policy(four_eyes=True)
        page = mei.get(reverse(ADD)).content.decode()
        assert "ranking_rule_save_and_submit" in page
        assert "ranking_rule_save_and_make_live" not in page

    def test_sends_for_review_or_makes_live_at_once(self, mei):
        mei.post(reverse(ADD), {**fields(), "ranking_rule_save_and_make_live": "1"})
        assert (read().status, read().version) == ("live", 1)
        Rule.objects.all().delete()
        set_policy(four_eyes=True)
        mei.post(reverse(ADD), {**fields(name="灯"), "ranking_rule_save_and_submit": "1"})
        assert (read().status, read().version) == ("review", 1)


def test_a_foreign_market_is_not_deleted(mei):
    rule = save_rule(pin("L6", 1), markets=["de"])
    lin = sign_in(person("lin", write=("cn",)))
    assert lin.post(url(rule, "delete"), {"post": "yes"}).status_code == 403
    assert Rule.objects.exists()


class TestOnePerson:
    def test_makes_live_with_one_press(self, mei):
        mei.post(reverse(ADD), fields())
        assert buttons(mei) == {"save_and_make_live"}
        press(mei, "save_and_make_live")
        assert (read().status, read().version) == ("live", 2)

    def test_deletes_at_once_and_it_is_recorded(self, mei):
        rule = save_rule(pin("L6", 1))
        mei.post(url(rule, "delete"), {"post": "yes"})
        assert not Rule.objects.exists()
        assert AuditEntry.objects.get().action == "delete"


@pytest.mark.usefixtures("four_eyes")
def test_the_list_sends_for_review_and_makes_nothing_live(mei):
    rules = [save_rule(pin("L6", 1), name=name, status="draft") for name in "ab"]
    picked = {"_selected_action": [str(rule.pk) for rule in rules]}
    answer = mei.post(reverse(LIST), {"action": "make_live", **picked}, follow=True)
    assert "Four eyes" in answer.content.decode()
    assert set(Rule.objects.values_list("status", flat=True)) == {"draft"}
    mei.post(reverse(LIST), {"action": "send_for_review", **picked})
    assert set(Rule.objects.values_list("status", flat=True)) == {"review"}


def test_only_the_markets_of_ones_grant(four_eyes):
    lin = sign_in(person("lin", write=("cn",), approve=()))
    answer = lin.post(reverse(ADD), fields(markets="de"))
    assert "You may not write rules for: de" in answer.content.decode()
    answer = lin.post(reverse(ADD), fields())
    assert "all markets (the rule names none)" in answer.content.decode()
    assert lin.post(reverse(ADD), fields(markets="cn")).status_code == 302
    assert Rule.objects.get().markets == ["cn"]


def test_without_a_grant_nothing_is_written():
    nobody = sign_in(person("new", write=None, approve=None))
    nobody.post(reverse(ADD), fields(markets="cn"))
    assert not Rule.objects.exists()
