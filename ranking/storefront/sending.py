"""Where a rule sends the shopper: at most once, and never to the page they are on."""

from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

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
    if parts.hostname and not _is_own(parts.hostname, host):
        return redirect.url
    if unquote(parts.path) == unquote(url.path()) and not parts.query and not url.query:
        return ""
    marked = [*(pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != SENT_BY)]
    query = urlencode([*marked, (SENT_BY, redirect.rule_id)])
    # Without the host a path that begins with two slashes would name another one.
    is_here = parts.netloc.lower() in ("", host.lower()) and not parts.path.startswith("//")
    place = ("", "") if is_here else (parts.scheme, parts.netloc)
    return urlunsplit((*place, parts.path or "/", query, parts.fragment))


def _is_own(name: str, host: str) -> bool:
    """This host at whatever port, and the other names by which the shop is reached."""
    names = [known for known in settings.ALLOWED_HOSTS if known != "*"]
    return name == split_domain_port(host)[0] or validate_host(name, names)
