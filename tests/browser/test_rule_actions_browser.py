"""What a rule does to products, written in a real browser: variants, stand-ins, soft places, boosts, mixing, blocks."""

import json
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Page, expect

from ranking.models import Rule
from tests.browser.conftest import OpenPage

ADD = "/admin/ranking/rule/add/"


@pytest.fixture
def session(shop: None) -> str:
    """The session of a signed-in administrator."""
    client = Client()
    client.force_login(User.objects.create_superuser("admin", password="of no use: the session is given"))
    return client.cookies["sessionid"].value


def written(page: Page) -> list[dict]:
    return json.loads(page.locator("textarea[name=actions]").input_value())


def pick(page: Page, box: str, words: str, label: str) -> None:
    page.get_by_role("combobox", name=box).first.fill(words)
    page.get_by_role("option", name=label).first.click()


def start(open_page: OpenPage, session: str, **options) -> Page:
    page = open_page(f"{ADD}?query=lamp", session=session, **options)
    page.locator("input[name=name]").fill("Lamps")
    return page


def test_a_variant_is_picked_held_loosely_and_has_a_stand_in(open_page: OpenPage, session: str) -> None:
    page = start(open_page, session)
    pick(page, "Search a product to pin", "LAMP-05", "Desk lamp 05")
    page.get_by_label("Which variant").select_option(label="red")
    page.get_by_label("How strictly").select_option("soft")
    page.get_by_text("Options").first.click()
    page.get_by_label("When it cannot be shown").select_option("substitute")
    pick(page, "brand", "Lumo 1", "Lumo 1")
    page.get_by_label("Stands for other offers of the same thing").uncheck()
    (pin,) = written(page)
    assert (pin["sku"], pin["soft"], pin["on_missing"], pin["obey_grouping"]) == (
        "LAMP-05-red", True, "substitute", False,
    )  # fmt: skip
    assert pin["substitute"] == [{"field": "brand", "values": ["lumo-1"]}]
    expect(page.locator(".rule-hit").first).to_be_visible()


def test_a_boost_by_position_mixing_and_a_block_reach_the_shop(open_page: OpenPage, session: str) -> None:
    page = start(open_page, session)
    page.get_by_role("button", name="Boost").click()
    pick(page, "brand", "Lumo 3", "Lumo 3")
    page.get_by_label("measured").select_option("position")
    expect(page.get_by_text("halves the position")).to_be_visible()
    page.get_by_role("button", name="Mix").click()
    page.get_by_label("of the same").select_option("colour")
    page.get_by_role("button", name="Block of products").click()
    page.get_by_label("title (English)").fill("To go with it")
    page.get_by_label("the best for these words").fill("headphones")
    page.get_by_label("before the result at position").fill("2")
    page.get_by_label("before the result at position").press("Tab")
    expect(page.locator(".rule-group")).to_contain_text("To go with it")
    page.locator("select[name=status]").select_option("live")
    page.locator("[name=_save]").click()
    expect(page).to_have_url(re.compile(r"/admin/ranking/rule/$"))
    kinds = [action["type"] for action in Rule.objects.get().actions]
    assert kinds == ["boost", "diversify", "group"]
    shop = open_page("/search/?q=lamp")
    expect(shop.locator(".group__title")).to_have_text("To go with it")
    expect(shop.locator(".group .card").first).to_contain_text("Sonar")
