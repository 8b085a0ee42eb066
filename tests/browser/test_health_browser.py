"""The health board in a real browser: from the sidebar, by keyboard, on a tablet; its doors open filled-in forms."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from ranking.health.check import run_check
from ranking.models import HealthCheck, QueryDay
from tests.browser.axe import find_violations
from tests.browser.conftest import OpenPage
from tests.ranking.rule_shop import save_rule
from tests.ranking.rule_words import on_query, pin

BOARD = "/admin/ranking/rule/health/"
TABLET = {"width": 820, "height": 1180}


@pytest.fixture
def session(shop: None) -> str:
    """A shop with findings, and the session of a signed-in administrator."""
    save_rule(pin("LAMP-01", 1), when=[on_query("lamp")], name="Bestsellers first", priority=1)
    for number in range(13):
        save_rule(pin(f"GONE-{number}", 2 + number), when=[on_query("desk lamp")], name=f"Campaign {number}")
    over = (timezone.now() - timedelta(days=3)).isoformat()
    save_rule(pin("LAMP-03", 1), when=[on_query("台灯")], name="双十一 台灯", expires_at=over)
    save_rule(pin("LAMP-04", 1), when=[on_query("desk lamp")], name="Spring lamps")
    today = timezone.localdate()
    QueryDay.objects.create(day=today, query="purple lamp", locale="en", searches=120, zero_results=118)
    QueryDay.objects.create(day=today, query="水晶台灯", locale="zh", searches=64, zero_results=64)
    QueryDay.objects.create(day=today, query="earphnes with cord", locale="en", searches=40, zero_results=31)
    run_check()
    client = Client()
    client.force_login(User.objects.create_superuser("admin", password="of no use: the session is given"))
    return client.cookies["sessionid"].value


def test_the_board_is_in_the_sidebar_and_its_doors_open_filled_forms(open_page: OpenPage, session: str) -> None:
    page = open_page("/admin/", session=session)
    page.get_by_role("link", name="Rule health").click()
    expect(page.locator("#health-title-zero_results")).to_be_visible()
    row = page.locator(".health-row", has_text="purple lamp")
    expect(row).to_contain_text("Without “purple”: 60 products.")
    row.get_by_role("link", name="Leave it out by a rule").click()
    expect(page.locator("input[name=name]")).to_have_value("purple lamp")
    expect(page.locator("[data-list=actions]")).to_contain_text("purple")
    page.go_back()
    further_findings_come_by_keyboard(page)
    a_tile_leads_to_its_findings(page)
    fits_a_tablet(page)


def further_findings_come_by_keyboard(page: Page) -> None:
    card = page.locator("#health-dead_pin")
    expect(card.locator(".health-row")).to_have_count(10)
    card.get_by_role("button", name="Show more").focus()
    page.keyboard.press("Enter")
    expect(card.locator(".health-row")).to_have_count(13)
    expect(card.get_by_role("button", name="Show more")).to_have_count(0)


def a_tile_leads_to_its_findings(page: Page) -> None:
    page.locator(".health-tile", has_text="Rules that have expired").click()
    expect(page.locator("#health-expired")).to_be_in_viewport()
    expect(page.locator("#health-expired")).to_contain_text("双十一 台灯")


def test_progress_is_followed_until_the_check_is_done(open_page: OpenPage, session: str) -> None:
    check = HealthCheck.objects.create(started_at=timezone.now(), stages=5, stages_done=3, stage="conflicts")
    page = open_page(BOARD, session=session)
    expect(page.locator("progress")).to_have_attribute("value", "60")
    expect(page.locator(".health-top")).to_contain_text("looking for conflicts")
    HealthCheck.objects.filter(pk=check.pk).update(finished_at=timezone.now())
    expect(page.locator("progress")).to_have_count(0)
    expect(page.get_by_role("button", name="Check now")).to_be_visible()


def test_the_board_in_chinese_on_a_tablet(open_page: OpenPage, session: str) -> None:
    page = open_page(BOARD, session=session, language="zh-CN")
    fits_a_tablet(page)


def fits_a_tablet(page: Page) -> None:
    page.set_viewport_size(TABLET)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    expect(page.locator(".health-row", has_text="水晶台灯")).to_be_visible()
    assert find_violations(page) == []
