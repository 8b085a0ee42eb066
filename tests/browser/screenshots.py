"""Pictures of a running shop for the documentation: `python -m tests.browser.screenshots http://127.0.0.1:8000`.

Run it against the demo catalog; it writes docs/screenshots/storefront-<page>-<device>-<language>.png.
"""

import argparse
import shutil
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.picture_files import keep_small

# A desktop, or a phone at twice the pixels, full of pictures of products.
MOST_BYTES = 200_000
OUT = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
DEVICES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1440, "height": 900}},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "is_mobile": True,
        "has_touch": True,
        "device_scale_factor": 2,
    },
}
LANGUAGES = {"en": "en-US", "zh": "zh-CN"}
WORDS = {"en": "headphones", "zh": "连衣裙"}
PRODUCT_WORDS = {"en": "dress", "zh": "连衣裙"}
# What is read from the words, said above the results.
READ_WORDS = {"en": "headfones under 100", "zh": "蓝雅耳机 100元以下"}


def take_all(browser: Browser, base: str) -> None:
    for device, options in DEVICES.items():
        for language, locale in LANGUAGES.items():
            page = browser.new_context(locale=locale, **options).new_page()

            def shoot(name: str, page: Page = page, label: str = f"{device}-{language}") -> None:
                page.wait_for_load_state("networkidle")
                page.wait_for_timeout(300)
                save_picture(page, f"storefront-{name}-{label}.png")

            visit(page, base, language, phone=device == "phone", shoot=shoot)
            page.context.close()


def save_picture(page: Page, name: str) -> None:
    page.screenshot(path=OUT / name)
    keep_small(OUT / name, OUT / name, most_bytes=MOST_BYTES)


def visit(page: Page, base: str, language: str, *, phone: bool, shoot: Any) -> None:
    page.goto(base + "/")
    shoot("home")
    page.goto(f"{base}/search/?q={WORDS[language]}")
    shoot("results")
    if phone:
        page.locator("[data-open-filters]").tap()
        shoot("filters")
    page.goto(base + "/")
    page.locator(".tile").nth(1).click()
    shoot("category")
    page.goto(f"{base}/search/?q={PRODUCT_WORDS[language]}&f.rating.min=4")
    page.locator(".card__link").first.click()
    shoot("product")
    page.locator("#similar").scroll_into_view_if_needed()
    page.evaluate("document.getElementById('similar').scrollIntoView({block: 'end'})")
    shoot("similar")
    page.goto(f"{base}/search/?q={READ_WORDS[language]}")
    shoot("reading")
    page.goto(f"{base}/search/?q=asdfgh zxcvbn")
    shoot("nothing-found")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base", help="address of the running shop")
    base = parser.parse_args().base.rstrip("/")
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        parser.error("no browser: install chromium or google-chrome")
    OUT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        take_all(browser, base)
        browser.close()


if __name__ == "__main__":
    main()
