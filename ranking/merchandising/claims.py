"""What the rules of a book lay claim to: two rules can clash only where both claim the same, where one pins what the
other takes away, or where one stops the other. Whoever else it is need not be compared (conflicts.py decides).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ranking.merchandising.actions import (
    Action,
    BoostAction,
    DiversifyAction,
    FacetsAction,
    FilterAction,
    HideAction,
    LayoutAction,
    PinAction,
    RedirectAction,
    SlotAction,
    SortAction,
    list_clauses,
)
from ranking.merchandising.clauses import SKU_FIELD
from ranking.merchandising.compile import CompiledRule
from ranking.merchandising.conflicts import Holds, removes
from ranking.merchandising.product_clashes import list_positions
from ranking.merchandising.word_wishes import list_sayings

Claim = tuple[object, ...]
Removal = HideAction | FilterAction


def list_claims(action: Action) -> Iterator[Claim]:
    match action:
        case PinAction() | SlotAction():
            yield from (("position", position) for position in list_positions(action))
        case BoostAction():
            yield "boost", action.target
        case RedirectAction() | SortAction() | LayoutAction() | FacetsAction() | DiversifyAction():
            yield (action.type,)
        case _:
            yield from dict.fromkeys(("word", *saying.subject) for saying in list_sayings(action))


@dataclass(frozen=True, slots=True)
class ClaimIndex:
    """Rules in order of precedence; their places by claim and by SKU pinned; by place, what is pinned and taken away
    there; the SKUs named for that; and the places of those that stop later rules.
    """

    rules: Sequence[CompiledRule]
    claims: dict[Claim, list[int]] = field(default_factory=dict)
    pins: dict[str, list[int]] = field(default_factory=dict)
    pinned: dict[int, tuple[str, ...]] = field(default_factory=dict)
    removals: dict[int, tuple[Removal, ...]] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    stoppers: list[int] = field(default_factory=list)

    def find_candidates(self, rule: CompiledRule, holds: Holds) -> Iterator[int]:
        """The places of all rules that may want what this one does not, in order of precedence."""
        if rule.stop_processing:
            yield from range(len(self.rules))
            return
        found = set(self.stoppers)
        for action in rule.actions:
            for claim in list_claims(action):
                found.update(self.claims.get(claim, ()))
        pins, removals = list_pins(rule), list_removals(rule)
        for sku in pins:
            found.update(self.pins.get(sku, ()))
        opposite = {*(self.removals if pins else ()), *(self.pinned if removals else ())}
        for place in sorted(found | opposite):
            if place in found or self._takes_away(place, pins, removals, holds):
                yield place

    def _takes_away(self, place: int, pins: Iterable[str], removals: Iterable[Removal], holds: Holds) -> bool:
        """Whether the rule there removes what is pinned, or pins what is removed."""
        for removal in self.removals.get(place, ()):
            if any(removes(removal, sku, holds) for sku in pins):
                return True
        return any(removes(removal, sku, holds) for sku in self.pinned.get(place, ()) for removal in removals)

    def list_products(self, rule: CompiledRule) -> set[str]:
        """The SKUs of which must be known whether one rule takes away what the other pins."""
        pins, removals = list_pins(rule), list_removals(rule)
        removed = {sku for removal in removals for sku in list_named(removal)}
        return removed.union(pins, self.removed if pins else (), self.pins if removals else ())


def list_pins(rule: CompiledRule) -> tuple[str, ...]:
    return tuple(action.sku for action in rule.actions if isinstance(action, PinAction))


def list_removals(rule: CompiledRule) -> tuple[Removal, ...]:
    return tuple(action for action in rule.actions if isinstance(action, HideAction | FilterAction))


def list_named(removal: Removal) -> Iterator[str]:
    for clause in list_clauses(removal)[1]:
        if clause.field == SKU_FIELD:
            yield from clause.values


def index_claims(rules: Sequence[CompiledRule]) -> ClaimIndex:
    index = ClaimIndex(rules)
    for place, rule in enumerate(rules):
        for action in rule.actions:
            for claim in list_claims(action):
                index.claims.setdefault(claim, []).append(place)
        if pins := list_pins(rule):
            index.pinned[place] = pins
        for sku in pins:
            index.pins.setdefault(sku, []).append(place)
        if removals := list_removals(rule):
            index.removals[place] = removals
            index.removed.update(sku for removal in removals for sku in list_named(removal))
        if rule.stop_processing:
            index.stoppers.append(place)
    return index
