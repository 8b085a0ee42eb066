"""Offers of one thing, similar products and words that nobody knows, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from catalog.models import Brand
from tests.browser.conftest import OpenPage
from tests.shop import add_product, index_all


@pytest.fixture
def bells(shop: None) -> None:
    """Three offers of one bell, and another bell."""
    brand = Brand.objects.get(key="lumo-1")
    for number, price in enumerate(("30.00", "20.00", "10.00")):
        add_product(f"BELL-{number}", "Brass bell", "黄铜门铃", price=price, popularity=9 - number, brand=brand)
    add_product("BELL-S", "Silver bell", "银色门铃", brand=brand)
    index_all()


def list_skus(page: Page) -> list[str]:
    links = page.locator("#results .card__link")
    return [str(link.get_attribute("href")).split("/")[2] for link in links.all()]


@pytest.mark.usefixtures("bells")
@pytest.mark.parametrize(
    ("language", "query", "more", "back"),
    [
        pytest.param("en-US", "bell", "+2 more offers", "Show offers of the same thing once", id="en"),
        pytest.param("zh-CN", "门铃", "另有 2 个同款报价", "同款商品只显示一次", id="zh"),
    ],
)
def test_more_offers_lead_to_all_of_them_and_back(
    open_page: OpenPage, language: str, query: str, more: str, back: str
) -> None:
    page = open_page(f"/search/?q={query}", language=language)
    assert sorted(list_skus(page)) == ["BELL-0", "BELL-S"]
    page.locator(".card__offers").get_by_role("link", name=more).click()
    expect(page).to_have_url(re.compile(r"&collapse=0#product-\d+$"))
    assert sorted(list_skus(page)) == ["BELL-0", "BELL-1", "BELL-2", "BELL-S"]
    expect(page.locator(".card:target .card__link")).to_have_attribute("href", re.compile("BELL-0"))
    expect(page.locator(".card__offers")).to_have_count(0)
    page.get_by_label("Sort by" if language == "en-US" else "排序方式").select_option("price_asc")
    expect(page.locator(".card__link").nth(0)).to_have_attribute("href", re.compile("BELL-"))
    expect(page).to_have_url(re.compile("collapse=0"))
    page.get_by_role("link", name=back).click()
    expect(page.locator(".card__link")).to_have_count(2)
    expect(page).not_to_have_url(re.compile("collapse"))
    if language == "en-US":
        offers_are_within_reach_of_the_keyboard(open_page(f"/search/?q={query}"))


def offers_are_within_reach_of_the_keyboard(page: Page) -> None:
    page.locator(".card", has_text="Brass bell").locator(".card__link").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("collapse=0"))


@pytest.mark.parametrize(
    ("language", "title", "said", "department"),
    [
        pytest.param("en-US", "Similar products", "We found nothing for “qwxzvy”", "Kitchen", id="en"),
        pytest.param("zh-CN", "相似商品", "没有找到与“qwxzvy”相关的商品", "厨房", id="zh"),
    ],
)
def test_similar_products_and_empty_pages_lead_on(
    open_page: OpenPage, language: str, title: str, said: str, department: str
) -> None:
    page = open_page("/p/LAMP-02/", language=language, phone=True)
    row = page.get_by_role("region", name=title)
    expect(row.locator(".card")).to_have_count(6)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    other = row.locator(".card__title").first.inner_text()
    row.locator(".card__link").first.click()
    expect(page.locator("h1")).to_have_text(other)
    page.goto(page.url.partition("/p/")[0] + "/search/?q=qwxzvy")
    expect(page.locator(".nothing h2")).to_have_text(said)
    page.locator(".subcategories__list").get_by_role("link", name=department).click()
    expect(page.locator("h1")).to_have_text(department)
    expect(page.locator(".card").first).to_be_visible()
