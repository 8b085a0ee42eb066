"""Two rankings of one search beside each other: where each product moved, and how far they agree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from ranking.contracts import Hit

Movement = Literal["up", "down", "same", "new", "away", "gone"]
TOP = 10


@dataclass(frozen=True, slots=True)
class Place:
    """How a product's position differs from the other ranking; `other` is None where that one does not have it.

    `away` is a product of A that B has below what is shown.
    """

    movement: Movement
    other: int | None
    sign: str
    said: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """`overlap` of `top` products are in both top lists; of the `shown` ones B moved, brought and dropped so many."""

    overlap: int
    top: int
    shown: int
    moved: int
    came: int
    left: int
    same_first: bool

    @property
    def is_same(self) -> bool:
        return not (self.moved or self.came or self.left)


def place_in_second(hit: Hit, first: Mapping[int, int]) -> Place:
    """B's product against A's positions."""
    other = first.get(hit.product_id)
    if other is None:
        return Place("new", None, _("new"), _("not among A's first products"))
    moved = other - hit.position
    if moved > 0:
        return Place("up", other, f"▲{moved}", _("up %(moved)d: A has it at %(other)d") % _told(moved, other))
    if moved < 0:
        return Place("down", other, f"▼{-moved}", _("down %(moved)d: A has it at %(other)d") % _told(-moved, other))
    return Place("same", other, "=", _("where A has it"))


def place_in_first(hit: Hit, second: Mapping[int, int], *, shown: int) -> Place | None:
    """Only what B does not show is marked in A: everything else is told in B's column."""
    other = second.get(hit.product_id)
    if other is None:
        return Place("gone", None, _("gone"), _("not among B's first products"))
    return Place("away", other, f"→{other}", _("B has it at %(other)d") % {"other": other}) if other > shown else None


def list_positions(hits: Sequence[Hit]) -> dict[int, int]:
    return {hit.product_id: hit.position for hit in hits}


def measure_agreement(first: Sequence[Hit], second: Sequence[Hit], *, shown: int) -> Agreement:
    """`first` and `second` are in order and may be longer than what is shown."""
    tops = [{hit.product_id for hit in hits[:TOP]} for hits in (first, second)]
    before, after = list_positions(first[:shown]), list_positions(second[:shown])
    both = before.keys() & after.keys()
    return Agreement(
        overlap=len(tops[0] & tops[1]),
        top=max(map(len, tops)),
        shown=len(after),
        moved=sum(before[id_] != after[id_] for id_ in both),
        came=len(after.keys() - before.keys()),
        left=len(before.keys() - after.keys()),
        same_first=bool(first and second and first[0].product_id == second[0].product_id),
    )


def _told(moved: int, other: int) -> dict[str, int]:
    return {"moved": moved, "other": other}
