"""Which product each pin and each kept place gets, and the record of it: named products, their substitutes, the best of
a kind.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from ranking.contracts import Ranked, RuleOutcome
from ranking.merchandising.actions import PinAction, SlotAction
from ranking.merchandising.clauses import SKU_FIELD
from ranking.merchandising.match import Effect, MatchedRules
from ranking.merchandising.moves import MoveLog, make_move
from ranking.merchandising.named import NamedVariant
from ranking.merchandising.pins import Pin, Placed
from ranking.merchandising.reach import Reach


@dataclass(frozen=True)
class Wanted:
    """One product that a rule wants at a position: by name (`label` is the SKU), in the place of a named one, or as the
    best of a kind.
    """

    effect: Effect
    pin: Pin
    label: str
    kind: str
    stands_for_group: bool = True


@dataclass
class Record:
    """What the ledger will say."""

    log: MoveLog
    outcomes: list[RuleOutcome]

    def say(self, effect: Effect, status: str, reason: str, *, beaten_by: str = "") -> None:
        self.outcomes.append(RuleOutcome(effect.rule.id, effect.rule.name, status, reason, beaten_by))


def list_wanted(rules: MatchedRules, ranked: Ranked, reach: Reach, record: Record) -> list[Wanted]:
    """Pins and the picks of slots in order of precedence. A product pinned by name is not picked as well."""
    pins = [(effect, effect.pin) for effect in rules.pins if effect.pin]
    refusals = [reach.refuse(action) for _effect, action in pins]
    ordinals = [reach.targets.find_ordinal(action.sku) for _effect, action in pins]
    taken = {ordinal for ordinal, refusal in zip(ordinals, refusals, strict=True) if not refusal}
    brought = find_brought(rules, reach)
    wanted: list[Wanted] = []
    for (effect, action), ordinal, refusal in zip(pins, ordinals, refusals, strict=True):
        wanted.append(
            _read_pin(effect, action, -1 if refusal else ordinal, refusal, (ranked, reach, taken, record), brought)
        )
        taken.add(wanted[-1].pin.ordinal)
    for effect in rules.slots:
        found = _fill_slot(effect, ranked, reach, taken, record)
        taken |= {item.pin.ordinal for item in found}
        wanted += found
    return sorted(wanted, key=lambda item: item.effect.rule.order)


_Search = tuple[Ranked, Reach, set[int], Record]


def _read_pin(
    effect: Effect, action: PinAction, ordinal: int, refusal: str, search: _Search, brought: Mapping[str, int]
) -> Wanted:
    ranked, reach, taken, record = search
    kind = "pin"
    if refusal:
        if action.on_missing == "substitute" and not reach.is_resting(action):
            ordinal = _find_substitute(effect, action, ranked, reach, taken)
            named = brought.get(action.sku, -1)
            ordinal = named if ordinal < 0 <= named and reach.allowed[named] else ordinal
            kind = "substitute"
        stand_in = _(" (a substitute stands in)") if ordinal >= 0 else ""
        record.say(effect, "beaten", f"{action.sku}: {refusal}{stand_in}")
    pin = Pin(ordinal, action.position, effect.rule.id, action.on_missing != "keep_gap", action.soft)
    return Wanted(effect, pin, action.sku, kind, action.obey_grouping)


def _find_substitute(effect: Effect, action: PinAction, ranked: Ranked, reach: Reach, taken: set[int]) -> int:
    """The best ranked product of the kind, or -1."""
    usable = reach.targets.mask(effect.target) & reach.usable(obey_stock=action.obey_stock)
    ranks = ranked.ordinals[usable[ranked.ordinals]]
    return next(iter(reach.pick(ranks, taken, most=1)), -1)


def find_brought(rules: MatchedRules, reach: Reach) -> dict[str, int]:
    """By the SKU of the missing product what stands in although the search does not find it, under any filters."""
    anywhere = reach.without_filters()
    pins = [(effect, effect.pin) for effect in rules.pins if effect.pin and not reach.is_resting(effect.pin)]
    held = {reach.targets.find_ordinal(pin.sku) for _effect, pin in pins if not anywhere.refuse(pin)}
    brought: dict[str, int] = {}
    for effect, pin in pins:
        ordinal = _bring_substitute(effect, pin, reach, held)
        if ordinal >= 0:
            brought[pin.sku] = ordinal
            held.add(ordinal)
    return brought


def _bring_substitute(effect: Effect, action: PinAction, reach: Reach, taken: Container[int]) -> int:
    """What stands in although the search does not find it: the first SKU that is named, while the pinned product is
    missing under any filters and the search finds nothing of the kind. Or -1.

    It does not depend on the shopper's filters, so that a facet can count what a click on it shows.
    """
    anywhere = reach.without_filters()
    if action.obey_query or action.on_missing != "substitute" or not anywhere.refuse(action):
        return -1
    usable = reach.targets.mask(effect.target) & anywhere.usable(obey_stock=action.obey_stock)
    if (usable & reach.found).any():
        return -1
    named = [sku for item in effect.target if item.field == SKU_FIELD and not item.exclude for sku in item.values]
    ordinals = [reach.targets.find_ordinal(sku) for sku in named]
    return next((at for at in ordinals if at >= 0 and usable[at] and at not in taken), -1)


def _fill_slot(effect: Effect, ranked: Ranked, reach: Reach, taken: set[int], record: Record) -> list[Wanted]:
    """The best ranked products of the slot's kind, one for each of its positions."""
    action = effect.action
    if not isinstance(action, SlotAction):
        return []
    if action.obey_sort and reach.sort != "relevance":
        record.say(effect, "beaten", _("the shopper chose a sort order"))
        return []
    usable = reach.targets.mask(effect.target)
    if action.obey_stock:
        usable = usable & reach.in_stock
    found = reach.pick(ranked.ordinals[usable[ranked.ordinals]], taken, most=len(action.positions))
    if len(found) < len(action.positions):
        reason = _("%(found)d of %(wanted)d positions filled: the search finds no more such products.")
        record.say(effect, "beaten", reason % {"found": len(found), "wanted": len(action.positions)})
    return [
        Wanted(effect, Pin(ordinal, position, effect.rule.id), str(position), "slot")
        for position, ordinal in zip(action.positions, found, strict=False)
    ]


