"""The rule form as browser tests drive it: its parts by the names that merchandisers read."""

from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Locator, Page, expect

from ranking.models import Rule

LIST = "/admin/ranking/rule/"
ADD = "/admin/ranking/rule/add/"


def sign_in(name: str, **rights: bool) -> str:
    """The session of a user made for the test."""
    user, _made = User.objects.get_or_create(username=name, defaults={"is_staff": True, "is_superuser": True, **rights})
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


def save_rule(name: str, *actions: dict, status: str = "live", when: list | None = None, **fields: object) -> Rule:
    conditions = when or [{"type": "query", "match": "contains", "values": ["lamp", "台灯"]}]
    return Rule.objects.create(name=name, status=status, conditions=conditions, actions=list(actions), **fields)


def pin(sku: str, position: int) -> dict:
    return {"type": "pin", "sku": sku, "position": position}


def row(page: Page, sku: str) -> Locator:
    """The product in the column that can be arranged."""
    return page.locator(f"[data-columns] .rule-column:last-of-type li[data-sku={sku}]")


def shown(page: Page) -> list[str]:
    """SKUs of the page with the rule, in order; neither hidden products nor waiting pins."""
    rows = page.locator(
        "[data-columns] .rule-column:last-of-type li:not(.rule-hit--hidden):not(.rule-hit--waiting)[data-sku]"
    )
    return rows.evaluate_all("nodes => nodes.map(node => node.dataset.sku)")


def expect_first(page: Page, *skus: str) -> None:
    for number, sku in enumerate(skus):
        rows = page.locator(
            "[data-columns] .rule-column:last-of-type li:not(.rule-hit--hidden):not(.rule-hit--waiting)[data-sku]"
        )
        expect(rows.nth(number)).to_have_attribute("data-sku", sku)


def pick(page: Page, box: str, words: str) -> None:
    """Types into a combobox and takes the first that it offers."""
    field = page.get_by_role("combobox", name=box, exact=True).first
    field.click()
    field.press_sequentially(words, delay=5)
    expect(page.locator(".rule-option").first).to_contain_text(words)
    field.press("ArrowDown")
    field.press("Enter")
