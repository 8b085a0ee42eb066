"""Nothing written into the rule form is lost: pasted or half-typed, taken back, or when the session ends meanwhile."""

import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from ranking.models import Rule
from tests.browser.axe import find_violations
from tests.browser.conftest import OpenPage
from tests.browser.rule_form import ADD, LIST, pick, pin, row, save_rule, sign_in


@pytest.fixture
def session(shop: None) -> str:
    User.objects.create_superuser("mei", password="long-enough-1")
    return sign_in("mei")


def written(page: Page, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(page.locator(f"textarea[name={name}]").input_value())
    return found


def test_what_is_typed_counts_and_is_taken_back(open_page: OpenPage, session: str) -> None:
    page = open_page(ADD, session=session)
    page.get_by_label("Name").fill("Lamps")
    page.get_by_label("Add a condition").last.select_option("query")
    words = page.get_by_role("textbox", name="the query")
    words.fill("lamp, 台灯，desk lamp")
    words.press("Tab")
    assert written(page, "conditions")[0]["values"] == ["lamp", "台灯", "desk lamp"]
    expect(page.get_by_label("exact letters")).to_be_focused()
    type_a_date(page)
    undo_goes_back_over_what_is_typed(page)
    pick(page, "Search a product to pin", "LAMP-33")
    expect(row(page, "LAMP-33")).to_contain_text("pinned")
    words.fill("half typed")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page).to_have_url(re.compile(r"/admin/ranking/rule/$"))
    assert Rule.objects.get(name="Lamps").conditions[0]["values"][-1] == "half typed"


def type_a_date(page: Page) -> None:
    """Digit by digit: the field stays, and the next part keeps the focus."""
    page.get_by_role("button", name="Add a time window").click()
    start = page.locator("[data-list=windows] input").first
    start.focus()
    page.keyboard.type("111120991000AM")
    expect(start).to_have_value("2099-11-11T10:00")
    assert written(page, "windows")[0]["from"] == "2099-11-11T10:00"
    expect(page.get_by_label("Date and time")).to_have_value("2099-11-11T10:00")


def undo_goes_back_over_what_is_typed(page: Page) -> None:
    page.get_by_role("button", name="Search for other words").click()
    page.get_by_label("search for (empty leaves the words out)").fill("light")
    undo = page.locator("[data-undo]")
    undo.click()
    assert written(page, "actions")[0]["by"] == ""
    undo.click()
    assert written(page, "actions") == []
    undo.click()
    assert written(page, "windows")[0]["from"] is None
    undo.click()
    assert written(page, "windows") == []


def test_a_click_that_ends_writing_reaches_its_mark(open_page: OpenPage, session: str) -> None:
    target = [{"field": "on_sale", "values": ["true"], "exclude": True}]
    actions = [pin(f"LAMP-{number}", number - 29) for number in range(30, 36)]
    rule = save_rule("Many", *actions, {"type": "boost", "strength": 40, "target": target}, status="draft")
    page = open_page("/admin/", session=session)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/rule/products/" in request.url else None)
    page.goto(page.url.replace("/admin/", f"{LIST}{rule.pk}/change/"))
    expect(page.locator(".rule-pin").last).to_contain_text("Desk lamp 35")
    assert len(asked) == 1, "all pins are named by one question"
    expect(page.get_by_label("values")).to_have_value("false")
    place = page.locator(".rule-pin").first.get_by_label("at position", exact=True)
    place.fill("4")
    page.locator(".rule-pin").nth(2).get_by_text("Options").click()
    assert [action["position"] for action in written(page, "actions")[:6]] == [4, 2, 3, 1, 5, 6]
    opened = page.locator(".rule-pin[data-key=LAMP-32] details")
    expect(opened).to_have_attribute("open", "")
    page.get_by_role("textbox", name="the query").fill("台灯 half")
    page.get_by_role("button", name="Bury", exact=True).click()
    assert written(page, "conditions")[0]["values"][-1] == "台灯 half"
    assert written(page, "actions")[-1]["strength"] == -40


@pytest.mark.parametrize(
    ("language", "out", "enter"),
    [("en-US", "You are signed out", "Sign in"), ("zh-CN", "登录已失效", "登录")],
    ids=["en", "zh"],
)
def test_a_session_that_ends_loses_nothing(
    open_page: OpenPage, session: str, language: str, out: str, enter: str
) -> None:
    page = open_page(f"{ADD}?query=lamp", session=session, language=language)
    page.locator("[name=name]").fill("Written for an hour")
    page.locator(".rule-addbar button", has_text=re.compile("Sort|排序")).click()
    Session.objects.all().delete()
    page.locator("[name=_save]").click()
    dialog = page.get_by_role("dialog", name=out)
    expect(dialog).to_be_visible()
    assert find_violations(page) == []
    with page.context.expect_page() as opened:
        dialog.get_by_role("link", name=enter).click()
    opened.value.locator("[name=username]").fill("mei")
    opened.value.locator("[name=password]").fill("long-enough-1")
    opened.value.locator("[name=password]").press("Enter")
    opened.value.wait_for_url(re.compile("/admin/$"))
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.locator("[name=_save]").click()
    expect(page).to_have_url(re.compile(r"/admin/ranking/rule/$"))
    assert Rule.objects.get(name="Written for an hour").actions[0]["type"] == "sort"
