"""Queries that shoppers asked most often in vain, asked again, each with what would help it."""

import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta

from ranking.contracts import SearchRequest
from ranking.errors import BadSearch
from ranking.health.finding import Finding
from ranking.health.trial import Trial
from ranking.health.ways_out import Names, list_names, suggest_fixes
from ranking.models import HealthFinding
from ranking.query_log.masking import MASK
from ranking.query_log.store import QueryCount, list_top_zero_queries
from ranking.registry import LiveState

DAYS = 30
MOST_QUERIES = 200
SECONDS = 300.0
LOCALES = ("en", "zh")


def find_zero_queries(live: LiveState, *, now: datetime, seconds: float = SECONDS) -> Iterator[Finding]:
    """The most searched first; what finds something by now is left out. Ends when the time is up."""
    deadline = time.monotonic() + seconds
    names = list_names(live)
    for counted in list_top_zero_queries((now - timedelta(days=DAYS)).date(), limit=MOST_QUERIES):
        if time.monotonic() >= deadline:
            return
        if MASK not in counted.query:
            finding = examine(counted, live, names, now=now)
            if finding:
                yield finding


def examine(counted: QueryCount, live: LiveState, names: Names, *, now: datetime) -> Finding | None:
    request = SearchRequest(
        query=counted.query,
        locale=counted.locale if counted.locale in LOCALES else "en",
        market=counted.market,
        category=counted.category,
    )
    trial = Trial(request, live, now)
    try:
        if not trial.finds_nothing:
            return None
        fixes = suggest_fixes(trial, names)
    except BadSearch:  # a category or market that is gone
        return None
    return Finding(
        HealthFinding.Kind.ZERO_RESULTS,
        counted.zero_results,
        query=counted.query,
        locale=counted.locale,
        detail={
            "searches": counted.searches,
            "zero_results": counted.zero_results,
            "market": counted.market,
            "category": counted.category,
            "total": trial.page.total,
            "let_go": [asdict(item) for item in trial.page.relaxations],
            "suggestions": [asdict(item) for item in fixes],
        },
    )
