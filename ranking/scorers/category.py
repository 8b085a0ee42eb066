"""The category the query is about: the probability that it is the product's, or one above or below it (0..1)."""

import numpy as np
from numpy.typing import NDArray

from ranking.retrieval.snapshot import IndexSnapshot
from ranking.scorers import Scoring

NAME = "category"
# A predicted category says this much about the one above it: "Headphones" is still likelier than "Kitchen" in "Audio".
ABOVE = 0.5


def score(scoring: Scoring) -> NDArray[np.float32]:
    """As a share of the most probable category's, so that an unsure prediction ranks as a sure one does."""
    understanding = scoring.understanding
    if understanding is None or not understanding.categories:
        return np.zeros(len(scoring.ordinals), np.float32)
    best = max(entity.confidence for entity in understanding.categories)
    chances = {entity.key: entity.confidence / max(best, 1e-9) for entity in understanding.categories}
    by_id = _chances_by_id(chances, scoring.snapshot)
    ids = scoring.snapshot.category[scoring.ordinals]
    held, places = np.unique(ids, return_inverse=True)
    return np.array([by_id.get(int(id_), 0.0) for id_ in held], np.float32)[places]


def _chances_by_id(chances: dict[str, float], snapshot: IndexSnapshot) -> dict[int, float]:
    """Of every category below a predicted one its chance, and half of it for those above."""
    nodes = snapshot.remember(("category paths",), lambda: _paths(snapshot))
    by_id: dict[int, float] = {}
    for key, chance in chances.items():
        for id_ in nodes.get(key, ()):
            by_id[id_] = max(by_id.get(id_, 0.0), chance)
        for above in _ancestors(key):
            node = snapshot.vocabulary.categories.get(above)
            if node:
                by_id[node.id] = max(by_id.get(node.id, 0.0), ABOVE * chance)
    return by_id


def _paths(snapshot: IndexSnapshot) -> dict[str, list[int]]:
    """Ids of each category and all below it."""
    below: dict[str, list[int]] = {}
    for key, node in snapshot.vocabulary.categories.items():
        for path in (key, *_ancestors(key)):
            below.setdefault(path, []).append(node.id)
    return below


def _ancestors(key: str) -> list[str]:
    parts = key.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]
