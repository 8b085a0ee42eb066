"""What the result template shows around the hits: chips, sorts, pages, ways out of an empty page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ranking.contracts import LAYOUTS, NO_KNOWN_WORD, Banner, Layout, Page, Sort
from ranking.layouts.arrangement import Arrangement
from ranking.layouts.registry import LAYOUTS as ARRANGEMENTS
from ranking.layouts.registry import NEEDS_WORDS
from ranking.storefront.attributes import load_names_of
from ranking.storefront.categories import CategoryLink
from ranking.storefront.facet_panels import Chip, FacetPanel, build_chips, build_panels
from ranking.storefront.reading import Reading, describe_reading
from ranking.storefront.results_url import LAST_PAGE, PAGE_SIZE, ResultsUrl

SORT_LABELS: Mapping[Sort, "str | Promise"] = {
    "relevance": _("Best match"),
    "popularity": _("Most popular"),
    "price_asc": _("Price: low to high"),
    "price_desc": _("Price: high to low"),
    "rating": _("Best rated"),
    "newest": _("Newest"),
}
LAYOUT_LABELS: Mapping[Layout, "str | Promise"] = {
    "grid": _("Grid"),
    "list": _("List"),
    "comparison": _("Comparison"),
}


@dataclass(frozen=True, slots=True)
class PageLink:
    """A page to go to; `number` 0 is the gap between numbers."""

    number: int
    href: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True)
class ResultsPage:
    url: ResultsUrl
    panels: tuple[FacetPanel, ...]
    chips: tuple[Chip, ...]
    clear_href: str
    path: str
    first_href: str
    pages: tuple[PageLink, ...]
    previous_href: str
    next_href: str
    sort_fields: tuple[tuple[str, str], ...]
    sorts: tuple[tuple[Sort, "str | Promise", bool], ...]
    first_shown: int
    last_shown: int
    reading: Reading
    all_offers_href: str  # "" where they are shown
    one_offer_href: str  # the way back, "" where one is shown
    arrangement: Arrangement
    views: tuple[tuple[Layout, "str | Promise", str, bool], ...]  # name, label, address, whether it is this one
    banners_above: tuple[Banner, ...] = ()
    banners_below: tuple[Banner, ...] = ()
    banners_before: Mapping[int, tuple[Banner, ...]] = field(default_factory=dict)  # by the position of a hit

    @property
    def banners_amid(self) -> tuple[Banner, ...]:
        """Those that would stand before a hit of the comparison: a table has no place between its columns."""
        compared = self.arrangement.comparison.hits if self.arrangement.comparison else ()
        return tuple(banner for hit in compared for banner in self.banners_before.get(hit.position, ()))


def build_results_page(page: Page, url: ResultsUrl, *, locale: str, trail: Sequence[CategoryLink] = ()) -> ResultsPage:
    last_page = min(max(-(-page.total // PAGE_SIZE), 1), LAST_PAGE)
    first = (url.page - 1) * PAGE_SIZE
    return ResultsPage(
        url=url,
        panels=build_panels(page.facets, url, locale=locale, trail=trail, stays=page.is_virtual),
        chips=build_chips(page.facets, url, locale=locale),
        clear_href=str(url.cleared()),
        path=url.path(),
        first_href=str(url.at_page(1)),
        pages=_page_links(url, last_page),
        previous_href=str(url.at_page(min(url.page - 1, last_page))) if url.page > 1 else "",
        next_href=str(url.at_page(url.page + 1)) if url.page < last_page else "",
        sort_fields=tuple(url.fields(without="sort")),
        sorts=tuple((sort, label, sort == page.sort) for sort, label in SORT_LABELS.items()),
        first_shown=first + 1,
        last_shown=first + len(page.hits),
        reading=describe_reading(page, url),
        all_offers_href=str(url.with_all_offers()) if url.collapse else "",
        one_offer_href="" if url.collapse else str(url.with_one_offer()),
        arrangement=arrange_hits(page, locale=locale),
        views=tuple((name, LAYOUT_LABELS[name], str(url.laid_out(name)), name == page.layout) for name in LAYOUTS),
        banners_above=_banners_in(page, "top"),
        banners_below=_banners_in(page, "bottom"),
        banners_before=_banners_before(page),
    )


def arrange_hits(page: Page, *, locale: str) -> Arrangement:
    spoken = page.hits if page.layout in NEEDS_WORDS else ()
    naming = load_names_of((hit.product.attributes for hit in spoken), locale=locale)
    return ARRANGEMENTS[page.layout](page.hits, naming, page=page.request.page)


def _banners_in(page: Page, slot: str) -> tuple[Banner, ...]:
    return tuple(banner for banner in page.banners if banner.slot == slot)


def _banners_before(page: Page) -> dict[int, tuple[Banner, ...]]:
    before: dict[int, tuple[Banner, ...]] = {}
    for banner in _banners_in(page, "inline"):
        before[banner.position] = (*before.get(banner.position, ()), banner)
    return before


def describe_notes(notes: Sequence[str]) -> tuple[str, ...]:
    """What may be missing, in a shopper's words; staff read the notes themselves, those on the order too."""
    degraded = [note for note in notes if note.startswith("dense leg off") and note != NO_KNOWN_WORD]
    return (gettext("Search runs in a reduced mode at the moment: some matches may be missing."),) if degraded else ()


def _page_links(url: ResultsUrl, last_page: int) -> tuple[PageLink, ...]:
    """First, last, and two each side of the present page."""
    if last_page == 1:
        return ()
    near = {n for n in range(url.page - 2, url.page + 3) if 1 <= n <= last_page}
    numbers = sorted({1, last_page} | near)
    links: list[PageLink] = []
    for number in numbers:
        if links and number - links[-1].number == 2:
            links.append(PageLink(number - 1, str(url.at_page(number - 1))))
        elif links and number - links[-1].number > 2:
            links.append(PageLink(0))
        links.append(PageLink(number, str(url.at_page(number)), current=number == url.page))
    return tuple(links)
