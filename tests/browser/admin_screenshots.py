"""Pictures of a running shop's admin: `python -m tests.browser.admin_screenshots URL PASSWORD`, after an upload.

It writes docs/screenshots/admin-<page>-<device>-<language>.png and changes nothing: the rule is only previewed.
"""

import argparse
import shutil

from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.browser.screenshots import DEVICES, LANGUAGES, OUT

WORDS = {"en": "headphones", "zh": "耳机"}


def sign_in(context: BrowserContext, base: str, password: str) -> Page:
    page = context.new_page()
    page.goto(f"{base}/admin/login/")
    page.fill("input[name=username]", "admin")
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/admin/")
    return page


def take_all(page: Page, base: str, label: str, word: str) -> None:
    def shoot(name: str) -> None:
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(1200)
        page.screenshot(path=OUT / f"admin-{name}-{label}.png")

    page.goto(f"{base}/admin/ranking/rule/add/?query={word}")
    shoot("rule-form")
    page.goto(f"{base}/admin/catalog/upload/")
    shoot("uploads")
    page.locator("#result_list tbody th a, #result_list tbody td a").first.click()
    shoot("upload-refused-rows")
    page.goto(f"{base}/admin/catalog/product/")
    shoot("products")


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
                take_all(page, arguments.base, f"{device}-{language}", WORDS[language])
                context.close()


if __name__ == "__main__":
    main()
