"""Step 2: everything that matters: both legs in one round trip, then the shopper's filters.

The shopper's filters cut the candidate set and never widen it, so a facet's count is exactly what a click returns; what
is near in meaning is told by similarity, not by rank, so that a selective filter keeps all of its near products.
Market, page category and "show only" rules narrow the dense leg itself, exactly where few products remain.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg
from django.db import connection
from numpy.typing import NDArray

from ranking.contracts import Filter, Query, Relaxation, Understanding
from ranking.language.settling import settle_categories
from ranking.merchandising.targets import Removal, find_removed
from ranking.merchandising.virtual_pages import is_filled_by_rule
from ranking.registry import LiveState
from ranking.retrieval import dense
from ranking.retrieval.filters import Mask, filter_mask, live_mask
from ranking.retrieval.lexical import POSTINGS_SQL, LexicalMatches, LexicalQuery, score_bm25
from ranking.retrieval.ordering import choose_best
from ranking.retrieval.pool import Pool
from ranking.retrieval.postings_memory import memory
from ranking.retrieval.relaxation import name_dropped_words, narrow_by_numbers
from ranking.retrieval.unwanted import find_written
from ranking.retrieval.window import Window, read_window, window_statement

# Parts that compare products with each other, not with the query alone.
_READ_VECTORS = ("pseudo_relevance",)


def retrieve(query: Query, live: LiveState) -> Pool:
    snapshot, request = live.snapshot, query.request
    shown = live_mask(snapshot, market=request.market)
    page, is_virtual = _find_page(query, live)
    base = shown & page
    removal = find_removed(query.rules, snapshot, now=query.now)
    if removal:
        base &= ~removal.mask
    wanted = filter_mask(snapshot, request.filters, now=query.now)
    scope = _Scope(base, wanted, shown & wanted, removal, is_virtual)
    return _find(query, live, scope) if query.normalised else _browse(query, scope)


def _find_page(query: Query, live: LiveState) -> tuple[Mask, bool]:
    """What the category page holds, and whether it is a virtual one: nothing is filed there, a rule fills it."""
    snapshot, category = live.snapshot, query.request.category
    filed = filter_mask(snapshot, (Filter("category", (category,)),) if category else (), now=query.now)
    if category and is_filled_by_rule(category, query.rules) and not (filed & snapshot.live).any():
        return np.ones_like(filed), True
    return filed, False


def awaits(query: Query, pool: Pool) -> bool:
    """Whether a rule waits for as little as this to be found."""
    return pool.strict is not None and pool.strict <= query.rules.waits_for


@dataclass(frozen=True, slots=True)
class _Scope:
    """What may be found (`base`), what the shopper's filters keep of it, and what a pin may bring in (`allowed`);
    whether the category page is a virtual one.
    """

    base: Mask
    wanted: Mask
    allowed: Mask
    removal: Removal | None
    is_virtual: bool


def _find(query: Query, live: LiveState, scope: _Scope) -> Pool:
    base = scope.base
    asked = read_lexical_query(query)
    lexical, near = _run_legs(query, live, base, asked)
    parameters = live.config.parameters
    found = base & (lexical.worded >= parameters["minimum_coverage"])
    similarity = np.full(len(base), np.nan, np.float32)
    similarity[near.ordinals] = near.cosines
    # The range of the first ones alone, so that a part's number does not depend on how many were asked for.
    first = near.cosines[: int(parameters["dense_limit"])]
    low, high = (float(first.min()), float(first.max())) if len(first) else (0.0, 1.0)
    within = near.ordinals[near.cosines >= max(high - parameters["dense_margin"], parameters["dense_floor"])]
    legs = {"lexical": int(found.sum()), "dense": len(within)}
    candidates = found.copy()
    candidates[within] = True
    if not asked.terms and query.understanding and query.understanding.numbers:  # "under 50": anything that fits
        candidates = base
    understanding = query.understanding
    if understanding is not None and not query.request.literal:
        understanding = settle_categories(understanding, lexical.scores, live.snapshot)
    candidates, relaxations = _keep_to_needs(query, understanding, live, candidates, found, lexical)
    chosen = candidates & scope.wanted
    best = _choose_window(live, lexical.scores, candidates, chosen, similarity)
    window = _fill_similarity(query, live, best, similarity)
    return Pool(
        candidates=candidates,
        chosen=chosen,
        allowed=scope.allowed,
        bm25=lexical.scores,
        similarity=similarity,
        dense_range=(low, high),
        legs=legs,
        removal=scope.removal,
        is_virtual=scope.is_virtual,
        relaxations=relaxations,
        field_coverage=lexical.fields,
        window=window,
        understanding=understanding,
        strict=_count_strictly(query, chosen & found if asked.terms else chosen, relaxations),
    )


def _keep_to_needs(
    query: Query,
    understanding: Understanding | None,
    live: LiveState,
    candidates: Mask,
    found: Mask,
    lexical: LexicalMatches,
) -> tuple[Mask, tuple[Relaxation, ...]]:
    """Candidates without what is not wanted and with the numbers asked for; what had to be let go, by name."""
    if understanding is None or not candidates.any():
        return candidates, ()
    relaxed: tuple[Relaxation, ...] = ()
    written = find_written(understanding.negated, candidates, lexical.scores, live.snapshot)
    kept = candidates & ~lexical.excluded & ~written
    if kept.any():
        candidates = kept
    else:
        relaxed = tuple(Relaxation("unwanted", keyword.text) for keyword in understanding.negated)
    candidates, numbers = narrow_by_numbers(candidates, understanding.numbers, live.snapshot, now=query.now)
    if found.any():
        words = name_dropped_words(understanding, lexical, found & candidates)
    else:
        words = (Relaxation("meaning", understanding.text),) if understanding.terms else ()
    return candidates, (*words, *numbers, *relaxed)


def _count_strictly(query: Query, found: Mask, relaxations: Sequence[Relaxation]) -> int | None:
    """How many products hold the words, numbers and filters; none where something asked for had to be let go."""
    if query.rules is None or query.rules.waits_for is None:
        return None
    return 0 if relaxations else int(found.sum())


def read_lexical_query(query: Query) -> LexicalQuery:
    understanding = query.understanding
    if understanding is None:
        return LexicalQuery(query.terms)
    negated = tuple(keyword.terms for keyword in understanding.negated)
    numbers = {need.text for need in understanding.numbers if need.fields}
    measured = frozenset(term for word in understanding.keywords if word.text in numbers for term in word.terms)
    return LexicalQuery(understanding.terms, understanding.expansions, negated, measured)


def _browse(query: Query, scope: _Scope) -> Pool:
    base = scope.base
    chosen = base & scope.wanted
    return Pool(
        candidates=base,
        chosen=chosen,
        allowed=scope.allowed,
        bm25=np.zeros(len(base), np.float32),
        similarity=np.full(len(base), np.nan, np.float32),
        dense_range=(0.0, 1.0),
        legs={"browse": int(base.sum())},
        removal=scope.removal,
        is_virtual=scope.is_virtual,
        strict=_count_strictly(query, chosen, ()),
    )


@dataclass(frozen=True, slots=True)
class _Near:
    """Dense hits in the base, most similar first."""

    ordinals: NDArray[np.int64]
    cosines: NDArray[np.float32]


def _run_legs(query: Query, live: LiveState, base: Mask, asked: LexicalQuery) -> tuple[LexicalMatches, _Near]:
    """Posting lists and nearest vectors in one round trip to the database, which looks for vectors while this process
    scores the postings; a second one for the vectors of a query to which more products are near than the first brought.
    """
    segment_ids = [segment_id for segment_id, _, _ in live.snapshot.segments]
    known, unread = memory.find(segment_ids, asked.list_terms())
    parameters = live.config.parameters
    limit, most = int(parameters["dense_limit"]), int(parameters["dense_most"])
    total, raw = live.snapshot.document_count, _raw_connection()
    with raw.pipeline():
        postings = psycopg.Cursor(raw)
        if unread:
            postings.execute(POSTINGS_SQL, [segment_ids, unread], binary=True)
            raw.pgconn.send_flush_request()  # the postings are wanted before the vectors are found
        leg = dense.plan_leg(base, total=total, limit=limit, ef_search=int(parameters["ef_search"]))
        vectors = _ask_nearest(raw, query, live, base, leg)
        rows = postings.fetchall() if unread else []
        memory.keep(segment_ids, unread, rows)
        lexical = score_bm25(live.snapshot, asked, [*known, *rows], k1=parameters["k1"])
        found = vectors.fetchall() if vectors else []
    near = _locate(live, found, base, limit=limit)
    if most > limit and _is_cut_short(live, found, near, leg):
        vectors = _ask_nearest(raw, query, live, base, dense.plan_leg(base, total=total, limit=most, ef_search=most))
        near = _locate(live, vectors.fetchall() if vectors else [], base, limit=most)
    return lexical, near


def _is_cut_short(live: LiveState, found: Sequence[tuple[int, float]], near: _Near, leg: dense.Leg) -> bool:
    return dense.is_cut_short(
        np.array([row[1] for row in found], np.float32),
        limit=leg.limit,
        margin=live.config.parameters["dense_margin"],
        floor=live.config.parameters["dense_floor"],
        best=float(near.cosines[0]) if len(near.cosines) else None,
    )


def _ask_nearest(raw: Any, query: Query, live: LiveState, base: Mask, leg: dense.Leg) -> psycopg.Cursor[Any] | None:
    if query.vector is None or live.generation is None or not base.any():
        return None
    only_ids = live.snapshot.product_ids[base].tolist() if leg.exact else None
    cursor = psycopg.Cursor(raw)
    cursor.execute(
        "SELECT set_config('hnsw.ef_search', %s, false), set_config('hnsw.iterative_scan', 'relaxed_order', false)",
        [str(leg.ef_search)],
    )
    vectors = psycopg.Cursor(raw)
    vectors.execute(*dense.nearest_statement(live.generation, query.vector, limit=leg.limit, only_ids=only_ids))
    return vectors


def _locate(live: LiveState, nearest: Sequence[tuple[int, float]], base: Mask, *, limit: int) -> _Near:
    ordinals = live.snapshot.ordinals(np.array([row[0] for row in nearest], np.int64))
    cosines = np.array([row[1] for row in nearest], np.float32)
    keep = ordinals >= 0
    keep[keep] = base[ordinals[keep]]
    order = np.argsort(-cosines[keep], kind="stable")[:limit]  # HNSW's relaxed order is nearly sorted
    return _Near(ordinals[keep][order], cosines[keep][order])


def _choose_window(
    live: LiveState, bm25: NDArray[np.float32], candidates: Mask, chosen: Mask, similarity: NDArray[np.float32]
) -> NDArray[np.int64]:
    """Ordinals of the candidates worth a look at their vectors: the nearest, and the best by words of all candidates
    and of those that pass the shopper's filters.
    """
    size = int(live.config.parameters["window"])
    best = np.zeros(len(candidates), bool)
    known = np.flatnonzero(candidates & ~np.isnan(similarity))
    best[choose_best(known, similarity, size)] = True
    for among in (candidates, chosen):
        best[choose_best(np.flatnonzero(among), bm25, size)] = True
    return np.flatnonzero(best)


def _fill_similarity(
    query: Query, live: LiveState, best: NDArray[np.int64], similarity: NDArray[np.float32]
) -> Window | None:
    """The cosines that the dense leg did not reach, so that the blend compares like with like; and the vectors
    themselves where a part of the ranking reads them.
    """
    if query.vector is None or live.generation is None or not len(best):
        return None
    parameters = live.config.parameters
    if not (parameters["diversity"] or any(live.config.weights.get(name) for name in _READ_VECTORS)):
        best = best[np.isnan(similarity[best])]
        statement = dense.similarity_statement(live.generation, query.vector, live.snapshot.product_ids[best].tolist())
        with psycopg.Cursor(_raw_connection()) as cursor:
            rows = cursor.execute(*statement).fetchall()
        at = live.snapshot.ordinals(np.array([row[0] for row in rows], np.int64))
        similarity[at[at >= 0]] = np.array([row[1] for row in rows], np.float32)[at >= 0]
        return None
    statement = window_statement(live.generation, live.snapshot.product_ids[best].tolist())
    with psycopg.Cursor(_raw_connection()) as cursor:
        window = read_window(cursor.execute(*statement, binary=True).fetchall(), live.snapshot)
    if window is not None:
        similarity[window.ordinals] = window.similarity(query.vector)
    return window


def _raw_connection() -> Any:
    """psycopg's own connection: Django's cursors bind on the client and refuse binary results."""
    connection.ensure_connection()
    return connection.connection
