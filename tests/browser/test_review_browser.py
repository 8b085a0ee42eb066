"""The review queue in a real browser: a row after another by keyboard, corrected, taken back, and without script."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Page, expect

from catalog.models import Product, Proposal
from tests.browser.conftest import OpenPage
from tests.catalog.proposed_values import propose
from tests.shop import add_attribute

QUEUE = "/admin/catalog/proposal/"


@pytest.fixture
def session(shop: None) -> str:
    """The session of a signed-in administrator; four values wait for review."""
    add_attribute("tint", name_en="Colour", name_zh="颜色")
    add_attribute("height", "number", unit="cm", name_zh="高度")
    for number in range(4):
        product = Product.objects.create(
            sku=f"RV-{number}", title_en=f"Black lamp number {number}", title_zh=f"黑色台灯{number}号",
            description_en=f"A lamp for the desk. It stands {40 + number} cm tall, and needs no tools.",
        )  # fmt: skip
        if number == 1:
            propose(product, "height", 41.0, "41 cm", field="description_en", unit="cm", confidence=0.2)
        else:
            propose(product, "tint", "Black", "Black", confidence=0.1 + number / 10)
    client = Client()
    client.force_login(User.objects.create_superuser("admin", password="of no use: the session is given"))
    return client.cookies["sessionid"].value


def current(page: Page) -> str:
    return page.locator(".rv-row.is-current .rv-product a").inner_text()


def statuses() -> list[str]:
    return list(Proposal.objects.order_by("confidence").values_list("status", flat=True))


def test_a_page_is_worked_through_by_keyboard(open_page: OpenPage, session: str) -> None:
    page = open_page(QUEUE, session=session)
    letters_in_a_field_decide_nothing(page)
    expect(page.locator(".rv-row.is-current")).to_contain_text("number 0")
    page.keyboard.press("j")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("a")
    expect(page.locator(".rv-row").nth(0)).to_contain_text("accepted")
    assert current(page) == "Black lamp number 1", "the next one is chosen at once"
    page.keyboard.press("e")
    expect(page.locator(".rv-row.is-current input[name=value]")).to_be_focused()
    page.keyboard.type("16 inch")
    page.keyboard.press("Enter")
    expect(page.locator(".rv-row").nth(1)).to_contain_text("40.64 cm")
    expect(page.locator(".rv-row.is-current")).to_contain_text("number 2")
    page.keyboard.press("r")
    expect(page.locator(".rv-row").nth(2)).to_contain_text("rejected")
    assert statuses() == ["accepted", "accepted", "rejected", "open"]
    page.keyboard.press("u")
    expect(page.locator(".rv-row").nth(2)).to_have_class("rv-row rv-row--withdrawn is-current")
    expect(page.locator(".rv-row").nth(2).locator("[data-key=a]")).to_be_visible()
    assert statuses() == ["accepted", "accepted", "withdrawn", "open"], "there is no evidence of it any more"


def letters_in_a_field_decide_nothing(page: Page) -> None:
    page.keyboard.press("e")
    page.keyboard.type("arj")
    page.keyboard.press("Escape")
    expect(page.locator(".rv-edit[open]")).to_have_count(0)
    assert statuses() == ["open"] * 4
    page.keyboard.press("Control+a")
    assert statuses() == ["open"] * 4


def test_a_decision_on_its_way_is_taken_back(open_page: OpenPage, session: str) -> None:
    page = open_page(QUEUE, session=session)
    page.keyboard.press("a")
    page.keyboard.press("r")
    page.keyboard.press("u")
    expect(page.locator(".rv-row").nth(0)).to_contain_text("accepted")
    expect(page.locator(".rv-row").nth(1).locator("[data-key=a]")).to_be_visible()
    expect(page.locator(".is-sent")).to_have_count(0)
    assert statuses() == ["accepted", "withdrawn", "open", "open"], "the last one, not the one before"


def test_a_wrong_correction_can_be_mended(open_page: OpenPage, session: str) -> None:
    page = open_page(f"{QUEUE}?attribute=height", session=session)
    page.keyboard.press("e")
    page.keyboard.type("heavy")
    page.keyboard.press("Enter")
    row = page.locator(".rv-row.is-current")
    expect(row.locator(".rv-error")).to_contain_text("not a number")
    expect(page.locator(".is-sent")).to_have_count(0)
    page.keyboard.type("42")
    page.keyboard.press("Enter")
    expect(row).to_contain_text("42 cm")


def test_it_works_without_script(open_page: OpenPage, session: str) -> None:
    page = open_page(f"{QUEUE}?attribute=tint", session=session, script=False)
    page.locator("[data-key=a]").first.click()
    expect(page).to_have_url(re.compile(r"\?attribute=tint$"))
    expect(page.locator(".rv-row")).to_have_count(2)
    assert Proposal.objects.filter(status="accepted").count() == 1


def test_the_queue_in_chinese_fits_a_phone(open_page: OpenPage, session: str) -> None:
    page = open_page(QUEUE, session=session, phone=True, language="zh-CN")
    expect(page.locator(".rv-row").first).to_contain_text("颜色")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
