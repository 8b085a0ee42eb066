"""The 双11 story from beginning to end, in Chromium: two people, a standing pin, a minute at which the shop changes.

Mei schedules a rule for new customers in China, sees at 11 November 00:00 in Shanghai what they will see, meets a
standing pin and lets her rule win. Wang approves it. The rule goes live at its minute without anybody at a keyboard.
It is rolled back and at last paused. `tests/browser/story_pictures.py` takes the guide's pictures while this runs.
"""

import os
import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from playwright.sync_api import Browser, BrowserContext, Page, expect

from ranking.models import AuditEntry, Rule
from tests.browser.axe import find_violations
from tests.browser.clock import ShopClock, next_double_eleven, start_clock
from tests.browser.headphone_shop import build_headphone_shop
from tests.browser.rule_form import ADD, expect_first, pick, pin, row, shown
from tests.ranking.governance.people import person, set_policy

PICTURES = os.environ.get("STORY_PICTURES", "")
# Mei's and the shoppers' language, and Wang's: one telling has both, the guide wants each by itself.
LANGUAGES = [("en", "en"), ("zh", "zh")] if PICTURES else [("zh", "en")]
STANDING, WANTED = "HP-01", "HP-07"
DESKTOP = {"viewport": {"width": 1280, "height": 1000}}


class Story:
    """One telling: the people's browser windows, the words of their language, and pictures where they are asked for."""

    def __init__(self, browser: Browser, address: str, language: str) -> None:
        self.browser, self.address, self.language = browser, address, language
        self.locale = "zh-CN" if language == "zh" else "en-US"
        self.query = "耳机" if language == "zh" else "headphones"
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def say(self, words: str) -> str:
        with translation.override("zh-hans" if self.language == "zh" else "en"):
            return translation.gettext(words)

    def open(self, path: str = "", **cookies: str) -> Page:
        context = self.browser.new_context(locale=self.locale, **DESKTOP)
        context.set_default_timeout(15_000)
        self.contexts.append(context)
        context.add_cookies([{"name": name, "value": value, "url": self.address} for name, value in cookies.items()])
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(error.message))
        if path:
            page.goto(self.address + path)
        return page

    def visit_shop(self, **cookies: str) -> Page:
        return self.open(f"/search/?q={self.query}", **{"test_segments": "new", **cookies})

    def button(self, page: Page, words: str) -> Any:
        return page.get_by_role("button", name=self.say(words), exact=True)

    def shoot(self, page: Page, name: str) -> None:
        if PICTURES:
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(400)
            page.screenshot(path=Path(PICTURES) / f"{name}-{self.language}.png")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> ShopClock:
    clock = start_clock(monkeypatch)
    clock.set_to(next_double_eleven() - timedelta(days=3, hours=14))
    return clock


@pytest.fixture
def people(transactional_db: None, clock: ShopClock, settings: Any) -> dict[str, str]:
    """Sessions of Mei, who writes for China, and Wang, who approves. The shop has four eyes and a standing pin."""
    settings.STOREFRONT_MARKET = "cn"
    settings.STOREFRONT_SEGMENTS = "tests.browser.visitors.segments_of"
    settings.SHOP_CURRENCY = "CNY"
    build_headphone_shop()
    set_policy(four_eyes=True)
    Rule.objects.create(
        name="常年主推 Best seller", status="live", priority=50, reason="It sells best all year.",
        actions=[pin(STANDING, 1)],
        conditions=[{"type": "query", "match": "contains", "values": ["耳机", "headphones"]}],
    )  # fmt: skip
    mei, wang = person("mei", write=("cn",), approve=None), person("wang", write=None, approve=("cn",))
    return {"mei": session_of(mei), "wang": session_of(wang)}


def session_of(user: Any) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


@pytest.fixture
def tell(chromium: Browser, live_server: Any) -> Iterator[Callable[[str], Story]]:
    told: list[Story] = []

    def begin(language: str) -> Story:
        told.append(Story(chromium, live_server.url, language))
        return told[-1]

    yield begin
    for story in told:
        for context in story.contexts:
            context.close()
        assert story.complaints == []


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("language", "other"), LANGUAGES)
def test_double_eleven(
    tell: Callable[[str], Story], people: dict[str, str], clock: ShopClock, language: str, other: str
) -> None:
    story, review, opening = tell(language), tell(other), next_double_eleven()
    mei, wang = story.open(sessionid=people["mei"]), review.open(sessionid=people["wang"])
    schedule_the_rule(story, mei, opening)
    foreseen = see_the_conflict_and_settle_it(story, mei)
    send_it_for_review(story, mei)
    have_it_approved(review, wang)
    served = watch_it_go_live(story, clock, opening)
    assert served == foreseen, "the preview of that minute is what the shop serves then"
    roll_it_back(story, mei)
    have_the_older_one_approved(review, wang)
    assert first_sku(story.visit_shop()) == STANDING
    pause_it(story, mei)
    rule = Rule.objects.get(name="双11")
    told = set(AuditEntry.objects.filter(object_id=str(rule.pk)).values_list("action", flat=True))
    assert {"create", "submit", "approve", "pause"} <= told


