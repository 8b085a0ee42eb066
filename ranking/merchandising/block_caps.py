"""Caps on a page with blocks of products: the places they leave to the list, and what the last ones may show."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ranking.contracts import Ranked
from ranking.merchandising.block_allowance import report_held_back
from ranking.merchandising.cap_rows import Cap
from ranking.merchandising.caps import CapLimit
from ranking.merchandising.product_groups import FoundGroup, FoundGroups
from ranking.merchandising.targets import Mask


def leave_to_list(limits: Sequence[CapLimit], groups: FoundGroups | None, total: int) -> list[CapLimit]:
    """The limits less what blocks show of the first places, counted as pages show them: each before its result."""
    if groups is None or not groups.groups:
        return list(limits)
    return [_leave(limit, groups.groups, total) for limit in limits]


def _leave(limit: CapLimit, groups: Sequence[FoundGroup], total: int) -> CapLimit:
    shown: list[int] = []
    for results, number in place_blocks(groups, total):
        shown += groups[number].members[: max(limit.places - results - len(shown), 0)]
    of_kind = int(limit.kind[np.array(shown, np.int64)].sum())
    return replace(limit, places=limit.places - len(shown), allowed=max(limit.allowed - of_kind, 0))


def place_blocks(groups: Sequence[FoundGroup], total: int) -> list[tuple[int, int]]:
    """Blocks by number in the order of the pages, each with how many results stand before it; behind the end of the
    list there is only the end.
    """
    return sorted((min(group.action.position - 1, total), number) for number, group in enumerate(groups))


def trim_last_blocks(groups: FoundGroups, ranked: Ranked, limits: Sequence[CapLimit], found: Mask) -> FoundGroups:
    """Where the list ends before a block's position, the block comes into the first places after all: then it shows
    nothing that a cap is against and that the search has not `found` by itself.
    """
    total = len(ranked.ordinals)
    if not any(_is_last(group, total) for group in groups.groups):
        return groups
    page = _Page(limits, ranked)
    kept = list(groups.groups)
    outcomes = list(groups.outcomes)
    for results, number in place_blocks(kept, total):
        page.show_results(results)
        group = kept[number]
        held = ~found if _is_last(group, total) else np.zeros_like(found)
        members, stopped = page.show_block(group.members, held)
        kept[number] = replace(group, members=members)
        outcomes += [report_held_back(group.effect, cap) for cap in stopped]
    return replace(groups, groups=tuple(group for group in kept if group.members), outcomes=tuple(outcomes))


def _is_last(group: FoundGroup, total: int) -> bool:
    return group.action.position - 1 > total


class _Page:
    """The page from its first place on: how many places are taken, and how many of each capped kind stand there."""

    def __init__(self, limits: Sequence[CapLimit], ranked: Ranked) -> None:
        self._limits, self._ordinals = limits, ranked.ordinals
        self._most = max((limit.places for limit in limits), default=0)
        self._results = self._shown = 0
        self._counts = [0] * len(limits)

    def show_results(self, until: int) -> None:
        """Those before the result with this number, as far as any cap counts."""
        for ordinal in self._ordinals[self._results : min(until, self._most)].tolist():
            self._show(ordinal)
        self._results = max(self._results, until)

    def show_block(self, members: Sequence[int], held: Mask) -> tuple[tuple[int, ...], list[Cap]]:
        """What it shows without the `held` ones that a cap is against, and those caps."""
        shown: list[int] = []
        stopped: dict[str, Cap] = {}
        for member in members:
            cap = self._find_full(member) if held[member] else None
            if cap is None:
                self._show(member)
                shown.append(member)
            else:
                stopped[cap.id] = cap
        return tuple(shown), list(stopped.values())

    def _show(self, ordinal: int) -> None:
        for number, limit in enumerate(self._limits):
            if self._shown < limit.places:
                self._counts[number] += int(limit.kind[ordinal])
        self._shown += 1

    def _find_full(self, ordinal: int) -> Cap | None:
        """The cap that this product would break at the next place."""
        for count, limit in zip(self._counts, self._limits, strict=True):
            if self._shown < limit.places and limit.kind[ordinal] and count >= limit.allowed:
                return limit.cap
        return None
