"""Pins put into a whole ordered list, so that every page is a slice of one order."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Pin:
    """One wanted pin, given in order of precedence. `ordinal` is -1 when the product cannot be shown here."""

    ordinal: int
    position: int
    group: str
    compact: bool = True


@dataclass(frozen=True, slots=True)
class Placed:
    """Where pin number `index` went (1-based); `beaten_by` is the pin that held its slot or its product first."""

    index: int
    position: int | None
    beaten_by: int | None = None


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


def choose_slots(pins: Sequence[Pin]) -> list[Placed]:
    """Each pin gets its slot or, when a stronger pin has it, the next free one; a product is pinned once."""
    wanted = close_gaps(pins)
    holders: dict[int, int] = {}
    products: dict[int, int] = {}
    placed: list[Placed] = []
    for index, pin in enumerate(pins):
        if pin.ordinal < 0:
            placed.append(Placed(index, None))
        elif pin.ordinal in products:
            placed.append(Placed(index, None, products[pin.ordinal]))
        else:
            slot = wanted[index]
            beaten_by = holders.get(slot)
            while slot in holders:
                slot += 1
            holders[slot] = products[pin.ordinal] = index
            placed.append(Placed(index, slot, beaten_by))
    return placed


def place_pins(order: npt.NDArray[np.integer], pins: Sequence[Pin]) -> tuple[npt.NDArray[np.integer], list[Placed]]:
    """The list with every placeable pin in its slot exactly once; a slot behind the end becomes the end."""
    slots = choose_slots(pins)
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
    moved = {item.index: Placed(item.index, slot, item.beaten_by) for item, slot in zip(active, final, strict=True)}
    return result, [moved.get(item.index, item) for item in slots]
