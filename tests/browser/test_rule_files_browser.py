"""Moving in, in a real browser: a file of another system is pasted, told, and taken over; in English and Chinese."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import expect

from ranking.models import Rule
from tests.browser.conftest import OpenPage

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


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en-US", ("Bring in rules", "Show what would change", "What does not come along", "Take these rules over")),
        ("zh-CN", ("导入规则", "查看将要发生的改动", "带不过来的内容", "接收这些规则")),
    ],
)
def test_rules_of_another_system_are_told_and_taken_over(open_page: OpenPage, session: str, language, words) -> None:
    title, show, left_behind, take = words
    page = open_page("/admin/ranking/rule/", language=language, session=session)
    page.get_by_role("link", name=title).click()
    page.locator("select[name=format]").select_option("querqy")
    page.locator("textarea[name=text]").fill(FILE)
    page.get_by_role("button", name=show).click()
    expect(page.get_by_role("heading", name=left_behind)).to_be_visible()
    expect(page.locator("table", has_text="DECORATE")).to_contain_text("hello there")
    page.get_by_role("button", name=take).click()
    expect(page.locator("#result_list")).to_contain_text("laptop")
    assert list(Rule.objects.order_by("name").values_list("name", "status")) == [("laptop", "draft"), ("台灯", "draft")]
