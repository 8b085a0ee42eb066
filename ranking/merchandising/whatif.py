"""What a set of rules changes for one query: the page before beside the page after."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ranking.contracts import Facet, Hit, Page
from ranking.merchandising.whatif_overlap import rank_biased_overlap

# More products of one query's list nobody reads; the pages themselves are kept whole.
NAMED = 10
# What a change beside the order counts (a banner, filters in another order, products on later pages), 1 is everything.
SMALL_CHANGE = 0.05
Zero = Literal["", "created", "mended"]


@dataclass(frozen=True, slots=True)
class FacetChange:
    """Filters beside the results that come, go or stand in another order; `counts`: of how many the values differ."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    reordered: bool = False
    counts: int = 0

    @property
    def is_any(self) -> bool:
        return bool(self.added or self.removed or self.reordered or self.counts)


@dataclass(frozen=True, slots=True)
class QueryChange:
    """`before` and `after` are (product id, SKU) in order; `differ` counts the positions that show another product;
    `moved` are (SKU, from, to), the farthest first; `page` holds [before, after] of what else differs, by name.
    """

    before: tuple[tuple[int, str], ...]
    after: tuple[tuple[int, str], ...]
    overlap: float
    differ: int
    entered: tuple[str, ...]
    left: tuple[str, ...]
    moved: tuple[tuple[str, int, int], ...]
    total: tuple[int, int]
    zero: Zero = ""
    facets: FacetChange = FacetChange()
    page: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    @property
    def is_any(self) -> bool:
        return bool(self.differ or self.page or self.facets.is_any or self.total[0] != self.total[1])

    @property
    def size(self) -> float:
        """Between 0 and 1: what is lost of the overlap; a shopper who is sent elsewhere sees nothing of the page."""
        if "redirect" in self.page:
            return 1.0
        return max(1 - self.overlap, SMALL_CHANGE if self.is_any else 0.0)


def compare_pages(before: Page, after: Page) -> QueryChange:
    first, second = _list_shown(before.hits), _list_shown(after.hits)
    places_before = {hit.product.sku: hit.position for hit in before.hits}
    places_after = {hit.product.sku: hit.position for hit in after.hits}
    moved = [
        (sku, places_before[sku], place)
        for sku, place in places_after.items()
        if sku in places_before and places_before[sku] != place
    ]
    return QueryChange(
        before=first,
        after=second,
        overlap=round(rank_biased_overlap(first, second), 6),
        differ=_count_differences(first, second),
        entered=tuple(sku for sku in places_after if sku not in places_before)[:NAMED],
        left=tuple(sku for sku in places_before if sku not in places_after)[:NAMED],
        moved=tuple(sorted(moved, key=lambda item: (-abs(item[1] - item[2]), item[2]))[:NAMED]),
        total=(before.total, after.total),
        zero=_compare_zero(before.total, after.total),
        facets=compare_facets(before.facets, after.facets),
        page=_compare_page(before, after),
    )


def _list_shown(hits: Iterable[Hit]) -> tuple[tuple[int, str], ...]:
    return tuple((hit.product_id, hit.product.sku) for hit in hits)


def _count_differences(first: Sequence[Any], second: Sequence[Any]) -> int:
    same = sum(one == other for one, other in zip(first, second, strict=False))
    return max(len(first), len(second)) - same


def _compare_zero(before: int, after: int) -> Zero:
    if bool(before) == bool(after):
        return ""
    return "mended" if after else "created"


def compare_facets(before: Sequence[Facet], after: Sequence[Facet]) -> FacetChange:
    first = {facet.field: facet for facet in before}
    second = {facet.field: facet for facet in after}
    shared_before = [name for name in first if name in second]
    shared_after = [name for name in second if name in first]
    return FacetChange(
        added=tuple(name for name in second if name not in first),
        removed=tuple(name for name in first if name not in second),
        reordered=shared_before != shared_after,
        counts=sum(first[name].values != second[name].values for name in shared_before),
    )


def _compare_page(before: Page, after: Page) -> dict[str, list[Any]]:
    pairs: dict[str, list[Any]] = {
        "redirect": [page.redirect.url if page.redirect else "" for page in (before, after)],
        "banners": [[banner.title for banner in page.banners] for page in (before, after)],
        "groups": [[group.title for group in page.groups] for page in (before, after)],
        "layout": [before.layout, after.layout],
        "sort": [before.sort, after.sort],
        "rewritten": [before.rewritten, after.rewritten],
    }
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
