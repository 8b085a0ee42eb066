"""Step 4, rules move the hits: show only, hide, boost and bury; offers of the same thing become one; then pins go into
the whole order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext as _

from ranking.contracts import Query, Ranked, RuleOutcome
from ranking.merchandising.actions import PinAction
from ranking.merchandising.boosts import boost_points
from ranking.merchandising.match import Effect, MatchedRules
from ranking.merchandising.moves import MoveLog, make_move
from ranking.merchandising.pins import Pin, Placed, place_pins
from ranking.merchandising.targets import Mask, Targets
from ranking.registry import LiveState
from ranking.retrieval.duplicates import collapse_offers
from ranking.retrieval.filters import live_mask
from ranking.retrieval.ordering import order_by_score
from ranking.retrieval.pool import Pool
from ranking.retrieval.snapshot import IndexSnapshot

Ordinals = npt.NDArray[Any]


@dataclass
class _Work:
    """One search in the hands of its rules."""

    rules: MatchedRules
    targets: Targets
    allowed: Mask
    sort: str
    collapse: bool
    log: MoveLog = field(default_factory=MoveLog)
    outcomes: list[RuleOutcome] = field(default_factory=list)


def apply_rules(ranked: Ranked, query: Query, live: LiveState, pool: Pool) -> Ranked:
    """The list after the rules, one offer of each thing."""
    snapshot, rules = live.snapshot, query.rules
    collapse = query.request.collapse and bool(live.config.parameters["collapse_duplicates"])
    if rules is None or pool.removal is None:
        ranked = collapse_rows(ranked, snapshot, pinned=()) if collapse else ranked
        return replace(ranked, outcomes=rules.outcomes) if rules else ranked
    work = _Work(rules, pool.removal.targets, pool.allowed, query.request.sort, collapse)
    removed = pool.removal.mask
    for effect, kind, mask in pool.removal.taken:
        work.log.add_all(np.flatnonzero(mask), make_move(effect, kind))
    ranked = drop_removed(ranked, removed)
    ranked = apply_boosts(work, ranked, snapshot)
    ranked = apply_pins(work, ranked, removed, live_mask(snapshot, market=query.request.market))
    return replace(ranked, moves=work.log, outcomes=(*rules.outcomes, *work.outcomes), removed=removed)


def drop_removed(ranked: Ranked, removed: Mask) -> Ranked:
    keep = ~removed[ranked.ordinals]
    return ranked if keep.all() else select_rows(ranked, np.flatnonzero(keep))


def select_rows(ranked: Ranked, rows: npt.NDArray[np.intp]) -> Ranked:
    parts = {name: values[rows] for name, values in ranked.parts.items()}
    return replace(ranked, ordinals=ranked.ordinals[rows], scores=ranked.scores[rows], parts=parts)


def collapse_rows(ranked: Ranked, snapshot: IndexSnapshot, *, pinned: Sequence[int]) -> Ranked:
    """The best placed offer of each thing stays; a pinned one stays in its place and stands for the others."""
    collapsed = collapse_offers(ranked.ordinals, snapshot, pinned=pinned)
    if len(collapsed.rows) < len(ranked.ordinals):
        ranked = select_rows(ranked, collapsed.rows)
    return replace(ranked, duplicates=collapsed.hidden)


def apply_boosts(work: _Work, ranked: Ranked, snapshot: IndexSnapshot) -> Ranked:
    """Adds the points and sorts again, unless the shopper chose the order."""
    boosts = work.rules.boosts
    if not boosts or not len(ranked.ordinals):
        return ranked
    if work.sort != "relevance":
        reason = _("Boosts rest while the shopper sorts by something else.")
        work.outcomes += [report(boost, "beaten", reason) for boost in boosts]
        return ranked
    masks = [work.targets.mask(boost.target)[ranked.ordinals] for boost in boosts]
    scores, points = boost_points(ranked.scores, masks, [boost.strength for boost in boosts])
    for boost, mask, value in zip(boosts, masks, points, strict=True):
        kind = "boost" if boost.strength > 0 else "bury"
        work.log.add_all(ranked.ordinals[mask].astype(np.int64), make_move(boost, kind, points=value))
    rows = order_by_score(scores, snapshot.product_ids[ranked.ordinals])
    return select_rows(replace(ranked, scores=scores), rows)


def apply_pins(work: _Work, ranked: Ranked, removed: Mask, showable: Mask) -> Ranked:
    if not work.rules.pins:
        return collapse_rows(ranked, work.targets.snapshot, pinned=()) if work.collapse else ranked
    before = {ordinal: row for row, ordinal in enumerate(ranked.ordinals.tolist())}
    reach = _Reach(showable & ~removed, work.allowed, work.targets.snapshot.in_stock, before, work.sort)
    effects = [(effect, effect.pin) for effect in work.rules.pins if effect.pin]
    pins: list[Pin] = []
    for effect, action in effects:
        ordinal = work.targets.find_ordinal(action.sku)
        refusal = reach.refuse(action, ordinal)
        if refusal:
            work.outcomes.append(report(effect, "beaten", f"{action.sku}: {refusal}"))
        pins.append(Pin(-1 if refusal else ordinal, action.position, effect.rule.id, action.on_missing == "compact"))
    if work.collapse:
        ranked = collapse_rows(ranked, work.targets.snapshot, pinned=[pin.ordinal for pin in pins if pin.ordinal >= 0])
        before = {ordinal: row for row, ordinal in enumerate(ranked.ordinals.tolist())}
        reach = replace(reach, before=before)
    order, placed = place_pins(ranked.ordinals, pins)
    record_pins(work, placed, effects, reach)
    rows = np.array([before.get(ordinal, -1) for ordinal in order.tolist()], dtype=np.intp)
    return replace(take_rows(ranked, order, rows), pinned=list_pinnable(work, effects, reach))


@dataclass(frozen=True)
class _Reach:
    """Which products pins may show here: `showable` is live, in the market and not taken away by a rule."""

    showable: Mask
    allowed: Mask
    in_stock: Mask
    before: dict[int, int]
    sort: str

    def refuse(self, pin: PinAction, ordinal: int) -> str:
        """Why this pin cannot be shown, or nothing."""
        checks = (
            (ordinal < 0, _("no live product has this SKU")),
            (pin.obey_sort and self.sort != "relevance", _("the shopper chose a sort order")),
            (ordinal >= 0 and not self.showable[ordinal], _("not sold here, or taken away by a rule")),
            (pin.obey_filters and ordinal >= 0 and not self.allowed[ordinal], _("outside the shopper's filters")),
            (pin.obey_stock and ordinal >= 0 and not self.in_stock[ordinal], _("out of stock")),
            (pin.obey_query and ordinal not in self.before, _("the words do not find it")),
        )
        return next((reason for failed, reason in checks if failed), "")


def list_pinnable(work: _Work, effects: Sequence[tuple[Effect, PinAction]], reach: _Reach) -> tuple[int, ...]:
    """What these pins show when the shopper takes the filters away: facets count for clicks that may do so."""
    anywhere = replace(reach, allowed=np.ones_like(reach.allowed))
    found = [(work.targets.find_ordinal(action.sku), action) for _effect, action in effects]
    return tuple(ordinal for ordinal, action in found if not anywhere.refuse(action, ordinal))


def record_pins(
    work: _Work, placed: Sequence[Placed], effects: Sequence[tuple[Effect, PinAction]], reach: _Reach
) -> None:
    for place in placed:
        effect, action = effects[place.index]
        if place.beaten_by is not None:
            winner = effects[place.beaten_by][0].rule
            words = _("%(sku)s: position %(position)d was taken, so it stands at %(shown)d")
            if place.position is None:
                words = _("%(sku)s: already pinned")
            details = {"sku": action.sku, "position": action.position, "shown": place.position}
            work.outcomes.append(report(effect, "beaten", words % details, beaten_by=winner.id))
        if place.position is not None:
            ordinal = work.targets.find_ordinal(action.sku)
            row = reach.before.get(ordinal)
            came_from = None if row is None else row + 1
            move = replace(make_move(effect, "pin"), position=place.position, from_position=came_from)
            work.log.add(ordinal, move)


def take_rows(ranked: Ranked, order: Ordinals, rows: npt.NDArray[np.intp]) -> Ranked:
    """The list in its new order; products that pins brought in (row -1) have no scores of their own: zero."""
    if not len(ranked.ordinals):
        parts = {name: np.zeros(len(order), values.dtype) for name, values in ranked.parts.items()}
        return replace(ranked, ordinals=order, scores=np.zeros(len(order), np.float32), parts=parts)
    known = rows >= 0
    parts = {name: np.where(known, values[rows], 0).astype(values.dtype) for name, values in ranked.parts.items()}
    return replace(ranked, ordinals=order, scores=np.where(known, ranked.scores[rows], 0), parts=parts)


def report(effect: Effect, status: str, reason: str, *, beaten_by: str = "") -> RuleOutcome:
    return RuleOutcome(effect.rule.id, effect.rule.name, status, reason, beaten_by)
