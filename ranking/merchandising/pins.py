"""Pins put into a whole ordered list, so that every page is a slice of one order."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Order = npt.NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class Pin:
    """One wanted pin, given in order of precedence. `ordinal` is -1 when the product cannot be shown here; a `soft` one
    is content with any place before its position, too.
    """

    ordinal: int
    position: int
    group: str
    compact: bool = True
    soft: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """Where pin number `index` went (1-based); `beaten_by` is the pin that held its slot or its product first. `own`:
    a soft pin whose product stands there by itself.
    """

    index: int
    position: int | None
    beaten_by: int | None = None
    own: bool = False


def close_gaps(pins: Sequence[Pin]) -> list[int]:
    """Wanted positions after missing pins are closed up: within a run of neighbouring positions of one rule, the
    pins behind a missing `compact` pin move up by one. Pins elsewhere stay where the merchandiser put them.
    """
    wanted = [pin.position for pin in pins]
    groups: dict[str, list[int]] = {}
    for index, pin in enumerate(pins):
        groups.setdefault(pin.group, []).append(index)
    for members in groups.values():
        shift, last = 0, None
        for index in sorted(members, key=lambda member: pins[member].position):
            pin = pins[index]
            if last is not None and pin.position != last + 1:
                shift = 0
            wanted[index] = pin.position - shift
            shift += int(pin.ordinal < 0 and pin.compact)
            last = pin.position
    return wanted


def choose_slots(pins: Sequence[Pin], wanted: Sequence[int], resting: Container[int] = ()) -> list[Placed]:
    """Each pin gets its slot or, when a stronger pin has it, the next free one (a soft pin one before it, best one that
    no other pin wants); a product is pinned once. Those `resting` are soft pins that need no slot: their products stand
    well by themselves.
    """
    others = {wanted[index] for index, pin in enumerate(pins) if pin.ordinal >= 0 and index not in resting}
    holders: dict[int, int] = {}
    products: dict[int, int] = {}
    placed: list[Placed] = []
    for index, pin in enumerate(pins):
        if pin.ordinal < 0:
            placed.append(Placed(index, None))
        elif pin.ordinal in products:
            placed.append(Placed(index, None, products[pin.ordinal]))
        elif index in resting:
            products[pin.ordinal] = index
            placed.append(Placed(index, None, own=True))
        else:
            slot = _find_earlier(wanted[index], holders, others) if pin.soft else 0
            slot = slot or _find_free(wanted[index], holders)
            lost = slot > wanted[index] or (slot < wanted[index] and not pin.soft)
            placed.append(Placed(index, slot, holders.get(wanted[index]) if lost else None))
            holders[slot] = products[pin.ordinal] = index
    return placed


def _find_earlier(slot: int, holders: Container[int], others: Container[int]) -> int:
    """The nearest free place at the slot or before it; 0 when there is none."""
    free = [place for place in range(slot, 0, -1) if place not in holders]
    return next((place for place in free if place == slot or place not in others), free[0] if free else 0)


def _find_free(slot: int, holders: Container[int]) -> int:
    while slot in holders:
        slot += 1
    return slot


def place_pins(order: Order, pins: Sequence[Pin]) -> tuple[Order, list[Placed]]:
    """The list with every placeable pin in its slot exactly once; a slot behind the end becomes the end.

    A soft pin rests while its product stands at its position or before; each that takes a slot pushes others down, so
    the resting ones are looked at again until none stands too late.
    """
    wanted = close_gaps(pins)
    present = set(order.tolist()) if any(pin.soft for pin in pins) else set()
    resting = {index for index, pin in enumerate(pins) if pin.soft and pin.ordinal in present}
    while True:
        result, placed = _place(order, pins, choose_slots(pins, wanted, resting))
        late = {
            item.index for item in placed if item.own and _find_place(result, pins[item.index]) > wanted[item.index]
        }
        if not late:
            return result, [_settle(item, pins[item.index], wanted[item.index], result) for item in placed]
        resting -= late


def _place(order: Order, pins: Sequence[Pin], slots: list[Placed]) -> tuple[Order, list[Placed]]:
    active = sorted((item for item in slots if item.position is not None), key=lambda item: item.position or 0)
    if not active:
        return order, slots
    pinned = np.array([pins[item.index].ordinal for item in active], dtype=order.dtype)
    organic = order[~np.isin(order, pinned)]
    size = len(organic) + len(active)
    final = [min(item.position or 0, size - (len(active) - 1 - rank)) for rank, item in enumerate(active)]
    is_pin = np.zeros(size, dtype=bool)
    is_pin[np.array(final) - 1] = True
    result = np.empty(size, dtype=order.dtype)
    result[is_pin] = pinned
    result[~is_pin] = organic
    moved = {item.index: replace(item, position=slot) for item, slot in zip(active, final, strict=True)}
    return result, [moved.get(item.index, item) for item in slots]


def _settle(item: Placed, pin: Pin, wanted: int, result: Order) -> Placed:
    """Where a resting pin's product stands. A pin whose product a stronger one pinned lost only if it wanted another
    place.
    """
    if item.own:
        return replace(item, position=_find_place(result, pin))
    if item.position is None and item.beaten_by is not None:
        place = _find_place(result, pin)
        if place == wanted or (pin.soft and place < wanted):
            return replace(item, beaten_by=None)
    return item


def _find_place(result: Order, pin: Pin) -> int:
    return int(np.flatnonzero(result == pin.ordinal)[0]) + 1
