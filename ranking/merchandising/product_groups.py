"""Titled blocks of products that rules put into a page: which products they hold, and what that takes from the list."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext as _

from ranking.contracts import Query, RuleOutcome
from ranking.merchandising.actions import GroupAction
from ranking.merchandising.block_allowance import BlockAllowance, report_held_back
from ranking.merchandising.match import Effect
from ranking.merchandising.targets import Mask
from ranking.registry import LiveState
from ranking.retrieval.duplicates import ALONE, collapse_offers, offer_groups
from ranking.retrieval.filters import live_mask
from ranking.retrieval.pool import Pool

Ordinals = npt.NDArray[np.int64]
# Each is a search of its own; and a page is results first.
MOST_GROUPS = 3
# What a block's words find, best first: (words, empty for those of the shopper) → ordinals.
Find = Callable[[str], Ordinals]


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """`members` are ordinals, best first: those that the shopper's filters let through."""

    effect: Effect
    action: GroupAction
    members: tuple[int, ...]

    def title(self, locale: str) -> str:
        first, second = self.action.title_en, self.action.title_zh
        return (second or first) if locale == "zh" else (first or second)


@dataclass(frozen=True, slots=True)
class FoundGroups:
    """`taken` marks what the blocks take out of the list, whatever the shopper filters by, so that facets stay true."""

    groups: tuple[FoundGroup, ...] = ()
    taken: Mask | None = None
    outcomes: tuple[RuleOutcome, ...] = ()


def find_groups(query: Query, live: LiveState, pool: Pool, find: Find) -> FoundGroups:
    """The blocks of this search in order of precedence; a product is in one of them only."""
    if query.rules is None or pool.removal is None or not query.rules.groups:
        return FoundGroups()
    effects = [(effect, effect.action) for effect in query.rules.groups if isinstance(effect.action, GroupAction)]
    outcomes: list[RuleOutcome] = []
    asked: list[tuple[Effect, GroupAction]] = []
    for effect, action in effects:
        if action.obey_sort and query.request.sort != "relevance":
            outcomes.append(_report(effect, _("the shopper chose a sort order")))
        elif len(asked) == MOST_GROUPS:
            winner = asked[0][0].rule
            reason = _("The page has enough blocks of products already; “%s” shows the first.") % winner.name
            outcomes.append(_report(effect, reason, beaten_by=winner.id))
        else:
            asked.append((effect, action))
    choice = _Choice(query, live, pool)
    groups = [choice.choose(effect, action, find, outcomes) for effect, action in asked]
    shown = tuple(group for group in groups if group.members)
    return FoundGroups(shown, choice.taken if choice.taken.any() else None, tuple(outcomes))


class _Choice:
    """One search's blocks, chosen one after the other."""

    def __init__(self, query: Query, live: LiveState, pool: Pool) -> None:
        assert pool.removal is not None  # noqa: S101 - find_groups looked
        self._query, self._snapshot, self._pool = query, live.snapshot, pool
        self._targets = pool.removal.targets
        self._usable = live_mask(live.snapshot, market=query.request.market) & ~pool.removal.mask
        self._collapse = query.request.collapse and bool(live.config.parameters["collapse_duplicates"])
        self._pins = {
            ordinal: effect
            for effect in reversed(query.rules.pins)
            if effect.pin and (ordinal := self._targets.find_ordinal(effect.pin.sku)) >= 0
        }
        self._caps = BlockAllowance.read(live.book.caps, self._targets, market=query.request.market)
        self.taken = np.zeros(len(live.snapshot.product_ids), bool)

    def choose(self, effect: Effect, action: GroupAction, find: Find, outcomes: list[RuleOutcome]) -> FoundGroup:
        usable = self._usable & self._targets.mask(effect.target)
        if action.obey_stock:
            usable &= self._snapshot.in_stock
        if action.dedupe == "group":
            usable &= ~self._pool.candidates
        found = find(action.words)
        found = found[usable[found]]
        outcomes.extend(self._give_way(effect, found[: action.size]))
        found = found[~np.isin(found, list(self._pins))]
        if self._collapse:
            found = found[collapse_offers(found, self._snapshot).rows]
        found, stopped = self._caps.hold_back(found, action)
        outcomes.extend(report_held_back(effect, cap) for cap in stopped)
        chosen = found[: action.size]
        self._caps.spend(chosen, action)
        self._take(chosen, from_list=action.dedupe == "list")
        shown = chosen[self._pool.allowed[chosen]] if action.obey_filters else chosen
        if len(shown) < action.size:
            details = {"found": len(shown), "wanted": action.size}
            outcomes.append(_report(effect, _("The block shows %(found)d of %(wanted)d products.") % details))
        return FoundGroup(effect, action, tuple(shown.tolist()))

    def _give_way(self, effect: Effect, best: Ordinals) -> list[RuleOutcome]:
        """A pinned product stays in the list."""
        holders = [self._pins[ordinal] for ordinal in best.tolist() if ordinal in self._pins]
        return [
            _report(
                effect,
                _("%(sku)s: pinned by “%(rule)s”, so the block leaves it out")
                % {"sku": holder.pin.sku if holder.pin else "", "rule": holder.rule.name},
                beaten_by=holder.rule.id,
            )
            for holder in holders
        ]

    def _take(self, chosen: Ordinals, *, from_list: bool) -> None:
        """The chosen ones, with other offers of the same things where those are shown once."""
        self._usable[chosen] = False
        if not from_list:
            return
        self.taken[chosen] = True
        if self._collapse and len(chosen):
            of = offer_groups(self._snapshot)
            self.taken |= (of != ALONE) & np.isin(of, of[chosen])
            self.taken[list(self._pins)] = False


def _report(effect: Effect, reason: str, *, beaten_by: str = "") -> RuleOutcome:
    return RuleOutcome(effect.rule.id, effect.rule.name, "beaten", reason, beaten_by)


def list_members(groups: Sequence[FoundGroup]) -> list[int]:
    return [ordinal for group in groups for ordinal in group.members]
