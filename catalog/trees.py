"""Gradient-boosted trees as serving evaluates them: flat arrays and numpy, no LightGBM."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

ARRAYS = ("roots", "feature", "threshold", "left", "right", "value")
_KINDS: Mapping[str, Any] = {"threshold": np.float64, "value": np.float64}


@dataclass(frozen=True, slots=True)
class Trees:
    """Nodes of all trees lie one after another, a leaf points to itself; `depth` is the longest way down.

    `roots` int32[trees]; `feature`, `left`, `right` int32[nodes]; `threshold`, `value` float64[nodes].
    """

    roots: NDArray[np.int32]
    feature: NDArray[np.int32]
    threshold: NDArray[np.float64]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float64]
    depth: int

    def sum_leaves(self, columns: NDArray[np.float32]) -> NDArray[np.float64]:
        """Raw scores float64[n] of float32[n, features]; a value up to the threshold goes left, as in LightGBM."""
        rows = np.arange(len(columns))[:, None]
        nodes = np.broadcast_to(self.roots, (len(columns), len(self.roots)))
        for _ in range(self.depth):
            goes_left = columns[rows, self.feature[nodes]] <= self.threshold[nodes]
            nodes = np.where(goes_left, self.left[nodes], self.right[nodes])
        return self.value[nodes].sum(axis=1)

    def arrays(self) -> dict[str, NDArray[Any]]:
        return {name: getattr(self, name) for name in ARRAYS}


def plant_trees(trees: Sequence[Sequence[Sequence[float]]], *, features: int) -> Trees:
    """From trees as lists of nodes: [feature, threshold, left, right] or [value], children after their parents.

    Raises ValueError for a node that asks for a feature or leads to a node that is not there.
    """
    columns: dict[str, list[float]] = {name: [] for name in ARRAYS}
    for tree in trees:
        first = len(columns["feature"])
        columns["roots"].append(first)
        for place, node in enumerate(tree):
            row = _read_node(node, first=first, place=place, size=len(tree), features=features)
            for name, number in zip(ARRAYS[1:], row, strict=True):
                columns[name].append(number)
    arrays: dict[str, Any] = {name: np.array(columns[name], _KINDS.get(name, np.int32)) for name in ARRAYS}
    return Trees(**arrays, depth=max(map(_measure_depth, trees), default=0))


def load_trees(arrays: Mapping[str, NDArray[Any]], *, depth: int, features: int) -> Trees:
    """From stored arrays; raises ValueError where they point outside themselves."""
    nodes = len(arrays["feature"])
    within = all(((arrays[name] >= 0) & (arrays[name] < nodes)).all() for name in ("roots", "left", "right"))
    if not within or not ((arrays["feature"] >= 0) & (arrays["feature"] < features)).all():
        raise ValueError("nodes point outside their trees")
    kinds: dict[str, Any] = {name: arrays[name].astype(_KINDS.get(name, np.int32)) for name in ARRAYS}
    return Trees(**kinds, depth=depth)


def _read_node(
    node: Sequence[float], *, first: int, place: int, size: int, features: int
) -> tuple[float, float, float, float, float]:
    if len(node) == 1:
        return 0, np.inf, first + place, first + place, node[0]
    feature, threshold, left, right = node
    if not (0 <= feature < features and place < min(left, right) and max(left, right) < size):
        raise ValueError(f"node {first + place} points outside its tree")
    return feature, threshold, first + left, first + right, 0.0


def _measure_depth(tree: Sequence[Sequence[float]]) -> int:
    """Children stand after their parents, so one pass is enough."""
    depths = [0] * len(tree)
    for place, node in enumerate(tree):
        for child in node[2:]:
            depths[int(child)] = depths[place] + 1
    return max(depths, default=0)
