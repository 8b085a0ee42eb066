"""The record of what rules did to which product, kept as arrays: a boost may move thousands, a page shows a few."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ranking.contracts import Move
from ranking.merchandising.match import Effect

Ordinals = npt.NDArray[np.int64]


@dataclass
class MoveLog(Mapping[int, tuple[Move, ...]]):
    """Ordinal → what was done to it. Moves are made when they are asked for."""

    single: dict[int, list[Move]] = field(default_factory=dict)
    bulk: list[tuple[Ordinals, Move]] = field(default_factory=list)

    def add(self, ordinal: int, move: Move) -> None:
        self.single.setdefault(int(ordinal), []).append(move)

    def add_all(self, ordinals: Ordinals, move: Move) -> None:
        if ordinals.size:
            self.bulk.append((np.sort(ordinals), move))

    def __getitem__(self, ordinal: int) -> tuple[Move, ...]:
        moves = [move for ordinals, move in self.bulk if _holds(ordinals, ordinal)]
        moves += self.single.get(int(ordinal), [])
        if not moves:
            raise KeyError(ordinal)
        return tuple(moves)

    def __iter__(self) -> Iterator[int]:
        return iter(self._keys())

    def __len__(self) -> int:
        return len(self._keys())

    def _keys(self) -> list[int]:
        parts = [ordinals for ordinals, _move in self.bulk]
        parts.append(np.fromiter(self.single, dtype=np.int64))
        return [int(ordinal) for ordinal in np.unique(np.concatenate(parts))]


def _holds(ordinals: Ordinals, wanted: int) -> bool:
    at = int(np.searchsorted(ordinals, wanted))
    return at < ordinals.size and int(ordinals[at]) == wanted


def make_move(effect: Effect, kind: str, *, points: float = 0.0) -> Move:
    return Move(effect.rule.id, effect.rule.name, kind, points)
