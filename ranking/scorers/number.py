"""How near the product comes to the numbers asked for: 1 inside a range or at a size, less with the distance (0..1)."""

import numpy as np
from numpy.typing import NDArray

from ranking.contracts import NumberNeed
from ranking.language.number_fields import number_distance
from ranking.retrieval.held_values import HeldValues, held_values
from ranking.scorers import Scoring
from ranking.scorers.best import best_of

NAME = "number"
MINOR_UNITS = 100
MOST_READ = 5_000


def score(scoring: Scoring) -> NDArray[np.float32]:
    """The mean over the needs that the catalog can answer; a product without such a number gets 0 for it."""
    result = np.zeros(len(scoring.ordinals), np.float32)
    known = {"price", *scoring.snapshot.vocabulary.attributes}
    numbers = scoring.understanding.numbers if scoring.understanding else ()
    needs = [need for need in numbers if known.intersection(need.fields)]
    if not needs or not len(result):
        return result
    read = best_of(scoring, MOST_READ)
    ordinals = scoring.ordinals[read]
    holding = held_values(scoring.snapshot, ordinals)
    result[read] = np.mean([_closeness(need, scoring, ordinals, holding) for need in needs], axis=0)
    return result


def _closeness(
    need: NumberNeed, scoring: Scoring, ordinals: NDArray[np.int64], holding: HeldValues
) -> NDArray[np.float32]:
    """Of several fields the need may be about, the one that fits best."""
    snapshot = scoring.snapshot
    best = np.zeros(len(ordinals), np.float32)
    for field in need.fields:
        if field == "price":
            prices = snapshot.effective_price(scoring.now)[ordinals] / MINOR_UNITS
            near = number_distance(np.where(prices < 0, np.nan, prices), need).astype(np.float32)
        elif field in snapshot.vocabulary.attributes:
            near = _nearest_value(need, snapshot.vocabulary.attributes[field].id, scoring, holding)
        else:
            continue
        best = np.maximum(best, near)
    return best


def _nearest_value(need: NumberNeed, attribute_id: int, scoring: Scoring, holding: HeldValues) -> NDArray[np.float32]:
    vocabulary = scoring.snapshot.vocabulary
    # A value newer than this process's vocabulary is nobody's yet.
    ids = np.minimum(holding.values, len(vocabulary.value_attribute) - 1)
    own = np.flatnonzero((vocabulary.value_attribute[ids] == attribute_id) & (ids == holding.values))
    return holding.choose(own).best(number_distance(vocabulary.value_number[ids[own]], need))
