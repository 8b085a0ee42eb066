"""A search, step by step: understand → retrieve → score → apply rules → lay out → explain.

The one function behind REST, storefront and admin preview: the same request gives the same ids on all three.
"""

import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from ranking.contracts import Page, Query, SearchRequest, Suggestion
from ranking.merchandising.product_groups import find_groups
from ranking.query_log.counting import count_search
from ranking.registry import LiveState, live_state
from ranking.retrieval import suggest as suggestions
from ranking.steps.apply_rules import apply_rules, hold_blocks
from ranking.steps.explain import explain
from ranking.steps.lay_out import check_page, lay_out
from ranking.steps.retrieve import awaits, retrieve
from ranking.steps.score import score
from ranking.steps.understand import understand, understand_found

P = ParamSpec("P")
T = TypeVar("T")


class _Clock:
    """Milliseconds per step, in the order the steps ran."""

    def __init__(self) -> None:
        self.timings_ms: dict[str, float] = {}

    def time(self, name: str, step: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
        started = time.perf_counter()
        result = step(*arguments, **options)
        self.timings_ms[name] = round((time.perf_counter() - started) * 1000, 3)
        return result


def search(request: SearchRequest, *, count: bool = False) -> Page:
    """Raises BadSearch for what the shopper can mend; a missing model or late part only leaves a note.

    `count` is for the doors of shoppers: the search goes into the query log.
    """
    clock = _Clock()
    live = clock.time("live", live_state, config_id=request.config_id, draft_weights=request.draft_weights)
    query = clock.time("understand", understand, request, live)
    check_page(query, live)
    pool = clock.time("retrieve", retrieve, query, live)
    if awaits(query, pool):  # once, so that rules for empty pages cannot run in circles
        query = clock.time("understand_found", understand_found, query, live, found=pool.strict or 0)
        pool = clock.time("retrieve_again", retrieve, query, live)
    arrived = clock.time("score", score, query, live, pool)
    groups = None
    if query.rules and query.rules.groups:  # each is a search of its own
        groups = clock.time("groups", find_groups, query, live, pool, partial(_find_for_group, query, live))
    ranked = clock.time("apply_rules", apply_rules, arrived, query, live, pool, groups)
    if groups:
        groups, ranked = clock.time("hold_blocks", hold_blocks, groups, arrived, ranked, query, live, pool)
    page = clock.time("lay_out", lay_out, query, live, pool, ranked, groups, search_id=uuid.uuid4())
    if count:
        count_search(query, pool, ranked)
    if request.explain:
        page = replace(page, ledger=clock.time("explain", explain, query, live, pool, ranked, page))
    return replace(page, timings_ms=clock.timings_ms)


def _find_for_group(query: Query, live: LiveState, words: str) -> NDArray[np.int64]:
    """What a rule's block of products is chosen from, best first: the shopper's search, or other words in its place,
    without rules and without the shopper's filters.
    """
    asked = replace(
        query.request,
        query=words or query.normalised,
        category="" if words else query.request.category,
        filters=(),
        sort="relevance",
        sort_chosen=True,
        page=1,
        draft_rules=(),
        without_rules=("all",),
        now=query.now,
        explain=False,
    )
    own = understand(asked, live)
    return score(own, live, retrieve(own, live)).ordinals.astype(np.int64)


def suggest(prefix: str, locale: str, limit: int = 8) -> tuple[Suggestion, ...]:
    """Completions of what the shopper has typed so far."""
    return suggestions.suggest(prefix, locale, limit=limit)
