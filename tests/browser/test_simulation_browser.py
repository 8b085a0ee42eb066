"""What-if in a real browser: from the rule that is being written to the products of one query, before and after."""

import os
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from ranking.models import QueryDay, QueryJudgement, Simulation
from ranking.rule_simulation import run_slice
from tests.browser.conftest import OpenPage
from tests.ranking.rule_shop import save_rule
from tests.ranking.rule_words import boost, clause, on_query, pin

LOGGED = {"desk lamp": 400, "lamp": 310, "sonar headphones": 120, "kettle": 80, "black lamp": 45, "unheard of": 7}
LOGGED_ZH = {"台灯": 220, "耳机": 90}


@pytest.fixture
def session(shop: None) -> str:
    """The session of a signed-in administrator; and what shoppers searched for."""
    for query, searches in {**LOGGED, **LOGGED_ZH}.items():
        locale = "en" if query.isascii() else "zh"
        QueryDay.objects.create(day=timezone.localdate(), query=query, locale=locale, searches=searches)
    for place, sku in enumerate(("LAMP-30", "LAMP-02", "LAMP-00")):
        QueryJudgement.objects.create(query="desk lamp", locale="en", sku=sku, grade=3 - place)
    client = Client()
    client.force_login(User.objects.create_superuser("admin", password="of no use: the session is given"))
    return client.cookies["sessionid"].value


def shoot(page: Page, name: str) -> None:
    """Pictures for people who look: only where a folder is named for them."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.wait_for_timeout(400)
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def work_off(simulation: Simulation) -> None:
    while run_slice(str(simulation.pk))[1]:
        pass


def make_rules() -> str:
    rule = save_rule(
        pin("LAMP-30", 1), pin("LAMP-31", 2), pin("SOLD-OUT", 3), boost(60, clause("colour", "red")),
        when=[on_query("lamp", "台灯")], name="双十一 Lamps", status="draft",
    )  # fmt: skip
    save_rule(pin("LAMP-05", 1), when=[on_query("lamp")], name="Standing lamp", priority=50)
    return str(rule.pk)


def test_a_rule_that_is_being_written_is_tried_before_it_is_saved(open_page: OpenPage, session: str) -> None:
    page = open_page(f"/admin/ranking/rule/{make_rules()}/change/", session=session)
    page.locator("input[name=name]").fill("双十一 Lamps, not saved")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="What would this rule change?").click()
    asked = opened.value
    expect(asked.locator(".si-rule--draft")).to_contain_text("双十一 Lamps, not saved")
    assert asked.locator("#si-mode input:checked, .si-mode input:checked").get_attribute("value") == "try"
    asked.locator("#si-at").fill("2026-11-11T00:00")
    asked.locator("#si-zone").select_option("Asia/Shanghai")
    shoot(asked, "form-en")
    asked.get_by_role("button", name="Start").click()
    expect(asked.locator("#si-state")).to_contain_text("Waiting to start.")
    shoot(asked, "waiting-en")
    simulation = Simulation.objects.get()
    assert simulation.question["rules"][0]["name"] == "双十一 Lamps, not saved"
    asked.evaluate("window.stillTheSamePage = true")
    run_slice(str(simulation.pk), seconds=0)
    Simulation.objects.filter(pk=simulation.pk).update(status="running", done=3, total=8)
    expect(asked.locator("#si-state")).to_contain_text("3 of 8 queries")
    assert asked.evaluate("window.stillTheSamePage"), "only the progress was exchanged"
    shoot(asked, "running-en")
    Simulation.objects.filter(pk=simulation.pk).update(status="queued", done=0)
    work_off(simulation)
    expect(asked.locator(".si-figures")).to_contain_text("searches that change")
    look_at_the_answer(asked)


def look_at_the_answer(page: Page) -> None:
    expect(page.locator(".si-card--bad")).to_contain_text("SOLD-OUT")
    first = page.locator(".si-row").first
    expect(first.locator(".si-query")).to_contain_text("desk lamp")
    first.locator("summary").click()
    expect(first.locator(".si-sides section").last.locator(".si-name").nth(1)).to_contain_text("Desk lamp 30")
    shoot(page, "told-en")
    page.get_by_role("link", name="changed", exact=True).click()
    expect(page.locator(".si-tab[aria-current]")).to_have_text("changed")
    expect(page.locator(".si-row .si-query", has_text="kettle")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_rules_are_chosen_by_name_in_chinese_on_a_tablet(open_page: OpenPage, session: str) -> None:
    make_rules()
    page = open_page("/admin/ranking/simulation/add/", session=session, language="zh-CN")
    page.set_viewport_size({"width": 820, "height": 1180})
    page.locator("#si-find").press_sequentially("standing", delay=10)
    expect(page.locator("#si-offered .si-rule")).to_have_text(re.compile("Standing lamp"))
    page.locator("#si-offered .si-check").check()
    page.locator("#si-find").fill("双十一")
    expect(page.locator("#si-offered .si-rule")).to_have_count(2)
    expect(page.locator("#si-offered .si-check").first).to_be_checked()
    page.locator(".si-mode input[value=worth]").check()
    shoot(page, "form-zh")
    assert page.evaluate("document.documentElement.scrollWidth") <= 820
    page.locator("button[name=start]").click()
    expect(page).to_have_url(re.compile("/change/$"))
    work_off(Simulation.objects.get())
    expect(page.locator(".si-figures")).to_be_visible()
    row = page.locator(".si-row").first
    row.locator("summary").click()
    expect(row.locator(".si-hit").first).to_be_visible()
    shoot(page, "told-zh")
    assert page.evaluate("document.documentElement.scrollWidth") <= 820


def test_a_running_simulation_is_stopped_by_a_button(open_page: OpenPage, session: str) -> None:
    page = open_page(f"/admin/ranking/simulation/add/?rule={make_rules()}", session=session)
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="Stop it").click()
    expect(page.locator(".si-badge")).to_have_text("cancelled")
    expect(page.get_by_role("button", name="Stop it")).to_have_count(0)
