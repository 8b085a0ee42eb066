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
from ranking.merchandising.actions import PinAction, SlotAction
from ranking.merchandising.boosts import boost_points
from ranking.merchandising.caps import keep_caps
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
    sort: str  # the shopper's choice
    order: str  # what the list is sorted by: the shopper's choice, or a rule's
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
    work = _Work(rules, pool.removal.targets, pool.allowed, query.request.sort, query.sort, collapse)
    removed, arrived = pool.removal.mask, ranked
    for effect, kind, mask in pool.removal.taken:
        work.log.add_all(np.flatnonzero(mask), make_move(effect, kind))
    ranked = drop_removed(ranked, removed)
    ranked = apply_boosts(work, ranked, snapshot)
    ranked = apply_pins(work, ranked, removed, live_mask(snapshot, market=query.request.market))
    done = replace(ranked, moves=work.log, outcomes=(*rules.outcomes, *work.outcomes), removed=removed)
    return keep_caps(done, arrived, live.book.caps, work.targets, market=query.request.market)


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
    if work.order != "relevance":
        reason = _("Boosts rest while the list is sorted by something else.")
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
    if not (work.rules.pins or work.rules.slots):
        return collapse_rows(ranked, work.targets.snapshot, pinned=()) if work.collapse else ranked
    before = {ordinal: row for row, ordinal in enumerate(ranked.ordinals.tolist())}
    reach = _Reach(showable & ~removed, work.allowed, work.targets.snapshot.in_stock, before, work.sort)
    wanted = _list_wanted(work, ranked, reach)
    if work.collapse:
        pinned = [item.pin.ordinal for item in wanted if item.pin.ordinal >= 0]
        ranked = collapse_rows(ranked, work.targets.snapshot, pinned=pinned)
        before = {ordinal: row for row, ordinal in enumerate(ranked.ordinals.tolist())}
        reach = replace(reach, before=before)
    order, placed = place_pins(ranked.ordinals, [item.pin for item in wanted])
    record_pins(work, placed, wanted, reach)
    rows = np.array([before.get(ordinal, -1) for ordinal in order.tolist()], dtype=np.intp)
    return replace(take_rows(ranked, order, rows), pinned=list_pinnable(work, reach))


@dataclass(frozen=True)
class _Wanted:
    """One product that a rule wants at a position, by name (`label` is its SKU) or as the best of a kind."""

    effect: Effect
    pin: Pin
    label: str
    kind: str


def _list_wanted(work: _Work, ranked: Ranked, reach: "_Reach") -> list[_Wanted]:
    """Pins and the picks of slots in order of precedence. A product pinned by name is not picked for a slot as well."""
    named = [_read_pin(work, effect, action, reach) for effect in work.rules.pins if (action := effect.pin)]
    taken = {item.pin.ordinal for item in named}
    picked: list[_Wanted] = []
    for effect in work.rules.slots:
        found = _fill_slot(work, effect, ranked, reach, taken)
        taken |= {item.pin.ordinal for item in found}
        picked += found
    return sorted([*named, *picked], key=lambda item: item.effect.rule.order)


def _read_pin(work: _Work, effect: Effect, action: PinAction, reach: "_Reach") -> _Wanted:
    ordinal = work.targets.find_ordinal(action.sku)
    refusal = reach.refuse(action, ordinal)
    if refusal:
        work.outcomes.append(report(effect, "beaten", f"{action.sku}: {refusal}"))
    pin = Pin(-1 if refusal else ordinal, action.position, effect.rule.id, action.on_missing == "compact")
    return _Wanted(effect, pin, action.sku, "pin")


def _fill_slot(work: _Work, effect: Effect, ranked: Ranked, reach: "_Reach", taken: set[int]) -> list[_Wanted]:
    """The best ranked products of the slot's kind, one for each of its positions."""
    action = effect.action
    if not isinstance(action, SlotAction):
        return []
    if action.obey_sort and reach.sort != "relevance":
        work.outcomes.append(report(effect, "beaten", _("the shopper chose a sort order")))
        return []
    usable = work.targets.mask(effect.target)
    if action.obey_stock:
        usable = usable & reach.in_stock
    found = [int(ordinal) for ordinal in ranked.ordinals[usable[ranked.ordinals]] if int(ordinal) not in taken]
    if len(found) < len(action.positions):
        reason = _("%(found)d of %(wanted)d positions filled: the search finds no more such products.")
        details = {"found": len(found), "wanted": len(action.positions)}
        work.outcomes.append(report(effect, "beaten", reason % details))
    return [
        _Wanted(effect, Pin(ordinal, position, effect.rule.id), str(position), "slot")
        for position, ordinal in zip(action.positions, found, strict=False)
    ]


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


def list_pinnable(work: _Work, reach: _Reach) -> tuple[int, ...]:
    """What these pins show when the shopper takes the filters away: facets count for clicks that may do so."""
    anywhere = replace(reach, allowed=np.ones_like(reach.allowed))
    found = [(work.targets.find_ordinal(effect.pin.sku), effect.pin) for effect in work.rules.pins if effect.pin]
    return tuple(ordinal for ordinal, action in found if not anywhere.refuse(action, ordinal))


def record_pins(work: _Work, placed: Sequence[Placed], wanted: Sequence[_Wanted], reach: _Reach) -> None:
    for place in placed:
        item = wanted[place.index]
        if place.beaten_by is not None:
            winner = wanted[place.beaten_by].effect.rule
            words = _("%(sku)s: position %(position)d was taken, so it stands at %(shown)d")
            if place.position is None:
                words = _("%(sku)s: already pinned")
            details = {"sku": item.label, "position": item.pin.position, "shown": place.position}
            work.outcomes.append(report(item.effect, "beaten", words % details, beaten_by=winner.id))
        if place.position is not None:
            row = reach.before.get(item.pin.ordinal)
            came_from = None if row is None else row + 1
            move = replace(make_move(item.effect, item.kind), position=place.position, from_position=came_from)
            work.log.add(item.pin.ordinal, move)


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
