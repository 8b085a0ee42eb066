"""Who asks, as far as a search may know: locale, market, an anonymous session, the device, the visitor's segments."""

import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string
from django.utils.translation import get_language

from ranking.contracts import SearchRequest
from ranking.storefront.results_url import PAGE_SIZE, ResultsUrl

SESSION_COOKIE = "ss_session"
_SESSION_FORM = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True, slots=True)
class Shopper:
    """`is_new`: the session id was made just now and must be given to the browser."""

    locale: str
    session_id: str
    is_new: bool
    device: str
    is_staff: bool
    market: str = ""
    segments: tuple[str, ...] = ()

    def ask(
        self, url: ResultsUrl, *, page_size: int = PAGE_SIZE, facets: tuple[str, ...] | None = None
    ) -> SearchRequest:
        """The search behind an address. Only staff may ask why."""
        return SearchRequest(
            query=url.query,
            filters=url.filters,
            facets=facets,
            sort=url.sort,
            sort_chosen=url.sort_chosen,
            page=url.page,
            page_size=page_size,
            locale=self.locale,
            market=self.market,
            segments=self.segments,
            category=url.category,
            session_id=self.session_id,
            device=self.device,
            explain=url.explain and self.is_staff,
            literal=url.literal,
            collapse=url.collapse,
            layout=url.layout,
        )


def identify_shopper(request: HttpRequest) -> Shopper:
    given = request.COOKIES.get(SESSION_COOKIE, "")
    known = _SESSION_FORM.fullmatch(given) is not None
    # Signing in is the only thing that makes a session row, so a visitor without one costs no query here.
    signed_in = "sessionid" in request.COOKIES
    return Shopper(
        locale="zh" if (get_language() or "").startswith("zh") else "en",
        session_id=given if known else secrets.token_urlsafe(18),
        is_new=not known,
        device=name_device(request.headers.get("User-Agent", "")),
        is_staff=signed_in and bool(getattr(request.user, "is_staff", False)),
        market=settings.STOREFRONT_MARKET,
        segments=list_segments(request),
    )


def list_segments(request: HttpRequest) -> tuple[str, ...]:
    """What the shop says of this visitor; a browser cannot claim a segment for itself."""
    if not settings.STOREFRONT_SEGMENTS:
        return ()
    return tuple(sorted({str(name) for name in _load(settings.STOREFRONT_SEGMENTS)(request)}))


@cache
def _load(path: str) -> Callable[[HttpRequest], Iterable[str]]:
    return import_string(path)


def name_device(user_agent: str) -> str:
    """phone, tablet or desktop, the words that rules use. Android tablets are those that do not say Mobile."""
    if "iPad" in user_agent or "Tablet" in user_agent or ("Android" in user_agent and "Mobile" not in user_agent):
        return "tablet"
    return "phone" if "Mobi" in user_agent else "desktop"
