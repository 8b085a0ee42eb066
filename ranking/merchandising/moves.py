"""The record of what rules did to which product, kept as arrays: a boost may move thousands, a page shows a few."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from ranking.contracts import Move
from ranking.merchandising.match import Effect

Ordinals = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Bulk:
    """One move of many products: `ordinals` ascending; `steps` by product (from position, position, places moved)."""

    ordinals: Ordinals
    move: Move
    steps: npt.NDArray[np.float64] | None = None

    def find(self, ordinal: int) -> Move | None:
        at = int(np.searchsorted(self.ordinals, ordinal))
        if at == self.ordinals.size or int(self.ordinals[at]) != ordinal:
            return None
        if self.steps is None:
            return self.move
        before, after, places = self.steps[at].tolist()
        return replace(self.move, from_position=int(before), position=int(after), places=round(places, 2))


@dataclass
class MoveLog(Mapping[int, tuple[Move, ...]]):
    """Ordinal → what was done to it. Moves are made when they are asked for."""

    single: dict[int, list[Move]] = field(default_factory=dict)
    bulk: list[_Bulk] = field(default_factory=list)

    def add(self, ordinal: int, move: Move) -> None:
        self.single.setdefault(int(ordinal), []).append(move)

    def add_all(self, ordinals: Ordinals, move: Move) -> None:
        if ordinals.size:
            self.bulk.append(_Bulk(np.sort(ordinals), move))

    def add_steps(
        self, ordinals: Ordinals, move: Move, before: Ordinals, after: Ordinals, places: npt.NDArray[np.floating]
    ) -> None:
        """Positions from 1, parallel to the ordinals."""
        if ordinals.size:
            order = np.argsort(ordinals)
            steps = np.stack([before, after, places], axis=1)[order].astype(np.float64)
            self.bulk.append(_Bulk(ordinals[order], move, steps))

    def __getitem__(self, ordinal: int) -> tuple[Move, ...]:
        moves = [move for bulk in self.bulk if (move := bulk.find(int(ordinal))) is not None]
        moves += self.single.get(int(ordinal), [])
        if not moves:
            raise KeyError(ordinal)
        return tuple(moves)

    def __iter__(self) -> Iterator[int]:
        return iter(self._keys())

    def __len__(self) -> int:
        return len(self._keys())

    def _keys(self) -> list[int]:
        parts = [bulk.ordinals for bulk in self.bulk]
        parts.append(np.fromiter(self.single, dtype=np.int64))
        return [int(ordinal) for ordinal in np.unique(np.concatenate(parts))]


def make_move(effect: Effect, kind: str, *, points: float = 0.0) -> Move:
    return Move(effect.rule.id, effect.rule.name, kind, points)
