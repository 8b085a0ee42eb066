"""Step 4, rules move the hits: show only, hide, boost and bury; offers of the same thing become one; then pins go into
the whole order, and what stands between them is mixed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext as _

from ranking.contracts import Query, Ranked
from ranking.merchandising.actions import BoostAction, DiversifyAction
from ranking.merchandising.block_caps import leave_to_list, trim_last_blocks
from ranking.merchandising.boosts import boost_points, move_positions, share_places
from ranking.merchandising.caps import CapLimit, keep_caps, read_limits
from ranking.merchandising.match import Effect, MatchedRules
from ranking.merchandising.moves import MoveLog, make_move
from ranking.merchandising.pins import place_pins
from ranking.merchandising.placement import (
    Record,
    list_pinnable,
    list_pinned_variants,
    list_variants,
    list_wanted,
    record_placed,
)
from ranking.merchandising.product_groups import FoundGroups
from ranking.merchandising.reach import Reach
from ranking.merchandising.targets import Mask, Targets
from ranking.merchandising.variety import LOOKED_AT, find_kinds, mix
from ranking.registry import LiveState
from ranking.retrieval.duplicates import collapse_offers, offer_groups
from ranking.retrieval.filters import live_mask
from ranking.retrieval.ordering import order_by_score
from ranking.retrieval.pool import Pool
from ranking.retrieval.snapshot import IndexSnapshot

Ordinals = npt.NDArray[Any]
Rows = npt.NDArray[np.intp]


@dataclass
class _Work:
    """One search in the hands of its rules."""

    rules: MatchedRules
    targets: Targets
    order: str  # what the list is sorted by: the shopper's choice, or a rule's
    collapse: bool
    record: Record = field(default_factory=lambda: Record(MoveLog(), []))


def apply_rules(ranked: Ranked, query: Query, live: LiveState, pool: Pool, groups: FoundGroups | None = None) -> Ranked:
    """The list after the rules, one offer of each thing. What `groups` show in their blocks is not in it."""
    snapshot, rules = live.snapshot, query.rules
    collapse = query.request.collapse and bool(live.config.parameters["collapse_duplicates"])
    if rules is None or pool.removal is None:
        ranked = collapse_rows(ranked, snapshot, pinned=()) if collapse else ranked
        return replace(ranked, outcomes=rules.outcomes) if rules else ranked
    work = _Work(rules, pool.removal.targets, query.sort, collapse)
    removed, limits = pool.removal.mask, find_limits(ranked, query, live, pool)
    if groups is not None and groups.taken is not None:
        removed = removed | groups.taken
    for effect, kind, mask in pool.removal.taken:
        work.record.log.add_all(np.flatnonzero(mask), make_move(effect, kind))
    showable = live_mask(snapshot, market=query.request.market) & ~removed
    request = query.request
    reach = Reach(work.targets, showable, pool.candidates, pool.allowed, {}, request.sort, request.filters)
    if collapse:
        reach = replace(reach, groups=offer_groups(snapshot))
    ranked = drop_removed(ranked, removed)
    ranked = apply_boosts(work, ranked, snapshot)
    ranked, fixed = apply_pins(work, ranked, reach)
    ranked = apply_variety(work, ranked, fixed)
    outcomes = (*rules.outcomes, *(groups.outcomes if groups else ()), *work.record.outcomes)
    done = replace(ranked, moves=work.record.log, outcomes=outcomes, removed=removed)
    return keep_caps(done, leave_to_list(limits, groups, len(done.ordinals)))


def find_limits(arrived: Ranked, query: Query, live: LiveState, pool: Pool) -> list[CapLimit]:
    """What caps allow on this page, by what it would show without any rule."""
    if not live.book.caps or pool.removal is None:
        return []
    if query.request.collapse and live.config.parameters["collapse_duplicates"]:
        arrived = collapse_rows(arrived, live.snapshot, pinned=())
    market, removal = query.request.market, pool.removal
    return read_limits(live.book.caps, arrived, removal.targets, market=market, hidden=removal.mask)


def hold_blocks(
    groups: FoundGroups, arrived: Ranked, ranked: Ranked, query: Query, live: LiveState, pool: Pool
) -> tuple[FoundGroups, Ranked]:
    """The blocks as caps let them be shown behind this list, and the list with the word of it."""
    limits = find_limits(arrived, query, live, pool)
    if not limits:
        return groups, ranked
    found = np.zeros(len(live.snapshot.product_ids), bool)
    found[arrived.ordinals] = True
    held = trim_last_blocks(groups, ranked, limits, found)
    told = held.outcomes[len(groups.outcomes) :]
    return held, replace(ranked, outcomes=(*ranked.outcomes, *told)) if told else ranked


def drop_removed(ranked: Ranked, removed: Mask) -> Ranked:
    keep = ~removed[ranked.ordinals]
    return ranked if keep.all() else select_rows(ranked, np.flatnonzero(keep))


def select_rows(ranked: Ranked, rows: Rows) -> Ranked:
    parts = {name: values[rows] for name, values in ranked.parts.items()}
    return replace(ranked, ordinals=ranked.ordinals[rows], scores=ranked.scores[rows], parts=parts)


def collapse_rows(
    ranked: Ranked, snapshot: IndexSnapshot, *, pinned: Sequence[int], beside: Sequence[int] = ()
) -> Ranked:
    """The best placed offer of each thing stays; a pinned one stays in its place and stands for the others, or shows
    `beside` them.
    """
    collapsed = collapse_offers(ranked.ordinals, snapshot, pinned=pinned, beside=beside)
    if len(collapsed.rows) < len(ranked.ordinals):
        ranked = select_rows(ranked, collapsed.rows)
    return replace(ranked, duplicates=collapsed.hidden, beside=tuple(beside))


def apply_boosts(work: _Work, ranked: Ranked, snapshot: IndexSnapshot) -> Ranked:
    """Adds the points and sorts again, then moves by shares of positions; unless the list is sorted otherwise."""
    boosts = [(boost, boost.action) for boost in work.rules.boosts if isinstance(boost.action, BoostAction)]
    if not boosts or not len(ranked.ordinals):
        return ranked
    if work.order != "relevance":
        reason = _("Boosts rest while the list is sorted by something else.")
        for boost, _action in boosts:
            work.record.say(boost, "beaten", reason)
        return ranked
    ranked = _add_points(work, ranked, snapshot, [boost for boost, action in boosts if action.by == "spread"])
    return _move_shares(work, ranked, [boost for boost, action in boosts if action.by == "position"])


def _add_points(work: _Work, ranked: Ranked, snapshot: IndexSnapshot, boosts: Sequence[Effect]) -> Ranked:
    if not boosts:
        return ranked
    masks = [work.targets.mask(boost.target)[ranked.ordinals] for boost in boosts]
    scores, points = boost_points(ranked.scores, masks, [boost.strength for boost in boosts])
    for boost, mask, value in zip(boosts, masks, points, strict=True):
        move = make_move(boost, _name_boost(boost), points=value)
        work.record.log.add_all(ranked.ordinals[mask].astype(np.int64), move)
    rows = order_by_score(scores, snapshot.product_ids[ranked.ordinals])
    return select_rows(replace(ranked, scores=scores), rows)


def _move_shares(work: _Work, ranked: Ranked, boosts: Sequence[Effect]) -> Ranked:
    if not boosts:
        return ranked
    masks = [work.targets.mask(boost.target)[ranked.ordinals] for boost in boosts]
    strengths = [boost.strength for boost in boosts]
    rows = move_positions(len(ranked.ordinals), masks, strengths)
    before = np.arange(1, len(rows) + 1)
    after = np.empty(len(rows), np.int64)
    after[rows] = before
    for boost, mask, places in zip(boosts, masks, share_places(before - after, masks, strengths), strict=True):
        move, ordinals = make_move(boost, _name_boost(boost)), ranked.ordinals[mask].astype(np.int64)
        work.record.log.add_steps(ordinals, move, before[mask], after[mask], places[mask])
    return select_rows(ranked, rows)


def _name_boost(boost: Effect) -> str:
    return "boost" if boost.strength > 0 else "bury"


def apply_pins(work: _Work, ranked: Ranked, reach: Reach) -> tuple[Ranked, Mask]:
    """The list with its pins, and which of its rows they hold."""
    if not (work.rules.pins or work.rules.slots):
        ranked = collapse_rows(ranked, work.targets.snapshot, pinned=()) if work.collapse else ranked
        return ranked, np.zeros(len(ranked.ordinals), bool)
    reach = replace(reach, before=_number_rows(ranked))
    wanted = list_wanted(work.rules, ranked, reach, work.record)
    if work.collapse:
        shown = [item for item in wanted if item.pin.ordinal >= 0]
        beside = [item.pin.ordinal for item in shown if not item.stands_for_group]
        pinned = [item.pin.ordinal for item in shown if item.stands_for_group]
        ranked = collapse_rows(ranked, work.targets.snapshot, pinned=pinned, beside=beside)
        reach = replace(reach, before=_number_rows(ranked))
    order, placed = place_pins(ranked.ordinals, [item.pin for item in wanted])
    record_placed(placed, wanted, reach, work.record)
    rows = np.array([reach.before.get(ordinal, -1) for ordinal in order.tolist()], dtype=np.intp)
    ranked = replace(
        take_rows(ranked, order, rows),
        pinned=list_pinnable(work.rules, reach),
        pinned_variants=list_pinned_variants(work.rules, reach),
        variants=list_variants(placed, wanted, reach),
    )
    fixed = np.zeros(len(order), bool)
    fixed[[item.position - 1 for item in placed if item.position is not None]] = True
    return ranked, fixed


def _number_rows(ranked: Ranked) -> dict[int, int]:
    return {ordinal: row for row, ordinal in enumerate(ranked.ordinals.tolist())}


def take_rows(ranked: Ranked, order: Ordinals, rows: Rows) -> Ranked:
    """The list in its new order; products that pins brought in (row -1) have no scores of their own: zero."""
    if not len(ranked.ordinals):
        parts = {name: np.zeros(len(order), values.dtype) for name, values in ranked.parts.items()}
        return replace(ranked, ordinals=order, scores=np.zeros(len(order), np.float32), parts=parts)
    known = rows >= 0
    parts = {name: np.where(known, values[rows], 0).astype(values.dtype) for name, values in ranked.parts.items()}
    return replace(ranked, ordinals=order, scores=np.where(known, ranked.scores[rows], 0), parts=parts)


def apply_variety(work: _Work, ranked: Ranked, fixed: Mask) -> Ranked:
    """Mixes what stands between the pins, as the strongest rule that asks for it says."""
    effects = [(effect, effect.action) for effect in work.rules.varieties if isinstance(effect.action, DiversifyAction)]
    if not effects or not len(ranked.ordinals):
        return ranked
    (effect, action), *others = effects
    for other, wish in others:
        if wish != action:
            reason = _("How products are mixed is set by “%s”.") % effect.rule.name
            work.record.say(other, "beaten", reason, beaten_by=effect.rule.id)
    if work.order != "relevance":
        work.record.say(effect, "beaten", _("Products are not mixed while the list is sorted by something else."))
        return ranked
    looked_at = ranked.ordinals[:LOOKED_AT].astype(np.int64)
    kinds = find_kinds(action.field, looked_at, work.targets.snapshot)
    if kinds is None:
        work.record.say(effect, "beaten", _("The catalog has no attribute “%s” now.") % action.field)
        return ranked
    rest = np.arange(len(looked_at), len(ranked.ordinals))
    rows = np.concatenate([mix(kinds, fixed[:LOOKED_AT], most=action.most, within=action.within), rest])
    after = np.arange(1, len(rows) + 1)
    late = rows + 1 < after
    work.record.log.add_steps(
        ranked.ordinals[rows[late]].astype(np.int64),
        make_move(effect, "diversify"),
        rows[late] + 1,
        after[late],
        np.zeros(int(late.sum())),
    )
    return select_rows(ranked, rows)
