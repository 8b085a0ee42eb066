"""The layouts of a result page in a real browser: a rule chooses or the shopper, on every width, in both languages."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage

WIDTHS = (1440, 820, 390)
WORDS = {"en-US": "lamp", "zh-CN": "台灯"}


def choose_by_rule(layout: str) -> None:
    from ranking.merchandising.schema import parse_rule, to_columns  # noqa: PLC0415 - settings are ready only here
    from ranking.models import Rule  # noqa: PLC0415
    from tests.ranking.rule_words import document, on_query  # noqa: PLC0415

    written = document({"type": "layout", "layout": layout}, when=[on_query("lamp", "台灯")], status="live")
    Rule.objects.create(**to_columns(parse_rule(written)))


def is_within(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.parametrize("language", WORDS)
def test_every_layout_fits_every_width(open_page: OpenPage, language: str) -> None:
    page = open_page(f"/search/?q={WORDS[language]}", language=language, phone=True)
    for layout in ("list", "comparison", "grid"):
        page.locator(f"#view-{layout}").click()
        expect(page.locator("#results")).to_have_attribute("data-layout", layout)
        expect(page.locator(f"#view-{layout}")).to_have_attribute("aria-current", "true")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert is_within(page), width
    if language == "en-US":
        page.locator("#view-comparison").click()
        the_table_is_read_with_keys(page)


def test_a_rule_chooses_and_the_shopper_chooses_otherwise(open_page: OpenPage) -> None:
    choose_by_rule("comparison")
    page = open_page("/search/?q=lamp")
    table = page.get_by_role("table")
    expect(table.get_by_role("columnheader")).to_have_count(4)
    expect(table.get_by_role("rowheader", name="Price")).to_be_visible()
    expect(page.locator(".grid > li")).to_have_count(20)
    page.get_by_role("link", name="List", exact=True).click()
    expect(page.locator(".row")).to_have_count(24)
    page.locator('[data-facet="colour"]').get_by_role("link", name="Red").click()
    expect(page.locator(".results__count")).to_have_text("20 products")
    expect(page.locator(".row")).to_have_count(20)
    layouts_work_without_javascript(open_page)


def the_table_is_read_with_keys(page: Page) -> None:
    """The names of its rows stay."""
    scroller = page.locator(".comparison__scroll")
    scroller.focus()
    name = page.get_by_role("rowheader", name="Price")
    before = name.bounding_box()
    for _press in range(6):
        page.keyboard.press("ArrowRight")
    page.wait_for_timeout(400)
    assert scroller.evaluate("node => node.scrollLeft") > 0
    after = name.bounding_box()
    assert before is not None
    assert after is not None
    assert before["x"] == after["x"]


def layouts_work_without_javascript(open_page: OpenPage) -> None:
    page = open_page("/search/?q=lamp", script=False)
    page.locator("#view-list").click()
    expect(page.locator(".row")).to_have_count(24)
