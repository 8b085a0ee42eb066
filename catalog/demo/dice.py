"""Seeded chance that falls the same on every run, platform and Python version."""

import random
from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Only `Random.random()` is promised to stay the same between Python versions, so everything is made from it."""

    def __init__(self, *seed: object) -> None:
        digest = blake2b("/".join(map(str, seed)).encode(), digest_size=8).digest()
        self._random = random.Random(int.from_bytes(digest, "big"))  # noqa: S311 - a catalog, not a secret

    def fraction(self) -> float:
        return self._random.random()

    def chance(self, probability: float) -> bool:
        return self.fraction() < probability

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self.fraction()

    def number(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self.fraction() * (high - low + 1))

    def pick(self, items: Sequence[T]) -> T:
        return items[int(self.fraction() * len(items))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        rest = list(items)
        for last in range(len(rest) - 1, 0, -1):
            other = self.number(0, last)
            rest[last], rest[other] = rest[other], rest[last]
        return rest

    def ranked(self, items: Sequence[T], tier: float, *, spread: float = 0.3) -> T:
        """An item of an ascending list near the position `tier` (0 to 1): dear products get the larger values."""
        position = min(max(tier + self.between(-spread, spread), 0.0), 0.999)
        return items[int(position * len(items))]
