"""A trained ranking model as the search reads it: regression trees over named parts, in JSON, evaluated by numpy.

Made by feedback/trainers/ltr.py. Serving needs no LightGBM: 100 trees over 300 products take 0.8 ms.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog.errors import ShopError
from catalog.trees import Trees, plant_trees

FORMAT = "searchsite-ltr-1"


class ModelRefused(ShopError):
    """The file is no ranking model, or one trained on other parts than this ranking has."""

    code = "model_refused"


@dataclass(frozen=True, slots=True)
class RankModel:
    """`features` are names of parts. `centre` and `spread` are of the raw scores in training: their logistic is the
    part's 0..1.
    """

    features: tuple[str, ...]
    trees: Trees
    centre: float
    spread: float
    about: Mapping[str, Any]

    def predict(self, columns: NDArray[np.float32]) -> NDArray[np.float64]:
        """Raw scores float64[n] of float32[n, features]."""
        return self.trees.sum_leaves(columns)

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
    return RankModel(
        features=features,
        trees=plant_trees(document["trees"], features=len(features)),
        centre=float(document["centre"]),
        spread=max(float(document["spread"]), 1e-9),
        about=document.get("about", {}),
    )
