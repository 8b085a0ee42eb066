"""The admin's search preview in a real browser: typing, weights beside each other, and an address to send on."""

import re
from urllib.parse import quote, urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Page, expect

from tests.browser.axe import find_violations
from tests.browser.conftest import OpenPage

PREVIEW = "/admin/ranking/rankingconfig/search-preview/"


@pytest.fixture
def session(shop: None) -> str:
    """The session of a signed-in administrator."""
    client = Client()
    client.force_login(User.objects.create_superuser("admin", password="of no use: the session is given"))
    return client.cookies["sessionid"].value


def column(page: Page, letter: str) -> list[str]:
    titles = page.locator(f".sp-column[aria-labelledby=sp-title-{letter}] .sp-product-title")
    return titles.all_inner_texts()


def test_results_follow_what_is_typed(open_page: OpenPage, session: str) -> None:
    page = open_page(PREVIEW, session=session)
    page.evaluate("window.stillTheSamePage = true")
    page.locator("#sp-q").press_sequentially("sonar headphones", delay=10)
    expect(page.locator(".sp-product-title").first).to_contain_text("Sonar")
    expect(page).to_have_url(re.compile(r"q=sonar(\+|%20)headphones"))
    assert page.evaluate("document.activeElement.id") == "sp-q", "one goes on typing"
    assert page.evaluate("window.stillTheSamePage"), "only the results were exchanged"
    assert find_violations(page) == []
    two_weights_are_compared_and_taken_back(page)


def two_weights_are_compared_and_taken_back(page: Page) -> None:
    page.goto(f"{page.url.partition('?')[0]}?q=lamp")
    page.locator("#sp-weights > summary").click()
    page.locator("#sp-w-popularity").fill("5")
    expect(page.locator("#sp-title-B")).to_contain_text("other weights, not saved")
    page.locator("#sp-weights-off > summary").click()
    page.locator("#sp-w-fresh").fill("2")
    expect(page).to_have_url(re.compile(r"w\.popularity=5.*w\.fresh=2|w\.fresh=2.*w\.popularity=5"))
    expect(page.locator(".sp-summary")).to_contain_text("of the first 10 are in both")
    assert page.locator("#sp-b").input_value() == "draft"
    page.locator("[data-reset-weights]").click()
    expect(page.locator(".sp-summary")).to_contain_text("the same, in the same order")
    assert page.locator("#sp-w-popularity").input_value() != "5"


def test_the_address_shows_a_colleague_the_same(open_page: OpenPage, session: str) -> None:
    address = f"{PREVIEW}?q=lamp&b=draft&w.popularity=5&w.bm25=0"
    page = open_page(address, session=session)
    expect(page.locator("#sp-title-B")).to_be_visible()
    assert page.locator("#sp-w-popularity").input_value() == "5"
    first, second = column(page, "A"), column(page, "B")
    assert first != second
    assert second[0] == "Desk lamp 00", "the most popular one"
    page.locator("#sp-w-fresh").evaluate("input => input.closest('details').open = true")
    page.locator("#sp-w-fresh").fill("1")
    expect(page).to_have_url(re.compile("w.fresh=1"))
    expect(page.locator("#sp-page.htmx-request")).to_have_count(0)
    first, second = column(page, "A"), column(page, "B")
    parts = urlsplit(page.url)
    other = open_page(f"{parts.path}?{parts.query}", session=session)
    assert (column(other, "A"), column(other, "B")) == (first, second)


def test_the_preview_in_chinese_fits_a_phone(open_page: OpenPage, session: str) -> None:
    page = open_page(f"{PREVIEW}?q={quote('台灯')}&locale=zh", session=session, language="zh-CN", phone=True)
    expect(page.locator("#sp-reading")).to_contain_text("搜索词的理解")
    assert column(page, "A")[0].startswith("台灯")
    page.locator("[data-product] details summary").first.click()
    expect(page.locator(".sp-parts").first).to_contain_text("词语匹配")
    assert find_violations(page) == []
    page.goto(f"{page.url.partition('?')[0]}?q=lamp&b=draft&w.popularity=5")
    expect(page.locator("#sp-title-B")).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