def schedule_the_rule(story: Story, page: Page, opening: datetime) -> None:
    """A rule for new customers in China, in the window of the day, seen as they will see it in its first minute."""
    page.goto(f"{story.address}{ADD}?query={story.query}&market=cn")
    page.get_by_label(story.say("name").capitalize()).fill("双11")
    page.locator("textarea[name=reason]").fill("双11 主推新品 / Double Eleven, new customers")
    page.locator("[data-list=conditions] > select").select_option("segment")
    page.get_by_role("combobox", name=story.say("the shopper's segment"), exact=True).first.fill("new")
    page.keyboard.press("Enter")
    pick(page, story.say("Search a product to pin"), WANTED)
    page.get_by_role("button", name=story.say("Add a time window")).click()
    window = page.locator("[data-list=windows]")
    window.locator("input").nth(0).fill(f"{opening:%Y-%m-%d}T00:00")
    window.locator("input").nth(1).fill(f"{opening + timedelta(days=1):%Y-%m-%d}T00:00")
    window.locator("select").select_option("Asia/Shanghai")
    expect(page.get_by_label(story.say("Date and time"))).to_have_value(f"{opening:%Y-%m-%d}T00:00")
    expect(page.locator(".rule-moment select")).to_have_value("Asia/Shanghai")
    expect(page.locator("[data-status]")).to_contain_text(story.say("The rule holds for this search."))
    expect(row(page, WANTED)).to_contain_text(story.say("pinned"))
    expect(page.locator("[data-conflicts]")).to_be_visible()
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    story.shoot(page, "1-schedule")


def see_the_conflict_and_settle_it(story: Story, page: Page) -> list[str]:
    """Kept as a draft first; then the conflict is looked at and settled. The page that the preview promises."""
    story.button(page, "Save and continue editing").click()
    expect(page).to_have_url(re.compile("/change/"))
    conflicts = page.locator("[data-conflicts]")
    expect(conflicts).to_contain_text("常年主推 Best seller")
    story.button(page, "Show this search").click()
    expect_first(page, STANDING, WANTED)
    conflicts.scroll_into_view_if_needed()
    story.shoot(page, "2-conflict")
    story.button(page, "Let this rule win").click()
    expect(page.locator("#id_priority")).to_have_value("49")
    expect_first(page, WANTED, STANDING)
    page.evaluate("scrollTo(0, 0)")
    page.locator("[data-columns]").scroll_into_view_if_needed()
    story.shoot(page, "3-settled")
    return shown(page)


def send_it_for_review(story: Story, page: Page) -> None:
    """The author sends it, and cannot approve it."""
    story.button(page, "Save and send for review").click()
    expect(page).to_have_url(re.compile(r"/admin/ranking/rule/$"))
    rule = Rule.objects.get(name="双11")
    assert (rule.status, rule.markets) == ("review", ["cn"])
    page.goto(f"{story.address}/admin/ranking/rule/{rule.pk}/review/")
    expect(story.button(page, "Approve and make live")).to_have_count(0)


def have_it_approved(story: Story, page: Page) -> None:
    page.goto(f"{story.address}/admin/ranking/rule/waiting/")
    page.get_by_role("link", name="双11").click()
    expect(page.locator(".gv-sentence")).to_contain_text(WANTED)
    assert find_violations(page) == []
    story.shoot(page, "4-review")
    story.button(page, "Approve and make live").click()
    expect(page).to_have_url(re.compile("/waiting/"))
    assert Rule.objects.get(name="双11").status == "live"


def watch_it_go_live(story: Story, clock: ShopClock, opening: datetime) -> list[str]:
    """Approved, yet nothing changes before its minute; then the next visit sees it, and only who it is for. The page
    that new customers get.
    """
    clock.set_to(opening - timedelta(seconds=20))
    shopper = story.visit_shop()
    assert first_sku(shopper) == STANDING
    assert clock.now() < opening
    story.shoot(shopper, "5-before-midnight")
    clock.set_to(opening - timedelta(seconds=2))
    seen_at = wait_for_first(shopper, WANTED, clock)
    assert opening <= seen_at < opening + timedelta(seconds=15)
    story.shoot(shopper, "6-live")
    assert first_sku(story.visit_shop(test_segments="returning")) == STANDING
    return list_skus(shopper)


def list_skus(page: Page) -> list[str]:
    links = page.locator("#results .card__link")
    return links.evaluate_all("nodes => nodes.map(node => node.getAttribute('href').split('/')[2])")


def first_sku(page: Page) -> str:
    expect(page.locator("#results .card__link").first).to_be_visible()
    return list_skus(page)[0]


def wait_for_first(page: Page, sku: str, clock: ShopClock, seconds: int = 30) -> datetime:
    """Visits again and again, as shoppers do; the moment at which the first page that shows it has come."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        page.reload()
        if first_sku(page) == sku:
            return clock.now()
        page.wait_for_timeout(200)
    raise AssertionError(f"{sku} never stood first")


def roll_it_back(story: Story, mei: Page) -> None:
    """Back to the version before the conflict was settled; under four eyes that wants approval too."""
    rule = Rule.objects.get(name="双11")
    mei.goto(f"{story.address}/admin/ranking/rule/{rule.pk}/history/")
    assert find_violations(mei) == []
    story.shoot(mei, "7-history")
    mei.locator("form:has(input[name=to_version][value='1']) button").click()
    expect(mei).to_have_url(re.compile("/review/"))
    assert first_sku(story.visit_shop()) == WANTED, "the live version is served until the older one is approved"


def have_the_older_one_approved(story: Story, page: Page) -> None:
    rule = Rule.objects.get(name="双11")
    page.goto(f"{story.address}/admin/ranking/rule/{rule.pk}/review/")
    story.button(page, "Approve and make live").click()
    expect(page).to_have_url(re.compile("/waiting/"))


def pause_it(story: Story, page: Page) -> None:
    """What one person may do at once: the next visit goes without the rule."""
    rule = Rule.objects.get(name="双11")
    page.goto(f"{story.address}/admin/ranking/rule/{rule.pk}/review/")
    story.shoot(page, "8-pause")
    story.button(page, "Pause now").click()
    rule.refresh_from_db()
    expect(page.locator(".gv-badge").first).to_have_text(story.say("paused"))
    shopper = story.visit_shop()
    assert WANTED not in list_skus(shopper)[:2]
