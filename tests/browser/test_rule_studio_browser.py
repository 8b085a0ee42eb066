"""The rule form in a real browser: preview beside it, conflicts while writing, pages arranged by hand and by keys."""

import json
import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from ranking.models import Rule
from tests.browser.axe import find_violations
from tests.browser.clock import next_double_eleven
from tests.browser.conftest import OpenPage
from tests.browser.rule_form import ADD, LIST, expect_first, pick, pin, row, save_rule, shown, sign_in

FOR_LAMPS = f"{ADD}?query=lamp"


@pytest.fixture
def session(shop: None) -> str:
    return sign_in("mei")


def open_rule(open_page: OpenPage, session: str, rule: Rule, **options: object) -> Page:
    return open_page(f"{LIST}{rule.pk}/change/", session=session, **options)


def column(page: Page) -> str:
    return page.locator("[data-columns] .rule-column").last.inner_text()


def test_the_preview_is_of_the_shopper_and_the_moment_that_the_rule_is_for(open_page: OpenPage, session: str) -> None:
    opening = next_double_eleven()
    day, next_day = f"{opening:%Y-%m-%d}", f"{opening + timedelta(days=1):%Y-%m-%d}"
    rule = save_rule(
        "双11", pin("LAMP-30", 1), status="draft", markets=["cn"],
        when=[
            {"type": "query", "match": "contains", "values": ["lamp"]}, {"type": "segment", "values": ["new"]},
            {"type": "device", "values": ["phone"]},
        ],
        windows=[{"from": f"{day}T00:00:00", "until": f"{next_day}T00:00:00", "timezone": "Asia/Shanghai"}],
    )  # fmt: skip
    page = open_rule(open_page, session, rule)
    expect(page.locator("[data-status]")).to_contain_text("The rule holds for this search.")
    expect(page.get_by_label("Date and time")).to_have_value(f"{day}T00:00")
    expect(page.locator(".rule-moment select")).to_have_value("Asia/Shanghai")
    expect(row(page, "LAMP-30")).to_contain_text("pinned")
    page.get_by_label("Date and time").fill(f"{next_day}T00:00")
    page.get_by_label("Date and time").press("Tab")
    expect(page.locator("[data-status]")).to_contain_text("Its last time window is over.")
    page.locator(".rule-moment select").select_option("America/New_York")
    page.get_by_label("Date and time").fill(f"{day}T10:59")
    page.get_by_label("Date and time").press("Tab")
    expect(page.locator("[data-status]")).to_contain_text("The rule holds for this search.")
    page.get_by_role("button", name="Now", exact=True).click()
    expect(page.locator("[data-status]")).to_contain_text("Outside its time windows.")


def test_what_rules_hide_stands_struck_where_it_would_be(open_page: OpenPage, session: str) -> None:
    save_rule("No lamp one", {"type": "hide", "target": [{"field": "sku", "values": ["LAMP-01"]}]})
    page = open_page(FOR_LAMPS, session=session)
    hidden = row(page, "LAMP-01")
    expect(hidden).to_contain_text("hidden · No lamp one")
    page.get_by_role("button", name="What to do with it: Desk lamp 03").click()
    page.get_by_role("menuitem", name="Hide").click()
    expect(row(page, "LAMP-03")).to_contain_text("hidden · by this rule")
    assert "LAMP-03" not in shown(page)
    page.get_by_role("button", name="Show again: Desk lamp 03").click()
    expect(page.get_by_role("button", name="What to do with it: Desk lamp 03")).to_be_visible()
    page.locator("[data-undo]").click()
    expect(row(page, "LAMP-03")).to_contain_text("hidden · by this rule")
    page.locator("[data-undo]").click()
    a_sold_out_product_is_given_its_place_before_it_is_back(page)
    leaving_with_changes_asks_first(page)


def a_sold_out_product_is_given_its_place_before_it_is_back(page: Page) -> None:
    """Complaint 9: a preview that leaves out-of-stock products away cannot position them."""
    pick(page, "Search a product to pin", "LAMP-21")
    waiting = row(page, "LAMP-21").filter(has_text="waits: out of stock")
    expect(waiting).to_contain_text("1")
    waiting.get_by_role("button", name="What to do with it").focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(row(page, "LAMP-21").filter(has_text="waits").locator(".rule-hit-position")).to_have_text("2")
    assert json.loads(page.locator("textarea[name=actions]").input_value()) == [pin("LAMP-21", 2)]


def leaving_with_changes_asks_first(page: Page) -> None:
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(page.url)
    assert asked == ["beforeunload"]
    page.goto(page.url)
    assert asked == ["beforeunload"], "nothing has changed since"


