"""The HTML storefront: home, results, category, product and the suggestions under the search box."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from catalog.models import Product
from ranking.contracts import Page
from ranking.errors import BadSearch
from ranking.pipeline import search, suggest
from ranking.storefront.categories import CategoryLink, load_children, load_departments, load_trail
from ranking.storefront.home_page import load_home
from ranking.storefront.product_page import load_product_page
from ranking.storefront.results_page import build_results_page, describe_notes
from ranking.storefront.results_url import ResultsUrl, read_results_url
from ranking.storefront.sending import find_destination
from ranking.storefront.shopper import SESSION_COOKIE, Shopper, identify_shopper
from ranking.storefront.suggestions import link_suggestions

POPULAR_SHOWN = 6


@require_safe
def show_home(request: HttpRequest) -> HttpResponse:
    shopper = identify_shopper(request)
    home = load_home(shopper)
    return _render(request, "storefront/home.html", shopper, {"home": home})


@require_safe
def show_results(request: HttpRequest) -> HttpResponse:
    shopper = identify_shopper(request)
    url = read_results_url(dict(request.GET.lists()))
    return _render_results(request, shopper, url, {"heading": url.query or _("All products")})


@require_safe
def show_category(request: HttpRequest, key: str) -> HttpResponse:
    shopper, key = identify_shopper(request), _storable(key)
    trail = load_trail(key, shopper.locale)
    if not trail:
        raise Http404(_("This category does not exist (any more)."))
    url = read_results_url(dict(request.GET.lists()), category=key)
    context = {
        "heading": trail[-1].name,
        "trail": trail,
        "children": load_children(key, shopper.locale),
        "active_department": trail[0].key,
    }
    return _render_results(request, shopper, url, context)


@require_safe
def show_product(request: HttpRequest, sku: str) -> HttpResponse:
    shopper = identify_shopper(request)
    variant = request.GET.get("variant", "")[:100]
    product = load_product_page(_storable(sku)[:100], variant_sku=variant, locale=shopper.locale, now=timezone.now())
    if product is None:
        raise Http404(_("This product is not sold (any more)."))
    active = product.trail[0].key if product.trail else ""
    return _render(request, "storefront/product.html", shopper, {"product": product, "active_department": active})


@require_safe
def redirect_to_product(request: HttpRequest, product_id: int) -> HttpResponse:
    """Suggestions know a product by its id; shoppers and search engines by its SKU."""
    product = Product.objects.filter(pk=product_id, status=Product.Status.ACTIVE).only("sku").first()
    if product is None:
        raise Http404(_("This product is not sold (any more)."))
    return redirect("storefront:product", sku=product.sku)


@require_safe
def show_suggestions(request: HttpRequest) -> HttpResponse:
    shopper = identify_shopper(request)
    typed = request.GET.get("q", "")[:100]
    items = link_suggestions(suggest(typed, shopper.locale, limit=8))
    response = render(request, "storefront/parts/suggestions.html", {"suggestions": items})
    response["Cache-Control"] = "private, max-age=60"
    return response


def _storable(text: str) -> str:
    """Without the character that no database stores."""
    return text.replace("\x00", "")


def _render_results(request: HttpRequest, shopper: Shopper, url: ResultsUrl, context: dict[str, Any]) -> HttpResponse:
    page, url = _search_leniently(shopper, url)
    destination = find_destination(page, url, host=request.get_host())
    if destination:
        return _send_elsewhere(request, destination)
    context |= {
        "page": page,
        "search_id": page.search_id,
        "query": url.query,
        "results": build_results_page(page, url, locale=shopper.locale, trail=_chosen_trail(shopper, url, page)),
        "notes": describe_notes(page.notes),
        "explain": page.request.explain,
    }
    if not page.hits:
        context |= _ways_out(shopper, page)
    return _render(request, "storefront/results.html", shopper, context, part="storefront/parts/results.html")


def _send_elsewhere(request: HttpRequest, url: str) -> HttpResponse:
    """htmx follows a redirect inside the page it is on; the browser itself must go."""
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(url)
    return redirect(url)


def _search_leniently(shopper: Shopper, url: ResultsUrl) -> tuple[Page, ResultsUrl]:
    """An old or hand-made address may filter by what the catalog no longer knows: such filters are left out."""
    try:
        return search(shopper.ask(url), count=not shopper.is_staff), url
    except BadSearch as refusal:
        unknown = str(refusal.extra.get("field") or "")
        kept = url.choose(unknown, ()) if url.selection(unknown) else url.cleared()
        if kept == url:
            raise
        return _search_leniently(shopper, kept)


def _chosen_trail(shopper: Shopper, url: ResultsUrl, page: Page) -> tuple[CategoryLink, ...]:
    """A virtual category is no place in the tree: what it holds is filed elsewhere."""
    chosen = url.selection("category")
    key = chosen.values[0] if chosen and chosen.values else "" if page.is_virtual else url.category
    return load_trail(key, shopper.locale) if key else ()


def _ways_out(shopper: Shopper, page: Page) -> dict[str, Any]:
    """What an empty page offers instead: nearby words and what others buy."""
    popular = search(shopper.ask(ResultsUrl(sort="popularity"), page_size=POPULAR_SHOWN, facets=()))
    words = page.request.query
    return {
        "popular": popular.hits,
        "completions": link_suggestions(suggest(words, shopper.locale, limit=5)) if words else (),
    }


def _render(
    request: HttpRequest, template: str, shopper: Shopper, context: dict[str, Any], *, part: str = ""
) -> HttpResponse:
    """The whole page, or only the part that htmx exchanges."""
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]
    as_part = bool(part) and bool(htmx) and not htmx.history_restore_request
    base = {"shop_name": settings.SHOP_NAME, "departments": load_departments(shopper.locale)}
    response = render(request, part if as_part else template, base | context)
    # htmx and a plain visit get different bodies at one address; and prices must not be kept.
    patch_vary_headers(response, ["HX-Request", "Accept-Language", "Cookie"])
    response["Cache-Control"] = "private, no-cache"
    if shopper.is_new:
        response.set_cookie(
            SESSION_COOKIE,
            shopper.session_id,
            max_age=30 * 60,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
            path=reverse("storefront:home"),
        )
    return response
