"""A headless Chromium and a shop on a live server; every page is watched for errors and policy violations."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, expect, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
# htmx calls it an error when a visitor goes on before a request is answered; a request that failed says more than this.
LEFT_EARLY = ("htmx:sendAbort", "htmx:afterRequest")
# A busy machine is slow and not wrong.
PATIENCE_MS = 20_000
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}

OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"no browser: install one of {', '.join(BROWSERS)} to run the browser tests")
    # Playwright's event loop runs in this thread; Django would refuse to query beside it.
    expect.set_options(timeout=PATIENCE_MS)
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(autouse=True)
def fresh_process() -> Iterator[None]:
    from ranking.registry import forget_live  # noqa: PLC0415  (settings are not ready while this file loads)

    forget_live()
    yield
    forget_live()


@pytest.fixture
def shop(transactional_db: None) -> None:
    from tests.browser.lamp_shop import build_lamp_shop  # noqa: PLC0415

    build_lamp_shop()


@pytest.fixture
def open_page(chromium: Browser, shop: None, live_server: Any) -> Iterator[OpenPage]:
    """Opens an address of the shop; the test fails if any page of it wrote an error or broke the content policy."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_(
        path: str, *, language: str = "en-US", phone: bool = False, script: bool = True, session: str = ""
    ) -> Page:
        device: dict[str, Any] = PHONE if phone else {"viewport": {"width": 1280, "height": 900}}
        context = chromium.new_context(locale=language, java_script_enabled=script, **device)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        if session:
            context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page = context.new_page()
        page.on("console", lambda message: _note(complaints, message))
        page.on("pageerror", lambda error: complaints.append(_describe(error)))
        page.goto(live_server.url + path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


def _note(complaints: list[str], message: ConsoleMessage) -> None:
    if message.type in {"error", "warning"} and not message.text.startswith(LEFT_EARLY):
        complaints.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")


def _describe(error: Error) -> str:
    return f"script error: {error.message}"
