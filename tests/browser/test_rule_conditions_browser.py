"""Conditions in the rule form: they read as a sentence, and an expression says where it is wrong while it is typed."""

import json
import os
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Locator, Page, expect

from ranking.models import Rule
from tests.browser.conftest import OpenPage

ADD = "/admin/ranking/rule/add/"
SHOTS = os.environ.get("RULE_CONDITION_SHOTS", "")


@pytest.fixture
def session(shop: None) -> str:
    client = Client()
    client.force_login(User.objects.create_superuser("admin", password="of no use: the session is given"))
    return client.cookies["sessionid"].value


def row(page: Page, number: int = 0) -> Locator:
    return page.locator("[data-list=conditions] .rule-row").nth(number)


def stored(page: Page) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(page.locator("[name=conditions]").input_value())
    return found


def shoot(page: Page, name: str) -> None:
    if SHOTS:
        page.wait_for_timeout(900)
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def add_condition(page: Page, kind: str) -> None:
    page.locator("[data-list=conditions] .rule-add").select_option(kind)


def test_an_expression_says_where_it_is_wrong_and_how_it_is_understood(open_page: OpenPage, session: str) -> None:
    page = open_page(ADD, session=session)
    add_condition(page, "query")
    row(page).locator("select").nth(1).select_option("expression")
    box = row(page).locator(".rule-expression")
    assert box.get_attribute("placeholder") == "phone AND NOT (case OR cover)"
    box.press_sequentially("lamp AND (desk OR ", delay=5)
    verdict = row(page).locator(".rule-expression-verdict")
    expect(verdict).to_contain_text("Words are missing behind “OR”")
    expect(verdict.locator("mark")).to_have_text("…")
    assert box.get_attribute("aria-invalid") == "true"
    shoot(page, "expression-wrong-en")
    box.press_sequentially("保护壳) NOT red", delay=5)
    expect(verdict).to_contain_text("Understood as: lamp AND (desk OR 保护壳) AND NOT red")
    box.press("Tab")
    assert stored(page)[0]["values"] == ["lamp AND (desk OR 保护壳) NOT red"]
    expect(verdict).to_contain_text("Understood as")
    shoot(page, "expression-right-en")
    row(page).locator(".rule-remove").last.click()
    a_saved_form_keeps_every_new_condition(page)


def a_saved_form_keeps_every_new_condition(page: Page) -> None:
    page.fill("[name=name]", "Nearly nothing")
    add_condition(page, "query")
    row(page).locator("select").nth(1).select_option("fuzzy")
    row(page).locator(".rule-bare").fill("headphones")
    row(page).locator(".rule-bare").press("Enter")
    row(page).get_by_text("synonyms too").click()
    expect(row(page).get_by_text("exact letters")).to_have_count(0)
    add_condition(page, "results")
    row(page, 1).locator("select").nth(1).select_option("few")
    row(page, 1).locator("input[type=number]").fill("5")
    row(page, 1).locator("input[type=number]").press("Tab")
    shoot(page, "nearly-en")
    page.locator("[data-list=actions]").get_by_role("button", name="Search for other words").click()
    page.locator("[data-list=actions] .rule-bare").first.fill("headphones")
    page.locator("[data-list=actions] .rule-bare").first.press("Enter")
    page.locator("[name=_save]").first.click()
    expect(page).to_have_url(re.compile(r"/admin/ranking/rule/$"))
    assert Rule.objects.get().conditions == [
        {
            "type": "query", "match": "fuzzy", "values": ["headphones"], "use_analysis": True, "synonyms": True,
            "typos": False, "negate": False,
        },
        {"type": "results", "at_most": 5},
    ]  # fmt: skip


def test_the_form_speaks_chinese(open_page: OpenPage, session: str) -> None:
    page = open_page(ADD, language="zh-CN", session=session)
    add_condition(page, "query")
    row(page).locator("select").nth(1).select_option("expression")
    row(page).locator(".rule-expression").press_sequentially("手机 与 非 (壳 或", delay=5)
    expect(row(page).locator(".rule-expression-verdict mark")).to_have_text("…")
    shoot(page, "expression-wrong-zh")
    row(page).locator(".rule-expression").press_sequentially(" 保护膜）", delay=5)
    expect(row(page).locator(".rule-expression-verdict")).to_contain_text("手机 AND NOT (壳 OR 保护膜)")
    row(page).locator(".rule-expression").press("Tab")
    add_condition(page, "results")
    row(page, 1).locator("select").nth(1).select_option("few")
    add_condition(page, "query")
    row(page, 2).locator("select").nth(1).select_option("fuzzy")
    shoot(page, "conditions-zh")
