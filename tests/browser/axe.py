"""Accessibility by axe-core: WCAG 2.0 and 2.1, levels A and AA, over the page as it stands."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
# Rules that the admin toolkit's own shell breaks and we cannot mend: rule id → why. Ours are never excused.
SHELL: dict[str, str] = {}
OWN = (".rule-page", ".rule-arranging", ".rule-jump", "#result_list", "[data-own]")


def find_violations(page: Page) -> list[str]:
    """Each as `rule: element`, without those that the shell is known for outside our own parts."""
    answer = Axe().run(page, options={"runOnly": LEVELS, "resultTypes": ["violations"]}).response
    found = [
        (violation["id"], node["target"][-1], node["html"][:120])
        for violation in answer["violations"]
        for node in violation["nodes"]
    ]
    return [f"{rule}: {html}" for rule, target, html in found if rule not in SHELL or is_own(page, target)]


def is_own(page: Page, target: str) -> bool:
    return bool(
        page.locator(target).evaluate_all("(nodes, own) => nodes.some(node => node.closest(own))", ", ".join(OWN))
    )
