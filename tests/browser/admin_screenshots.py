"""Pictures of a running shop's admin: `python -m tests.browser.admin_screenshots URL PASSWORD`, on the demo catalog.

It writes docs/screenshots/admin-<page>-<device>-<language>.png. The rule and the ranking are only previewed; unless
it did before, it uploads a file of two good rows and four that are refused.
"""

import argparse
import shutil
from urllib.parse import urlencode

from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.browser.screenshots import DEVICES, LANGUAGES, save_picture

WORDS = {"en": "headphones", "zh": "耳机"}
PREVIEWED = {"en": "black headphones under 100", "zh": "黑色头戴式蓝牙耳机 100元以下"}
# Taller than a screen, or the columns of the preview would not be in the picture.
PREVIEW_HEIGHT = 1300
NAME = "new-lamps.csv"
REFUSED = """sku,title,price,brand
NEW-1,Desk lamp with a long arm,39.00,Lumo
NEW-2,Reading lamp,-4.00,Lumo
NEW-3,,12.00,Lumo
NEW-4,Bedside lamp,twelve,Lumo
NEW-1,Desk lamp with a long arm,39.00,Lumo
NEW-5,Floor lamp,89.00,Lumo
"""


def sign_in(context: BrowserContext, base: str, password: str) -> Page:
    page = context.new_page()
    page.goto(f"{base}/admin/login/")
    page.fill("input[name=username]", "admin")
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/admin/")
    return page


def take_all(page: Page, base: str, label: str, language: str) -> None:
    def shoot(name: str) -> None:
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(1200)
        save_picture(page, f"admin-{name}-{label}.png")

    page.goto(f"{base}/admin/ranking/rule/add/?query={WORDS[language]}")
    shoot("rule-form")
    page.goto(f"{base}/admin/catalog/upload/")
    shoot("uploads")
    page.locator("#result_list tbody th a, #result_list tbody td a").first.click()
    shoot("upload-refused-rows")
    page.goto(f"{base}/admin/catalog/product/")
    shoot("products")
    page.goto(f"{base}/admin/ranking/rankingconfig/add/")
    shoot("ranking-form")
    preview(page, base, language)
    shoot("search-preview")


def upload_once(page: Page, base: str) -> None:
    page.goto(f"{base}/admin/catalog/upload/")
    if page.get_by_text(NAME, exact=True).count():
        return
    page.goto(f"{base}/admin/catalog/upload/add/")
    file = {"name": NAME, "mimeType": "text/csv", "buffer": REFUSED.encode()}
    page.set_input_files("input[name=file]", files=[file])  # type: ignore[list-item]
    page.locator("button.upload-button--main").click()
    page.wait_for_url("**/mapping/")
    page.locator("button[name=import]").click()
    page.wait_for_selector("text=NEW-4", timeout=120_000)


def preview(page: Page, base: str, language: str) -> None:
    """Two rankings side by side: other weights are tried, none is saved."""
    size = page.viewport_size
    if size is not None:
        page.set_viewport_size({"width": size["width"], "height": PREVIEW_HEIGHT})
    asked = urlencode({"q": PREVIEWED[language], "locale": language, "b": "draft", "w.bm25": "0.3", "w.dense": "0.7"})
    page.goto(f"{base}/admin/ranking/rankingconfig/search-preview/?{asked}")
    page.locator("#sp-weights > summary").click()
    page.locator(".sp-column details[id^=sp-parts] summary").first.click()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base")
    parser.add_argument("password")
    arguments = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for device, options in DEVICES.items():
            for language, locale in LANGUAGES.items():
                context = browser.new_context(locale=locale, **options)
                page = sign_in(context, arguments.base, arguments.password)
                upload_once(page, arguments.base)
                take_all(page, arguments.base, f"{device}-{language}", language)
                context.close()


if __name__ == "__main__":
    main()