def record_placed(placed: Sequence[Placed], wanted: Sequence[Wanted], reach: Reach, record: Record) -> None:
    stands = {place.index: place.position for place in placed}
    for place in placed:
        item = wanted[place.index]
        if place.beaten_by is not None:
            other = wanted[place.beaten_by]
            if not _has_its_way(item, other, stands[place.beaten_by], place):
                record.say(item.effect, "beaten", _say_beaten(item, place), beaten_by=other.effect.rule.id)
        if place.position is not None:
            row = reach.before.get(item.pin.ordinal)
            came_from = place.position if place.own else None if row is None else row + 1
            move = replace(make_move(item.effect, item.kind), position=place.position, from_position=came_from)
            record.log.add(item.pin.ordinal, move)


def _say_beaten(item: Wanted, place: Placed) -> str:
    words = _("%(sku)s: position %(position)d was taken, so it stands at %(shown)d")
    if place.position is None:
        words = _("%(sku)s: already pinned")
    return words % {"sku": item.label, "position": item.pin.position, "shown": place.position}


def _has_its_way(item: Wanted, other: Wanted, stands: int | None, place: Placed) -> bool:
    """Whether the product stands where this rule wants it all the same, be it by the word of another rule."""
    if place.position is not None:
        return place.position == item.pin.position
    if item.label != other.label or stands is None:
        return False
    same = (item.pin.position, item.pin.soft) == (other.pin.position, other.pin.soft)
    return same or stands == item.pin.position or (item.pin.soft and stands <= item.pin.position)


def list_variants(placed: Sequence[Placed], wanted: Sequence[Wanted], reach: Reach) -> dict[int, str]:
    """Which variant the card of a pinned product shows, where the pin names one."""
    shown = [wanted[place.index] for place in placed if place.position is not None]
    return {
        item.pin.ordinal: item.label for item in shown if item.kind == "pin" and item.label in reach.targets.variants
    }


def list_pinned_variants(rules: MatchedRules, reach: Reach) -> dict[int, tuple[NamedVariant, ...]]:
    """Of products that pins show for some of their variants alone, as far as filters let these through, which ones."""
    anywhere, variants = reach.without_filters(), reach.targets.variants
    limited: dict[int, list[NamedVariant]] = {}
    free = set(find_brought(rules, reach).values())
    for pin in (effect.pin for effect in rules.pins):
        if pin and not anywhere.refuse(pin):
            ordinal = reach.targets.find_ordinal(pin.sku)
            if pin.obey_filters and pin.sku in variants:
                limited.setdefault(ordinal, []).append(variants[pin.sku])
            else:
                free.add(ordinal)
    return {ordinal: tuple(found) for ordinal, found in limited.items() if ordinal not in free}


def list_pinnable(rules: MatchedRules, reach: Reach) -> tuple[int, ...]:
    """What these pins show when the shopper takes the filters away: facets count for clicks that may do so."""
    anywhere = reach.without_filters()
    pins = [effect.pin for effect in rules.pins if effect.pin and not anywhere.refuse(effect.pin)]
    return tuple(
        sorted({reach.targets.find_ordinal(pin.sku) for pin in pins} | set(find_brought(rules, reach).values()))
    )
