"""Step 5: the page: its slice of the order, product cards, facets and layout."""

from dataclasses import replace
from uuid import UUID

import numpy as np
from django.utils import translation

from ranking.contracts import MAX_RESULTS, Facet, Hit, Layout, Move, Page, ProductCard, ProductGroup, Query, Ranked
from ranking.errors import BadSearch
from ranking.merchandising.page_wishes import PageWishes, make_banners, make_redirect
from ranking.merchandising.product_groups import FoundGroup, FoundGroups, list_members
from ranking.registry import LiveState
from ranking.retrieval.cards import lead_with, load_cards
from ranking.retrieval.duplicates import groups_without
from ranking.retrieval.facet_question import FacetQuestion
from ranking.retrieval.facets import count_facets
from ranking.retrieval.filters import Mask, check_fields
from ranking.retrieval.limited_pins import limit_pins
from ranking.retrieval.pool import Pool

GRID: Layout = "grid"
_DJANGO_LANGUAGES = {"en": "en", "zh": "zh-hans"}


def check_page(query: Query, live: LiveState) -> None:
    """Refuse before any work is done: deep paging is a crawler's wish, and costs as much as an export."""
    request = query.request
    check_fields(live.snapshot, [item.field for item in request.filters], role="filter")
    check_fields(live.snapshot, request.facets or (), role="facet")
    if request.page * request.page_size > MAX_RESULTS:
        raise BadSearch(
            f"Only the first {MAX_RESULTS:,} results can be paged through. Narrow the search with filters.",
            max_results=MAX_RESULTS,
        )


def lay_out(
    query: Query, live: LiveState, pool: Pool, ranked: Ranked, groups: FoundGroups | None = None, *, search_id: UUID
) -> Page:
    request, wishes = query.request, query.wishes or PageWishes()
    first = (request.page - 1) * request.page_size
    rows = range(first, min(first + request.page_size, len(ranked.ordinals)))
    ids = [int(live.snapshot.product_ids[ranked.ordinals[row]]) for row in rows]
    blocks = _choose_blocks(groups, rows, len(ranked.ordinals))
    members = live.snapshot.product_ids[list_members(blocks)].tolist() if blocks else []
    cards = load_cards([*ids, *members], locale=request.locale, now=query.now)
    hits = tuple(
        Hit(
            product_id=id_,
            position=row + 1,
            score=float(ranked.scores[row]),
            parts={name: float(part[row]) for name, part in ranked.parts.items()},
            moves=ranked.moves.get(int(ranked.ordinals[row]), ()),
            product=lead_with(cards[id_], ranked.variants.get(int(ranked.ordinals[row]), "")),
            duplicates=(ranked.duplicates or {}).get(int(ranked.ordinals[row]), 0),
        )
        for row, id_ in zip(rows, ids, strict=True)
        if id_ in cards
    )
    return Page(
        search_id=search_id,
        request=request,
        hits=hits,
        total=len(ranked.ordinals),
        facets=_facets(query, live, pool, ranked),
        layout=request.layout or wishes.layout or GRID,
        timings_ms={},
        notes=(*query.notes, *ranked.notes),
        understanding=pool.understanding,
        relaxations=pool.relaxations,
        redirect=None if request.literal else make_redirect(wishes, locale=request.locale),
        banners=make_banners(wishes, locale=request.locale, positions=range(first + 1, rows.stop + 1)),
        groups=tuple(_make_group(block, live, cards, request.locale) for block in blocks),
        rewritten=query.rewritten,
        sort=query.sort,
        is_virtual=pool.is_virtual,
        outcomes=ranked.outcomes,
    )


def _choose_blocks(groups: FoundGroups | None, rows: range, total: int) -> tuple[FoundGroup, ...]:
    """The blocks of this page: before one of its results, or behind the last one on the last page."""
    is_last = rows.stop == total and (rows.start < total or rows.start == 0)
    return tuple(
        group
        for group in (groups.groups if groups else ())
        if rows.start < group.action.position <= rows.stop or (is_last and group.action.position > total)
    )


def _make_group(group: FoundGroup, live: LiveState, cards: dict[int, ProductCard], locale: str) -> ProductGroup:
    move = Move(group.effect.rule.id, group.effect.rule.name, "group")
    found = [cards[id_] for id_ in live.snapshot.product_ids[list(group.members)].tolist() if id_ in cards]
    hits = tuple(
        Hit(card.id, number, 0.0, {}, (replace(move, position=number),), card) for number, card in enumerate(found, 1)
    )
    return ProductGroup(group.title(locale), group.action.position, hits, group.effect.rule.id)


def _facets(query: Query, live: LiveState, pool: Pool, ranked: Ranked) -> tuple[Facet, ...]:
    request = query.request
    question = FacetQuestion(
        snapshot=live.snapshot,
        candidates=_countable(pool, ranked),
        filters=request.filters,
        fields=request.facets,
        locale=request.locale,
        now=query.now,
        category="" if pool.is_virtual else request.category,
        groups=None if ranked.duplicates is None else groups_without(live.snapshot, ranked.beside),
        pinned=ranked.pinned,
        beside=ranked.beside,
        limited=limit_pins(live.snapshot, pool, ranked),
    )
    with translation.override(_DJANGO_LANGUAGES.get(request.locale, "en")):
        facets = count_facets(question)
    return query.wishes.facets.arrange(facets, request.filters) if query.wishes else facets


def _countable(pool: Pool, ranked: Ranked) -> Mask:
    """Found products less what rules removed, and what rules pinned in."""
    candidates: Mask = pool.candidates if ranked.removed is None else pool.candidates & ~ranked.removed
    brought = np.array([*ranked.ordinals.tolist(), *ranked.pinned], np.int64) if ranked.pinned else ranked.ordinals
    if len(brought) and not candidates[brought].all():
        candidates = candidates.copy()
        candidates[np.asarray(brought)] = True
    return candidates