def test_conflicts_are_told_while_writing_and_settled_by_a_button(open_page: OpenPage, session: str) -> None:
    save_rule("Best sellers", pin("LAMP-40", 1), markets=["cn"], priority=50)
    page = open_page(f"{ADD}?query=lamp&market=cn", session=session)
    expect(page.locator("[data-conflicts]")).to_be_hidden()
    pick(page, "Search a product to pin", "LAMP-41")
    conflicts = page.locator("[data-conflicts]")
    expect(conflicts).to_contain_text("Both want position 1; “Best sellers” gets it.")
    conflicts.get_by_role("button", name="Show this search").click()
    expect(page.get_by_role("searchbox", name="Shoppers search for")).to_have_value("lamp")
    expect_first(page, "LAMP-40", "LAMP-41")
    expect(conflicts.get_by_role("link", name="Open the other rule")).to_have_attribute("target", "_blank")
    conflicts.get_by_role("button", name="Let this rule win").click()
    expect(page.get_by_label("Priority")).to_have_value("49")
    expect(conflicts).to_contain_text("“lamp” gets it.")
    expect_first(page, "LAMP-41", "LAMP-40")
    conflicts.get_by_role("button", name="Let the other win").click()
    expect(page.get_by_label("Priority")).to_have_value("51")


def test_products_are_dragged_to_their_places(open_page: OpenPage, session: str) -> None:
    page = open_page(FOR_LAMPS, session=session)
    expect(row(page, "LAMP-03")).to_be_visible()
    first, fifth = shown(page)[0], shown(page)[4]
    row(page, fifth).drag_to(row(page, first))
    expect_first(page, fifth, first)
    expect(row(page, fifth)).to_contain_text("pinned")
    second = shown(page)[1]
    row(page, fifth).drag_to(row(page, second))
    expect(page.locator("textarea[name=actions]")).to_have_value(json.dumps([pin(fifth, 2)], separators=(",", ":")))
    dragged = row(page, second)
    dragged.hover()
    page.mouse.down()
    zone = page.locator(".rule-drop", has_text="Bury")
    row(page, fifth).hover()
    expect(zone).to_be_visible()
    zone.hover()
    zone.hover()
    page.mouse.up()
    expect(page.locator("textarea[name=actions]")).to_have_value(re.compile(rf'"strength":-40,"target":\[.*"{second}"'))


def test_a_page_is_arranged_and_saved_as_a_rule_with_a_reason(open_page: OpenPage, session: str) -> None:
    save_rule("Older", pin("LAMP-05", 9), status="draft", when=[{"type": "query", "match": "is", "values": ["lamp"]}])
    page = open_page(LIST, session=session)
    page.get_by_role("link", name="Arrange results").click()
    page.get_by_role("searchbox", name="Shoppers search for").fill("lamp")
    page.get_by_role("button", name="What to do with it: Desk lamp 12").click()
    page.get_by_role("menuitem", name="Pin at position").click()
    page.get_by_label("Pin at position").fill("3")
    page.keyboard.press("Enter")
    expect(row(page, "LAMP-12").locator(".rule-hit-position")).to_have_text("3")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".rule-error")).to_contain_text("Say why the page is arranged like this")
    page.get_by_label("Why").fill("It is in the newsletter")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page).to_have_url(re.compile(r"/admin/ranking/rule/$"))
    made = Rule.objects.get(reason="It is in the newsletter")
    assert (made.name, made.status) == ("lamp", "draft")
    assert made.conditions[0]["values"] == ["lamp"]
    assert (made.actions[0]["sku"], made.actions[0]["position"]) == ("LAMP-12", 3)
    again = open_page(f"{ADD}?arrange=1&query=lamp", session=session)
    expect(again.locator(".rule-arranging")).to_contain_text("Older")


