"""Products like a given one: nearest in the live generation, else by the words of its title, else of its category."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import numpy as np
import psycopg
from django.db import connection
from numpy.typing import NDArray

from catalog.models import Product
from catalog.text import analyse
from ranking.contracts import Hit, SearchRequest
from ranking.merchandising.facts import make_facts
from ranking.merchandising.match import match_rules
from ranking.merchandising.targets import find_removed
from ranking.registry import LiveState, live_state
from ranking.retrieval import dense
from ranking.retrieval.cards import load_cards
from ranking.retrieval.duplicates import collapse_offers
from ranking.retrieval.filters import Mask, live_mask
from ranking.retrieval.lexical import POSTINGS_SQL, LexicalQuery, score_bm25
from ranking.retrieval.snapshot import IndexSnapshot

Basis = Literal["meaning", "words", "category", ""]
Ordinals = NDArray[np.int64]
Scores = NDArray[np.float32]
Way = Callable[[Product, LiveState, Mask], tuple[Ordinals, Scores]]
# Enough to find a page of the same family in stock among the nearest.
LOOKED_AT = 200
# Outside its own family a product must be nearly as near as the nearest is.
STRANGER_MARGIN = 0.05
# A title's first words say what it is; a title stuffed with words must not cost more than others.
MOST_TERMS = 24
LEAST_COVERAGE = 0.2


@dataclass(frozen=True, slots=True)
class Similar:
    """`hits` are in their order, `score` the cosine (meaning) or the share of the title's idf (words); `basis` is what
    they were found by, empty when there are none.
    """

    sku: str
    basis: Basis
    hits: tuple[Hit, ...]


def find_similar(sku: str, *, locale: str, market: str = "", limit: int = 12, now: datetime) -> Similar | None:
    """None when no active product has this SKU (a variant's finds its product)."""
    product = _find_product(sku)
    return None if product is None else similar_to(product, locale=locale, market=market, limit=limit, now=now)


def similar_to(product: Product, *, locale: str, market: str = "", limit: int = 12, now: datetime) -> Similar:
    """Never the product itself or another offer of it; what the market, a hide or a "show only" rule for its category
    page takes away stays away.
    """
    live = live_state()
    shown = _shown(product, live, locale=locale, market=market, now=now)
    basis, ordinals, scores = _find_nearest(product, live, shown)
    order = _order(product, live.snapshot, ordinals, scores, strict=basis == "meaning")
    own = live.snapshot.ordinals([product.pk])
    rows = collapse_offers(ordinals[order], live.snapshot, pinned=own[own >= 0].tolist()).rows
    chosen = order[rows][:limit]
    return Similar(
        product.sku, basis if len(chosen) else "", _make_hits(live.snapshot, ordinals, scores, chosen, locale, now)
    )


def _find_product(sku: str) -> Product | None:
    if "\x00" in sku:  # the one character that the database refuses
        return None
    active = Product.objects.filter(status=Product.Status.ACTIVE).select_related("category")
    return active.filter(sku=sku).first() or active.filter(variants__sku=sku).first()


def _shown(product: Product, live: LiveState, *, locale: str, market: str, now: datetime) -> Mask:
    """What may stand beside this product: judged as the page of its category would be."""
    category = product.category.key if product.category else ""
    facts = make_facts(SearchRequest(category=category, market=market, locale=locale), normalised="", terms=())
    removal = find_removed(match_rules(live.book, facts, now=now), live.snapshot, now=now)
    shown = live_mask(live.snapshot, market=market)
    if removal:
        shown &= ~removal.mask
    own = live.snapshot.ordinals([product.pk])
    shown[own[own >= 0]] = False
    return shown


def _find_nearest(product: Product, live: LiveState, shown: Mask) -> tuple[Basis, Ordinals, Scores]:
    """The first way that finds anything; ordinals and their scores, best first."""
    ways: tuple[tuple[Basis, Way], ...] = (
        ("meaning", _by_meaning),
        ("words", _by_words),
        ("category", _by_category),
    )
    for basis, find in ways:
        ordinals, scores = find(product, live, shown)
        if len(ordinals):
            return basis, ordinals, scores
    return "", np.empty(0, np.int64), np.empty(0, np.float32)


def _by_meaning(product: Product, live: LiveState, shown: Mask) -> tuple[Ordinals, Scores]:
    vector = dense.stored_vector(live.generation, product.pk) if live.generation and shown.any() else None
    if vector is None or live.generation is None:
        return np.empty(0, np.int64), np.empty(0, np.float32)
    leg = dense.plan_leg(shown, total=live.snapshot.document_count, limit=LOOKED_AT, ef_search=LOOKED_AT)
    only = live.snapshot.product_ids[shown].tolist() if leg.exact else None
    with psycopg.Cursor(_raw_connection()) as cursor:
        cursor.execute(
            "SELECT set_config('hnsw.ef_search', %s, false), set_config('hnsw.iterative_scan', 'relaxed_order', false)",
            [str(leg.ef_search)],
        )
        sql, parameters = dense.nearest_statement(live.generation, vector, limit=leg.limit, only_ids=only)
        rows = cursor.execute(sql, parameters).fetchall()
    ordinals = live.snapshot.ordinals(np.array([row[0] for row in rows], np.int64))
    cosines = np.array([row[1] for row in rows], np.float32)
    keep = ordinals >= 0
    keep[keep] = shown[ordinals[keep]]
    return ordinals[keep], cosines[keep]


def _by_words(product: Product, live: LiveState, shown: Mask) -> tuple[Ordinals, Scores]:
    """By the terms of its titles, both languages, then what its category has; scores are the share of their idf."""
    terms = tuple(dict.fromkeys(analyse(f"{product.title_en} {product.title_zh}")))[:MOST_TERMS]
    if not terms:
        return np.empty(0, np.int64), np.empty(0, np.float32)
    segments = [segment_id for segment_id, _, _ in live.snapshot.segments]
    with psycopg.Cursor(_raw_connection()) as cursor:
        rows = cursor.execute(POSTINGS_SQL, [segments, list(terms)], binary=True).fetchall()
    matches = score_bm25(live.snapshot, LexicalQuery(terms), rows, k1=live.config.parameters["k1"])
    found = np.flatnonzero(shown & (matches.coverage >= LEAST_COVERAGE))
    best = found[np.argsort(-matches.scores[found], kind="stable")][:LOOKED_AT]
    if not len(best):
        return best, matches.coverage[best]
    beside, zeros = _by_category(product, live, shown & (matches.coverage < LEAST_COVERAGE))
    return np.concatenate([best, beside]), np.concatenate([matches.coverage[best], zeros])


def _by_category(product: Product, live: LiveState, shown: Mask) -> tuple[Ordinals, Scores]:
    if product.category_id is None:
        return np.empty(0, np.int64), np.empty(0, np.float32)
    found = np.flatnonzero(shown & (live.snapshot.category == product.category_id))
    best = found[np.argsort(-live.snapshot.columns["popularity"][found], kind="stable")][:LOOKED_AT]
    return best, np.zeros(len(best), np.float32)


def _order(
    product: Product, snapshot: IndexSnapshot, ordinals: Ordinals, scores: Scores, *, strict: bool
) -> NDArray[np.intp]:
    """Rows in stock first, then its own category, then those beside it, then the nearest; `strict` leaves out
    strangers that are far.
    """
    kinship = _kinship(product, snapshot, snapshot.category[ordinals])
    order = np.lexsort((-scores, -kinship, ~snapshot.in_stock[ordinals]))
    if strict and len(scores):
        order = order[((kinship > 0) | (scores >= scores.max() - STRANGER_MARGIN))[order]]
    return order


def _kinship(product: Product, snapshot: IndexSnapshot, categories: NDArray[np.int64]) -> NDArray[np.int64]:
    """2 in its category or below it, 1 in one beside it (departments have none), 0 elsewhere; 1 for all without one."""
    if product.category is None:
        return np.ones(len(categories), np.int64)
    kinship = np.zeros(len(categories), np.int64)
    own = product.category.key
    stem = own.rpartition("/")[0] or own
    for key, node in snapshot.vocabulary.categories.items():
        if key.startswith(f"{stem}/") or key == own:
            kinship[categories == node.id] = 2 if key == own or key.startswith(f"{own}/") else 1
    return kinship


def _make_hits(
    snapshot: IndexSnapshot,
    ordinals: Ordinals,
    scores: Scores,
    rows: Sequence[int] | NDArray[np.intp],
    locale: str,
    now: datetime,
) -> tuple[Hit, ...]:
    ids = [int(snapshot.product_ids[ordinals[row]]) for row in rows]
    cards = load_cards(ids, locale=locale, now=now)
    found = [(id_, float(scores[row])) for id_, row in zip(ids, rows, strict=True) if id_ in cards]
    return tuple(
        Hit(product_id=id_, position=place, score=score, parts={}, moves=(), product=cards[id_])
        for place, (id_, score) in enumerate(found, start=1)
    )


def _raw_connection() -> Any:
    """psycopg's own connection: Django's cursors bind on the client and refuse binary results."""
    connection.ensure_connection()
    return connection.connection
