"""Moving in, in a real browser: a file of another system is pasted, told, and taken over; in English and Chinese."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Page, expect

from ranking.models import Rule
from tests.browser.conftest import OpenPage
from tests.browser.rule_form import LIST

FILE = """laptop =>
  SYNONYM: notebook
  UP(50): * brand:lumo
  DECORATE: hello there

台灯 =>
  FILTER: -儿童
"""


@pytest.fixture
def session(shop: None) -> str:
    client = Client()
    client.force_login(User.objects.create_superuser("admin", password="of no use: the session is given"))
    return client.cookies["sessionid"].value


def test_rules_of_another_system_are_told_and_taken_over(open_page: OpenPage, session: str) -> None:
    told = tell_file(open_page(LIST, language="zh-CN", session=session), "导入规则", "查看将要发生的改动")
    expect(told.get_by_role("heading", name="带不过来的内容")).to_be_visible()
    expect(told.get_by_role("button", name="接收这些规则")).to_be_visible()
    page = tell_file(open_page(LIST, session=session), "Bring in rules", "Show what would change")
    expect(page.get_by_role("heading", name="What does not come along")).to_be_visible()
    expect(page.locator("table", has_text="DECORATE")).to_contain_text("hello there")
    page.get_by_role("button", name="Take these rules over").click()
    expect(page.locator("#result_list")).to_contain_text("laptop")
    assert list(Rule.objects.order_by("name").values_list("name", "status")) == [("laptop", "draft"), ("台灯", "draft")]


def tell_file(page: Page, title: str, show: str) -> Page:
    page.get_by_role("link", name=title).click()
    page.locator("select[name=format]").select_option("querqy")
    page.locator("textarea[name=text]").fill(FILE)
    page.get_by_role("button", name=show).click()
    return page
