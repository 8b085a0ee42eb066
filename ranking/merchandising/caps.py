"""Caps, the last word on a result: what rules push above its share of the first places is put behind them."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext as _

from ranking.contracts import Move, Ranked, RuleOutcome
from ranking.merchandising.cap_rows import Cap, describe_cap
from ranking.merchandising.moves import MoveLog
from ranking.merchandising.targets import Mask, Targets

Order = npt.NDArray[np.integer]


def keep_caps(after: Ranked, before: Ranked, caps: Sequence[Cap], targets: Targets, *, market: str) -> Ranked:
    """`before` is the list as it was ranked, before any rule. Rules that take other products away change what would
    have stood there, so then only the share itself counts.
    """
    concerned = [cap for cap in caps if cap.market in ("", market)]
    if not concerned or not len(after.ordinals):
        return after
    kinds = [targets.mask(cap.target) for cap in concerned]
    limits = [_find_limit(cap, kind, before, after) for cap, kind in zip(concerned, kinds, strict=True)]
    flags = [kind[after.ordinals] for kind in kinds]
    order: Order = np.arange(len(after.ordinals))
    moved: dict[int, Cap] = {}
    for number, cap in enumerate(concerned):
        order, surplus = _put_back(order, flags, limits, concerned, number)
        moved |= dict.fromkeys(surplus, cap)
    return _record(after, _keep_ranks(after, order, {cap.places for cap in concerned}), moved) if moved else after


def _find_limit(cap: Cap, kind: Mask, before: Ranked, after: Ranked) -> int:
    if after.removed is not None and bool((after.removed & ~kind).any()):
        return cap.limit
    stood = int(kind[before.ordinals[: cap.places]].sum())
    return max(cap.limit, stood)


def _put_back(
    order: Order, flags: Sequence[Mask], limits: Sequence[int], caps: Sequence[Cap], number: int
) -> tuple[Order, list[int]]:
    """The order with this cap kept, and the rows it put behind. Each surplus product changes places with the next one
    that no cap is against, so that all others stay where they are; with no such product the list stays as it is.
    """
    places = caps[number].places
    surplus: list[int] = []
    over = [int(row) for row in order[:places] if flags[number][row]][limits[number] :]
    for row in over:
        full = [
            flag
            for flag, limit, cap in zip(flags, limits, caps, strict=True)
            if int(flag[order[: cap.places]].sum()) >= limit
        ]
        tail = order[places:]
        usable = ~np.logical_or.reduce([flags[number], *full])[tail]
        if not usable.any():
            break
        found = int(np.argmax(usable))
        head = np.where(order[:places] == row, tail[found], order[:places])
        rest = np.delete(tail, found)
        order = np.concatenate([head, rest[: len(surplus)], [row], rest[len(surplus) :]])
        surplus.append(row)
    return order, surplus


def _keep_ranks(after: Ranked, order: Order, places: Collection[int]) -> Order:
    """Pinned products stay where they are; the others keep their order among themselves, as far as no cap counts."""
    order, start = order.copy(), 0
    for end in sorted(places):
        part = order[start:end]
        is_free = np.array([not _is_pinned(after, int(row)) for row in part], dtype=bool)
        part[is_free] = np.sort(part[is_free])
        start = end
    return order


def _is_pinned(after: Ranked, row: int) -> bool:
    return any(move.position is not None for move in after.moves.get(int(after.ordinals[row]), ()))


def _record(after: Ranked, order: Order, moved: dict[int, Cap]) -> Ranked:
    """Into the ledger: the products put behind, and the rules that wanted them further up."""
    log = MoveLog(bulk=[*after.moves.bulk], single={**after.moves.single}) if isinstance(after.moves, MoveLog) else None
    log = log or MoveLog()
    position_of = {int(row): position for position, row in enumerate(order, start=1)}
    outcomes: dict[tuple[str, str], RuleOutcome] = {}
    for row, cap in moved.items():
        ordinal, name = int(after.ordinals[row]), describe_cap(cap)
        for move in after.moves.get(ordinal, ()):
            reason = _("Products were put behind the first %(places)d: %(cap)s.") % {"places": cap.places, "cap": name}
            outcomes[move.rule_id, cap.id] = RuleOutcome(move.rule_id, move.rule_name, "beaten", reason, cap.id)
        log.add(ordinal, Move(cap.id, name, "cap", position=position_of[row], from_position=row + 1))
    parts = {name: values[order] for name, values in after.parts.items()}
    return replace(
        after,
        ordinals=after.ordinals[order],
        scores=after.scores[order],
        parts=parts,
        moves=log,
        outcomes=(*after.outcomes, *outcomes.values()),
    )