def test_a_rule_is_written_without_a_mouse(open_page: OpenPage, session: str) -> None:
    page = open_page(ADD, session=session)
    tab_to(page, "Name *")
    page.keyboard.type("Keys only")
    tab_to(page, "Add a condition")
    page.keyboard.press("ArrowDown")
    tab_to(page, "the query", role="textbox")
    page.keyboard.type("lamp")
    page.keyboard.press("Enter")
    tab_to(page, "Search a product to pin")
    page.keyboard.type("LAMP-33")
    expect(page.locator(".rule-option").first).to_contain_text("Desk lamp 33")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(row(page, "LAMP-33")).to_contain_text("pinned")
    tab_to(page, "What to do with it: Desk lamp 33")
    page.keyboard.press("Alt+ArrowDown")
    expect(row(page, "LAMP-33").locator(".rule-hit-position")).to_have_text("2")
    expect(page.get_by_role("button", name="What to do with it: Desk lamp 33")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu")).to_have_count(0)
    tab_to(page, "Save")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/admin/ranking/rule/$"))
    made = Rule.objects.get(name="Keys only")
    assert (made.actions[0]["sku"], made.actions[0]["position"]) == ("LAMP-33", 2)


def tab_to(page: Page, name: str, *, role: str = "", limit: int = 150) -> None:
    """Presses Tab until the control of this name has the focus."""
    focused = """(role) => { const node = document.activeElement;
        if (role === "textbox" && node.tagName !== "INPUT") return "";
        return (node.getAttribute("aria-label") || node.labels?.[0]?.textContent || node.textContent || "").trim(); }"""
    for _press in range(limit):
        if page.evaluate(focused, role) == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches “{name}”")


def test_segments_and_markets_of_other_rules_are_offered_and_new_ones_typed(open_page: OpenPage, session: str) -> None:
    save_rule("VIP", pin("LAMP-40", 1), markets=["cn"], when=[{"type": "segment", "values": ["vip", "new"]}])
    page = open_page(FOR_LAMPS, session=session)
    page.get_by_label("Add a condition").last.select_option("segment")
    page.get_by_role("combobox", name="the shopper's segment").first.click()
    expect(page.locator(".rule-option")).to_have_text(["new", "vip"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.type("loyal")
    page.keyboard.press("Enter")
    stored = json.loads(page.locator("textarea[name=conditions]").input_value())
    assert stored[1] == {"type": "segment", "values": ["new", "loyal"]}
    page.locator("summary.rule-heading").click()
    page.get_by_label("the market").locator("visible=true").get_by_role("combobox").first.click()
    page.keyboard.type("c")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("input[name=markets]")).to_have_value("c")
    an_error_stands_beside_the_part_that_is_meant(page)


def an_error_stands_beside_the_part_that_is_meant(page: Page) -> None:
    page.get_by_role("button", name="Send elsewhere").click()
    page.get_by_label("to the page", exact=True).fill("javascript:alert(1)")
    page.get_by_role("button", name="Save", exact=True).click()
    beside = page.locator("[data-list=actions] .rule-row", has_text="Send elsewhere")
    expect(beside.get_by_role("alert").first).to_contain_text("Write a path of this shop")


def busy_form(open_page: OpenPage, session: str, **options: object) -> Page:
    """A form with every part of its own on the page: conflicts, hidden and waiting rows, banner, window."""
    save_rule("Best sellers", pin("LAMP-40", 1), {"type": "hide", "target": [{"field": "sku", "values": ["LAMP-01"]}]})
    rule = save_rule(
        "Busy", pin("LAMP-41", 1), pin("LAMP-21", 4),
        {"type": "banner", "slot": "top", "position": 1, "title_en": "Sale"},
        {"type": "boost", "strength": 40, "target": [{"field": "brand", "values": ["lumo-1"]}]},
        {"type": "boost", "strength": -40, "target": [{"field": "price", "minimum": 50}]},
        status="draft", windows=[{"from": "2099-11-11T00:00:00", "until": None, "timezone": "Asia/Shanghai"}],
    )  # fmt: skip
    page = open_rule(open_page, session, rule, **options)
    expect(page.locator("[data-conflicts]")).to_be_visible()
    expect(page.locator(".rule-hit--waiting")).to_be_visible()
    expect(page.locator(".rule-hit--hidden").first).to_be_visible()
    page.locator("summary.rule-heading").click()
    return page


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_form_preview_and_conflicts_meet_wcag_aa(open_page: OpenPage, session: str, language: str) -> None:
    page = busy_form(open_page, session, language=language)
    page.locator("[data-columns] [aria-haspopup=menu]").first.click()
    expect(page.get_by_role("menu")).to_be_visible()
    assert find_violations(page) == []
    if language == "zh-CN":
        return  # colours and sizes are those of the English page
    page.keyboard.press("Escape")
    page.evaluate("document.documentElement.classList.add('dark')")
    assert find_violations(page) == []
    the_form_works_on_a_tablet(page)


def test_list_and_arranging_meet_wcag_aa(open_page: OpenPage, session: str) -> None:
    save_rule("Best sellers", pin("LAMP-40", 1))
    page = open_page(LIST, session=session)
    expect(page.locator("#result_list")).to_be_visible()
    assert find_violations(page) == []
    page = open_page(f"{ADD}?arrange=1&query=lamp", session=session)
    expect(page.locator("[data-columns] li").first).to_be_visible()
    assert find_violations(page) == []


def the_form_works_on_a_tablet(page: Page) -> None:
    sizes = page.locator(
        ".rule-page :is(button, select, input:not([type=hidden]):not([type=checkbox]):not(.rule-bare), summary, a)"
    )
    for width in (768, 820, 1024):
        page.set_viewport_size({"width": width, "height": 1100})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        small = sizes.evaluate_all(
            """nodes => nodes.filter(node => node.checkVisibility() && !node.closest(".rule-chip"))
            .map(node => [node.outerHTML.slice(0, 90), Math.round(node.getBoundingClientRect().height)])
            .filter(([, height]) => height < 44)"""
        )
        assert small == [], width
