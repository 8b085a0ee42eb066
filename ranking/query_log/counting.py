"""What one search of a shopper adds to the log."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields

from django.utils import timezone

from ranking.contracts import Query, Ranked, SearchRequest
from ranking.merchandising.match import Effect, MatchedRules
from ranking.query_log import sums
from ranking.query_log.masking import fit, mask_query
from ranking.query_log.sums import Place, QuerySum
from ranking.query_log.writer import keep_writing
from ranking.retrieval.pool import Pool

_COUNTED = ("matched", "beaten", "held_out")


def count_search(query: Query, pool: Pool, ranked: Ranked) -> None:
    """Later pages and whatever somebody tries out say nothing about demand."""
    request = query.request
    if not is_counted(request):
        return
    day = timezone.localdate(query.now)
    place: Place = (
        day,
        mask_query(request.query),
        fit("locale", request.locale),
        fit("market", request.market),
        fit("category", request.category),
    )
    held = sums.add(place, _sum_query(query, pool, ranked), _find_fates(query, ranked), now=query.now)
    keep_writing(held)


def is_counted(request: SearchRequest) -> bool:
    tried_out = request.explain or request.now or request.draft_rules or request.without_rules or request.draft_weights
    return request.page == 1 and not tried_out


def _sum_query(query: Query, pool: Pool, ranked: Ranked) -> QuerySum:
    """The shopper's own filters are no part of the question whether the shop has it; a redirect is an answer."""
    answered = bool(query.wishes and query.wishes.redirect) and not query.request.literal
    relaxed = bool(pool.relaxations) and not answered
    nothing = relaxed or not (answered or pool.candidates.any())
    return QuerySum(1, int(nothing), int(relaxed), len(ranked.ordinals))


def _find_fates(query: Query, ranked: Ranked) -> dict[str, str]:
    """Rule → matched, beaten (all that it asks for was lost to others) or held_out."""
    fates: dict[str, str] = {}
    lost: dict[str, int] = {}
    for outcome in ranked.outcomes:
        if outcome.status == "beaten":
            lost[outcome.rule_id] = lost.get(outcome.rule_id, 0) + 1
        if outcome.status in _COUNTED:
            fates.setdefault(outcome.rule_id, outcome.status)
    if lost:
        asked = Counter(effect.rule.id for effect in _list_effects(query.rules))
        for rule_id, times in lost.items():
            fates[rule_id] = "beaten" if times >= asked[rule_id] else "matched"
    return fates


def _list_effects(rules: MatchedRules) -> Iterator[Effect]:
    """Of every kind of action."""
    listed = (getattr(rules, kind.name) for kind in fields(rules))
    for effects in listed:
        if isinstance(effects, tuple):
            yield from (item for item in effects if isinstance(item, Effect))
