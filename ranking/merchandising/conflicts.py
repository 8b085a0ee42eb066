"""What a rule collides with: other rules that can hold in the same search and want what it does not.

A conflict is not an error, rules win by priority; but a merchandiser should know before the day comes. Each conflict
has an example in which it happens (meeting.py), and says who wins there.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Literal

from ranking.merchandising.actions import (
    Action,
    BoostAction,
    FacetsAction,
    FilterAction,
    HideAction,
    LayoutAction,
    PinAction,
    RedirectAction,
    SortAction,
)
from ranking.merchandising.clauses import SKU_FIELD, Clause
from ranking.merchandising.compile import CompiledRule
from ranking.merchandising.facet_wishes import list_contradictions
from ranking.merchandising.meeting import Meetings, Read, Witness
from ranking.merchandising.meeting_words import Same
from ranking.merchandising.product_clashes import compare_places, find_crowded_out, split_by_windows
from ranking.merchandising.word_wishes import list_word_clashes

Kind = Literal[
    "position", "product", "removed", "opposed", "redirect", "sort", "layout", "facet", "words", "variety", "stopped"
]  # fmt: skip
# Whether a product (by SKU) is one that the clauses mean; None: not known.
Holds = Callable[[str, Sequence[Clause]], bool | None]
_ORDER = attrgetter("order")


@dataclass(frozen=True, slots=True)
class Clash:
    """What two rules want differently: a kind, and the SKU or position it is about."""

    kind: Kind
    about: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """`winner` and `loser` are the rules in the example; at "removed" the loser's pin, or the loser's removal, is what
    does not happen.
    """

    kind: Kind
    about: str
    winner: CompiledRule
    loser: CompiledRule
    witness: Witness


def name_skus(sku: str, clauses: Sequence[Clause]) -> bool | None:
    """What the clauses alone tell: certain only where they name SKUs and nothing else."""
    named = [clause for clause in clauses if clause.field == SKU_FIELD]
    if any((sku in clause.values) is clause.exclude for clause in named):
        return False
    return True if len(named) == len(clauses) else None


def find_conflicts(
    rule: CompiledRule,
    others: Iterable[CompiledRule],
    *,
    now: datetime,
    holds: Holds = name_skus,
    read: Read = lambda words: (),
    same: Same = lambda phrase: (),
) -> Iterator[Conflict]:
    """Conflicts of one rule with others, one for each thing both want. What `holds` does not know is no conflict."""
    return compare_rules(rule, others, Meetings(now, read, same), holds=holds)


def compare_rules(
    rule: CompiledRule, others: Iterable[CompiledRule], meetings: Meetings, *, holds: Holds
) -> Iterator[Conflict]:
    """As find_conflicts, for whoever compares many rules: words that were read for one are not read again."""
    parts = split_by_windows(rule)
    for other in others:
        if other.id == rule.id:
            continue
        winner, loser = sorted((rule, other), key=_ORDER)
        told: set[Clash] = set()
        for one, two in itertools.product(parts, split_by_windows(other)):
            clashes = [clash for clash in list_clashes(one, two, holds=holds) if clash not in told]
            witness = meetings.find(one, two) if clashes else None
            if witness is not None:
                told.update(clashes)
                yield from (Conflict(clash.kind, clash.about, winner, loser, witness) for clash in clashes)


def list_clashes(first: CompiledRule, second: CompiledRule, *, holds: Holds = name_skus) -> list[Clash]:
    """What both rules want and cannot both have, were they to hold in one search."""
    stronger, weaker = sorted((first, second), key=_ORDER)
    if stronger.stop_processing:
        return [Clash("stopped", stronger.name)]
    pairs = itertools.product(stronger.actions, weaker.actions)
    found = [clash for one, two in pairs for clash in _compare(one, two, holds)]
    found += [Clash(kind, about) for kind, about in find_crowded_out(stronger.actions, weaker.actions)]
    return list(dict.fromkeys(found))


def _compare(one: Action, two: Action, holds: Holds) -> Iterator[Clash]:
    match one, two:
        case (PinAction(sku=sku), HideAction() | FilterAction()) | (HideAction() | FilterAction(), PinAction(sku=sku)):
            removal = two if isinstance(one, PinAction) else one
            if removes(removal, sku, holds):
                yield Clash("removed", sku)
        case _:
            yield from (Clash(kind, about) for kind, about in compare_places(one, two))
            yield from _compare_others(one, two)


def _compare_others(one: Action, two: Action) -> Iterator[Clash]:
    match one, two:
        case BoostAction(), BoostAction():
            if one.target == two.target and (one.strength > 0) != (two.strength > 0):
                yield Clash("opposed", "; ".join(clause.field for clause in one.target))
        case RedirectAction(), RedirectAction():
            if (one.url, one.url_zh) != (two.url, two.url_zh):
                yield Clash("redirect", two.url)
        case SortAction(), SortAction():
            if one.sort != two.sort:
                yield Clash("sort", two.sort)
        case LayoutAction(), LayoutAction():
            if one.layout != two.layout:
                yield Clash("layout", two.layout)
        case FacetsAction(), FacetsAction():
            found = (*list_contradictions(one, two), *list_contradictions(two, one))
            yield from (Clash("facet", " ".join(about)) for about in found)
        case _:
            yield from (Clash("words", word) for word in list_word_clashes(one, two))


def removes(removal: Action, sku: str, holds: Holds) -> bool:
    """Whether a removal takes away this product."""
    if isinstance(removal, HideAction):
        return holds(sku, removal.target) is True
    return isinstance(removal, FilterAction) and holds(sku, removal.filters) is False
