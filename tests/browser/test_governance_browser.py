"""Reviewing in a real browser: by the keyboard alone, on a tablet and a phone, in both languages."""

import pytest
from django.test import Client
from playwright.sync_api import expect

from ranking.governance.actors import actor_of_user
from ranking.governance.policy_documents import document_of
from ranking.governance.policy_store import change_policy
from ranking.models import PolicyProposal, Rule, RuleChange, RulePolicy
from ranking.rule_store import create_rule, update_rule
from tests.browser.axe import find_violations
from tests.browser.conftest import OpenPage
from tests.ranking.governance.people import make_live, person, set_policy, written
from tests.ranking.rule_words import pin

WAITING = "/admin/ranking/rule/waiting/"


@pytest.fixture
def session(shop: None) -> str:
    """Anna's, to whom a new rule and a change of a live one were sent."""
    set_policy(four_eyes=True)
    mei, anna_ = actor_of_user(person("mei")), person("anna")
    anna = actor_of_user(anna_)
    create_rule(written(pin("LAMP-05", 1), status="review", name="New lamps"), actor=mei)
    live = make_live(mei, anna, name="双十一 台灯")
    change = written(pin("LAMP-07", 1), pin("LAMP-09", 2), name="双十一 台灯", status="review")
    update_rule(live.pk, change, expected_version=None, actor=mei)
    client = Client()
    client.force_login(anna_)
    return client.cookies["sessionid"].value


def propose() -> PolicyProposal:
    """A change of the policy that waits, of somebody else."""
    shop = RulePolicy.objects.get(market="")
    document = document_of(shop)
    waits = change_policy(shop, {**document, "four_eyes": False, "protected": []}, actor_of_user(person("lin")))
    assert waits is not None
    return waits


def test_a_loosened_policy_is_approved_and_a_change_undone_without_a_mouse(open_page: OpenPage, session: str) -> None:
    page = open_page(f"/admin/ranking/rulepolicy/waiting/{propose().pk}/", session=session)
    assert find_violations(page) == []
    page.get_by_role("button", name="Approve").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Approved: the policy holds from now on.")).to_be_visible()
    assert not RulePolicy.objects.get(market="").four_eyes
    rule = Rule.objects.get(name="双十一 台灯")
    page.goto(page.url.split("/admin/")[0] + f"/admin/ranking/rule/{rule.pk}/change/")
    page.get_by_role("link", name="Undo the last change").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("The change that waits is dropped.")).to_be_visible()
    assert find_violations(page) == []
    page.get_by_role("button", name="Undo the last change").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("the rule is as it was")).to_be_visible()
    assert not RuleChange.objects.exists()


def test_a_reviewer_needs_no_mouse(open_page: OpenPage, session: str) -> None:
    page = open_page(WAITING, session=session)
    page.get_by_role("link", name="New lamps").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What the rule says")).to_be_visible()
    page.get_by_label("Comment").focus()
    page.keyboard.type("Good for Monday")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Approve and make live")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Approved and live")).to_be_visible()
    assert Rule.objects.get(name="New lamps").status == "live"


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_pages_fit_the_screen(open_page: OpenPage, session: str, language: str) -> None:
    page = open_page(WAITING, session=session, language=language)
    rule = Rule.objects.get(name="双十一 台灯")
    root = page.url.removesuffix(WAITING)
    rule_pages = [f"/admin/ranking/rule/{rule.pk}/{name}/" for name in ("review", "history", "undo")]
    for address in (WAITING, *rule_pages, f"/admin/ranking/rulepolicy/waiting/{propose().pk}/"):
        page.goto(root + address)
        expect(page.locator(".gv-title")).to_be_visible()
        for width in (390, 820, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            wide = page.evaluate(
                "document.querySelector('.gv-page').scrollWidth - document.querySelector('.gv-page').clientWidth"
            )
            assert wide <= 0, (address, width)
            heights = page.locator(".gv-button").evaluate_all(
                "nodes => nodes.map(node => node.getBoundingClientRect().height)"
            )
            assert all(height >= 40 for height in heights), "a finger finds it"
