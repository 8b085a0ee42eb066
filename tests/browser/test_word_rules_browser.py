"""A rule about words and layout is written in the form, previewed and saved, in both languages."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage


def open_form(open_page: OpenPage, language: str) -> Page:
    user = User.objects.create_superuser("merchandiser")
    client = Client()
    client.force_login(user)
    return open_page("/admin/ranking/rule/add/", language=language, session=client.cookies["sessionid"].value)


@pytest.mark.parametrize(
    ("language", "typed", "found"), [("en-US", "zorgo", "台灯"), ("zh-CN", "佐果", "lamp")], ids=["en", "zh"]
)
def test_a_synonym_and_a_layout_are_written_as_sentences(
    open_page: OpenPage, language: str, typed: str, found: str
) -> None:
    from ranking.contracts import SearchRequest  # noqa: PLC0415 - settings are ready only here
    from ranking.models import Rule  # noqa: PLC0415
    from ranking.pipeline import search  # noqa: PLC0415
    from tests.browser.lamp_shop import LAMPS  # noqa: PLC0415

    page = open_form(open_page, language)
    page.locator("[name=name]").fill(typed)
    page.locator("[data-list=conditions] .rule-add").select_option("query")
    box = page.locator("[data-list=conditions] .rule-picker input")
    box.fill(typed)
    box.press("Enter")
    actions = page.locator("[data-list=actions]")
    actions.locator("button", has=page.get_by_text("join", exact=True)).click()
    for number, word in enumerate((typed, found)):
        actions.locator(".rule-picker").nth(number).locator("input").fill(word)
        actions.locator(".rule-picker").nth(number).locator("input").press("Enter")
    actions.locator("button", has=page.get_by_text("dashboard", exact=True)).click()
    actions.get_by_role("radio").nth(2).check()
    after = page.locator(".rule-column").nth(1)
    expect(after.locator(".rule-hit")).to_have_count(24)
    expect(after.locator(".rule-fact--changed").first).not_to_be_empty()
    page.locator("button[name=save_and_make_live], [name=_save]").first.click()
    expect(page).to_have_url(re.compile(r"/admin/ranking/rule/$"))
    rule = Rule.objects.get(name=typed)
    assert [action["type"] for action in rule.actions] == ["synonym", "layout"]
    assert rule.actions[0]["words"] == [typed]
    assert rule.actions[0]["alternatives"] == [found]
    assert rule.actions[1]["layout"] == "comparison"
    Rule.objects.filter(pk=rule.pk).update(status="live")
    shown = search(SearchRequest(query=typed, locale=language[:2]))
    assert (shown.total, shown.layout) == (LAMPS, "comparison")
