"""Where a rule sends the shopper: at most once, and never to the page they are on."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from ranking.contracts import Page
from ranking.storefront.results_url import SENT_BY, ResultsUrl


def find_destination(page: Page, url: ResultsUrl, *, host: str) -> str:
    """The address to go to instead of this page, "" to stay. An address of this shop is marked with the rule, so that
    whoever arrives there is not sent on, however rules point at each other.
    """
    redirect = page.redirect
    if redirect is None or url.sent_by or url.filters or url.page > 1 or page.request.explain:
        return ""
    parts = urlsplit(redirect.url)
    if parts.netloc and parts.netloc.lower() != host.lower():
        return redirect.url
    if parts.path == url.path() and not parts.query and not url.query:
        return ""
    marked = [*(pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != SENT_BY)]
    query = urlencode([*marked, (SENT_BY, redirect.rule_id)])
    return urlunsplit(("", "", parts.path or "/", query, parts.fragment))
