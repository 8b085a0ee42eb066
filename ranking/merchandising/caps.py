"""Caps, the last word on a result: what rules push above its share of the first places is put behind them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext as _

from ranking.contracts import Move, Ranked, RuleOutcome
from ranking.merchandising.cap_rows import Cap, describe_cap
from ranking.merchandising.moves import MoveLog
from ranking.merchandising.targets import Mask, Targets

Order = npt.NDArray[np.integer]


@dataclass(frozen=True)
class CapLimit:
    """A cap in one search: the products it means, and how many of the first places they may have. `places` and
    `allowed` are those of the page, until blocks of products have taken theirs.
    """

    cap: Cap
    kind: Mask
    places: int
    allowed: int


def read_limits(
    caps: Sequence[Cap], before: Ranked, targets: Targets, *, market: str, hidden: Mask | None = None
) -> list[CapLimit]:
    """`before` is the list as it was ranked, before any rule: what stood there may stay. Rules that take other products
    away (`hidden`) change what would have stood there, so then only the share itself counts.
    """
    limits = []
    for cap in (cap for cap in caps if cap.market in ("", market)):
        kind = targets.mask(cap.target)
        takes_others = hidden is not None and bool((hidden & ~kind).any())
        stood = 0 if takes_others else int(kind[before.ordinals[: cap.places]].sum())
        limits.append(CapLimit(cap, kind, cap.places, max(cap.limit, stood)))
    return limits


def keep_caps(after: Ranked, limits: Sequence[CapLimit]) -> Ranked:
    """The list with what is too much behind the first places; `limits` are those of the list alone."""
    concerned = [limit for limit in limits if limit.places > 0]
    if not concerned or not len(after.ordinals):
        return after
    flags = [limit.kind[after.ordinals] for limit in concerned]
    order: Order = np.arange(len(after.ordinals))
    moved: dict[int, Cap] = {}
    for number, limit in enumerate(concerned):
        order, surplus = _put_back(order, flags, concerned, number)
        moved |= dict.fromkeys(surplus, limit.cap)
    return _record(after, _keep_ranks(after, order, {limit.places for limit in concerned}), moved) if moved else after


def _put_back(order: Order, flags: Sequence[Mask], limits: Sequence[CapLimit], number: int) -> tuple[Order, list[int]]:
    """The order with this cap kept, and the rows it put behind. Each surplus product changes places with the next one
    that no cap is against, so that all others stay where they are; with no such product the list stays as it is.
    """
    places = limits[number].places
    surplus: list[int] = []
    over = [int(row) for row in order[:places] if flags[number][row]][limits[number].allowed :]
    for row in over:
        full = [
            flag
            for flag, limit in zip(flags, limits, strict=True)
            if int(flag[order[: limit.places]].sum()) >= limit.allowed
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
