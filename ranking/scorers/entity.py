"""Named things of the query that the product has: its brand, attribute values, model number (0..1)."""

from collections.abc import Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from catalog.models import AttributeValue
from ranking.contracts import Entity
from ranking.retrieval.held_values import HeldValues, held_values
from ranking.retrieval.snapshot import IndexSnapshot
from ranking.scorers import Scoring
from ranking.scorers.best import best_of

NAME = "entity"
# The attribute values of this many candidates take about 2 ms; the rest, lexically worse, get 0.
MOST_READ = 5_000


def score(scoring: Scoring) -> NDArray[np.float32]:
    """Σ of the held over Σ of all, each by its confidence; of several meanings of a word the best one."""
    result = np.zeros(len(scoring.ordinals), np.float32)
    entities = [e for e in scoring.understanding.entities if e.kind != "category"] if scoring.understanding else []
    if not entities or not len(result):
        return result
    read = best_of(scoring, MOST_READ)
    ordinals = scoring.ordinals[read]
    spans = [tuple(group) for _, group in groupby(sorted(entities, key=_span), key=_span)]
    holding = held_values(scoring.snapshot, ordinals)
    held = np.zeros(len(ordinals), np.float32)
    for meanings in spans:
        held += np.max([entity.confidence * _has(entity, scoring, ordinals, holding) for entity in meanings], axis=0)
    result[read] = held / sum(max(entity.confidence for entity in meanings) for meanings in spans)
    return result


def _span(entity: Entity) -> tuple[int, int]:
    return entity.start, entity.end


def _has(entity: Entity, scoring: Scoring, ordinals: NDArray[np.int64], holding: HeldValues) -> NDArray[np.float32]:
    snapshot = scoring.snapshot
    if entity.kind == "brand":
        brand = snapshot.vocabulary.brands.get(entity.key)
        return (snapshot.brand[ordinals] == brand.id if brand else np.zeros(len(ordinals))).astype(np.float32)
    if entity.kind == "model":
        coverage = scoring.pool.field_coverage
        fields = [coverage[name][ordinals] for name in ("code", "title") if name in coverage]
        return np.max(fields, axis=0) if fields else np.zeros(len(ordinals), np.float32)
    wanted = snapshot.remember(("value ids", entity.field, entity.key), lambda: _value_ids(entity, snapshot))
    return holding.best(np.isin(holding.values, wanted).astype(np.float64))


def _value_ids(entity: Entity, snapshot: IndexSnapshot) -> Sequence[int]:
    rows = AttributeValue.objects.filter(attribute__key=entity.field, key=entity.key)
    return list(rows.values_list("id", flat=True))
