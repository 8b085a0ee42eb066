"""Template words of the storefront: prices, pictures, stars, colours."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlsplit

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from catalog.text import fold_key
from ranking.contracts import Banner, Hit, Page, ProductCard, ProductGroup, VariantCard
from ranking.storefront.money import format_money, percent_off
from ranking.storefront.results_page import ResultsPage
from ranking.storefront.results_url import ResultsUrl
from ranking.storefront.swatches import COLOUR_OPTIONS, colour_of

register = template.Library()
SWATCHES_SHOWN = 5


@register.filter
def money(amount: float | Decimal | None, currency: str = "") -> str:
    locale = "zh" if (get_language() or "").startswith("zh") else "en"
    return format_money(amount, currency or settings.SHOP_CURRENCY, locale)


@register.filter
def picture(path: str) -> str:
    """The address of a product picture. One the content policy would block becomes the placeholder, not an error."""
    if not path:
        return static("storefront/no-picture.svg")
    parts = urlsplit(path)
    if parts.scheme in {"http", "https"}:
        allowed = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["img-src"]
        trusted = {f"{parts.scheme}:", f"{parts.scheme}://{parts.netloc}", parts.netloc, "*"} & set(map(str, allowed))
        return path if trusted else static("storefront/no-picture.svg")
    if parts.scheme or parts.netloc:
        return static("storefront/no-picture.svg")
    return path if path.startswith("/") else settings.MEDIA_URL + quote(path)


@register.filter
def sale_percent(card: Any) -> int:
    return percent_off(card.price, card.sale_price)


@register.simple_tag
def stars(rating: float | None) -> SafeString:
    """Five stars, filled as far as the rating goes."""
    return _draw_stars(round(max(0.0, min(float(rating or 0), 5.0)), 1), get_language() or "")


@lru_cache(maxsize=256)
def _draw_stars(rating: float, language: str) -> SafeString:
    # A page draws up to a hundred of them; `language` is part of the key only.
    return format_html(
        '<svg class="stars" viewBox="0 0 100 20" role="img" aria-label="{}"><g mask="url(#mask-stars)">'
        '<rect class="stars__empty" width="100" height="20"/><rect class="stars__full" width="{}" height="20"/>'
        "</g></svg>",
        _("%(rating)s of 5 stars") % {"rating": f"{rating:g}"},
        f"{rating * 20:.0f}",
    )


@register.filter
def fixed(number: float, digits: int = 2) -> str:
    return f"{number:.{digits}f}"


@register.filter
def swatches(card: ProductCard) -> list[tuple[str, str]]:
    """Name and colour of each distinct colour of a card's variants."""
    names = (_colour_name(variant) for variant in card.variants)
    return [(name, colour_of(name)) for name in dict.fromkeys(filter(None, names)) if colour_of(name)]


@register.filter
def swatch(name: str) -> str:
    return colour_of(name)


@register.filter
def is_colour(option_key: str) -> bool:
    return option_key.lower() in COLOUR_OPTIONS


@register.filter
def first_of(items: Iterable[Any], count: int = SWATCHES_SHOWN) -> list[Any]:
    return list(items)[:count]


@register.filter
def minus(number: int, other: int) -> int:
    return number - other


@register.filter
def by_size(parts: Mapping[str, float]) -> list[tuple[str, float]]:
    """Score parts, the weightiest first."""
    return sorted(parts.items(), key=lambda pair: -abs(pair[1]))


@register.filter
def banners_before(results: ResultsPage, position: int) -> tuple[Banner, ...]:
    """Banners that stand before the hit at this position."""
    return results.banners_before.get(position, ())


@register.filter
def facts_of(results: ResultsPage, hit: Hit) -> tuple[tuple[str, str], ...]:
    """What a row of the list says of a product: name and value of its key attributes."""
    return results.arrangement.facts.get(hit.product_id, ())


@register.filter
def groups_before(page: Page, position: int) -> tuple[ProductGroup, ...]:
    """Blocks of products that stand before the hit at this position."""
    return tuple(group for group in page.groups if group.position == position)


@register.filter
def groups_behind(page: Page) -> tuple[ProductGroup, ...]:
    """Blocks that stand behind the last hit."""
    shown = {hit.position for hit in page.hits}
    return tuple(group for group in page.groups if group.position not in shown)


@register.simple_tag
def chosen_variant(card: ProductCard, url: ResultsUrl | None) -> VariantCard | None:
    """The variant to picture and link: the one a rule shows; who filters by red wants to see the red one. None: the
    product itself.
    """
    if card.variant:
        return card.variants[0]
    wanted = {item.field: set(item.values) for item in url.filters if item.values} if url else {}
    if not wanted or len(card.variants) < 2:
        return None

    def fits(variant: VariantCard) -> int:
        return sum(1 for key, value in variant.options.items() if fold_key(str(value)) in wanted.get(key, ()))

    best = max(card.variants, key=lambda variant: (fits(variant), variant.in_stock))
    return best if fits(best) else None


@register.simple_tag
def variant_price_varies(card: ProductCard) -> bool:
    return not card.variant and len({variant.price for variant in card.variants if variant.price is not None}) > 1


def _colour_name(variant: VariantCard) -> str:
    return next((value for key, value in variant.options.items() if key.lower() in COLOUR_OPTIONS), "")
