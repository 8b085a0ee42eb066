"""The storefront in a real browser: with a mouse, with keys alone, on a phone, and without JavaScript."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage


def title_of_first(page: Page) -> str:
    return page.locator(".card__title").first.inner_text()


def test_a_search_a_facet_and_back(open_page: OpenPage) -> None:
    page = open_page("/")
    page.get_by_role("combobox", name="Search the shop").fill("lamp")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.locator("h1")).to_have_text("lamp")
    expect(page.locator(".results__count")).to_have_text("60 products")
    page.evaluate("window.stillTheSamePage = true")
    page.locator('[data-facet="colour"]').get_by_role("link", name="Red").click()
    expect(page.locator(".results__count")).to_have_text("20 products")
    expect(page).to_have_url(re.compile(r"q=lamp&f\.colour=red$"))
    assert page.evaluate("window.stillTheSamePage"), "htmx exchanged the results; the page was not loaded again"
    assert page.evaluate("document.activeElement.id") == "facet-colour-red", "the focus stays on what was clicked"
    page.locator(".chip").click()
    expect(page.locator(".results__count")).to_have_text("60 products")
    page.go_back()
    expect(page.locator(".results__count")).to_have_text("20 products")
    a_product_opens_as_a_page_of_its_own(page)
    the_language_switch_stays_on_the_page(page)


def a_product_opens_as_a_page_of_its_own(page: Page) -> None:
    page.locator(".card__link").first.click()
    expect(page.locator("#product")).to_be_visible()
    expect(page.locator("header.site-header")).to_have_count(1)
    page.go_back()
    expect(page.locator(".results__count")).to_have_text("20 products")


def the_language_switch_stays_on_the_page(page: Page) -> None:
    page.get_by_role("button", name="切换到中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    assert title_of_first(page).startswith("台灯")
    expect(page).to_have_url(re.compile(r"f\.colour=red"))
    page.get_by_role("button", name="Switch to English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_values_of_a_facet_add_up_and_ranges_narrow(open_page: OpenPage) -> None:
    page = open_page("/search/?q=lamp")
    brand = page.locator('[data-facet="brand"]')
    brand.get_by_role("link").nth(0).click()
    expect(page.locator(".results__count")).to_have_text("5 products")
    brand.get_by_role("link").nth(1).click()
    expect(page.locator(".results__count")).to_have_text("10 products")
    expect(page.locator(".chip:not(.chip--clear)")).to_have_count(2)
    page.get_by_role("link", name="Clear all").first.click()
    expect(page.locator(".results__count")).to_have_text("60 products")
    page.get_by_label("Price: at least").fill("20")
    page.get_by_label("Price: at most").fill("29")
    page.get_by_role("button", name="Apply the range: Price").click()
    expect(page.locator(".results__count")).to_have_text("10 products")
    page.get_by_label("Sort by").select_option("price_desc")
    expect(page.locator(".card__title").first).to_have_text("Desk lamp 19")
    expect(page).to_have_url(re.compile(r"f\.price\.min=20&f\.price\.max=29&sort=price_desc$"))


def wait_until_settled(page: Page) -> None:
    """htmx scrolls a moment after the address changed; the content policy forbids the eval of wait_for_function."""
    for _ in range(100):
        if page.evaluate("window.scrollY") == 0:
            return
        page.wait_for_timeout(50)


def test_paging_goes_to_the_top_and_repeats_nothing(open_page: OpenPage) -> None:
    page = open_page("/search/?q=lamp")
    the_skip_link_is_the_first_stop(page)
    seen = page.locator(".card__title").all_inner_texts()
    for number in (2, 3):
        page.locator(".pager").get_by_role("link", name="Next").click()
        expect(page).to_have_url(re.compile(f"page={number}"))
        expect(page.locator(".pager__page--current")).to_contain_text(str(number))
        wait_until_settled(page)
        assert page.evaluate("window.scrollY") == 0
        seen += page.locator(".card__title").all_inner_texts()
    assert len(seen) == len(set(seen)) == 60
    expect(page.locator(".pager").get_by_role("link", name="Next")).to_have_count(0)


def the_skip_link_is_the_first_stop(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_suggestions_by_keyboard_alone(open_page: OpenPage) -> None:
    page = open_page("/")
    box = page.get_by_role("combobox", name="Search the shop")
    box.focus()
    page.keyboard.type("head")
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#suggestions [aria-selected=true]")).to_have_count(1)
    assert box.get_attribute("aria-activedescendant") == "suggestion-1"
    page.keyboard.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("h1.results__title")).to_be_visible()
    assert "Sonar" in page.locator(".card").first.inner_text()
    a_variant_is_chosen(open_page("/p/LAMP-02/"))


def a_variant_is_chosen(page: Page) -> None:
    expect(page.locator("h1")).to_have_text("Desk lamp 02")
    page.locator(".choice", has_text="Red").click()
    expect(page.locator("#product")).to_have_attribute("data-sku", "LAMP-02-red")
    expect(page).to_have_url(re.compile(r"variant=LAMP-02-red"))


def test_the_filter_drawer_of_a_phone(open_page: OpenPage) -> None:
    page = open_page("/search/?q=lamp", phone=True)
    drawer = page.locator("#filters")
    expect(drawer).not_to_be_in_viewport()
    page.locator("[data-open-filters]").tap()
    expect(drawer).to_be_in_viewport()
    assert page.evaluate("document.activeElement.id") == "filters"
    drawer.locator('[data-facet="brand"]').get_by_role("link").first.tap()
    expect(page.locator(".results__count")).to_have_text("5 products")
    expect(drawer, "it stays open for the next choice").to_be_in_viewport()
    drawer.get_by_role("link", name="Show 5 products").tap()
    expect(drawer).not_to_be_in_viewport()
    page.locator("[data-open-filters]").tap()
    page.keyboard.press("Escape")
    expect(drawer).not_to_be_in_viewport()
    no_page_is_wider_than_a_phone(page)


def no_page_is_wider_than_a_phone(page: Page) -> None:
    shop = page.url.partition("/search/")[0]
    for path in ("/", "/search/?q=lamp", "/c/kitchen/lamps/", "/p/LAMP-02/", "/search/?q=qwxzvy"):
        page.goto(shop + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


def test_everything_works_without_javascript(open_page: OpenPage) -> None:
    page = open_page("/search/?q=lamp", script=False)
    page.locator('[data-facet="colour"]').get_by_role("link", name="Red").click()
    expect(page.locator(".results__count")).to_have_text("20 products")
    page.get_by_label("Sort by").select_option("price_desc")
    page.get_by_role("button", name="Sort").click()
    expect(page.locator(".card__title").first).to_have_text("Desk lamp 59")
    page.get_by_label("Price: at most").fill("30")
    page.get_by_role("button", name="Apply the range: Price").click()
    expect(page.locator(".results__count")).to_have_text("7 products")
    page = open_page("/search/?q=lamp", phone=True, script=False)
    page.locator("[data-open-filters]").tap()
    expect(page.locator("#filters")).to_be_in_viewport()
    page.get_by_role("link", name="Close the filters").tap()
    expect(page.locator("#filters")).not_to_be_in_viewport()
