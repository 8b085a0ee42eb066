"""Which categories a query is about, learned from the catalog: the categories of its best lexical hits vote.

No training step: the best hits of this very search vote for where they stand, as ReDDE selects collections (Si and
Callan 2003), joined with categories the query names and, once there are clicks, with what shoppers chose before.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranking.contracts import Entity
from ranking.retrieval.snapshot import IndexSnapshot

MOST_HITS = 50
MOST_CATEGORIES = 5
MIN_PROBABILITY = 0.03
# A hit that scores this share of the best less counts 1/e; measured on the judged queries (docs/log.md).
TEMPERATURE = 0.15
# A category named outright takes this much of the probability from the votes.
NAME_SHARE = 0.8
# Clicks weigh as much as the catalog's own evidence from this many on.
CLICKS_TO_TRUST = 20
_POOL = 20_000

ClickPriors = Mapping[str, Mapping[str, float]]


def predict_categories(
    scores: NDArray[np.float32],
    snapshot: IndexSnapshot,
    *,
    entities: Sequence[Entity] = (),
    terms: Sequence[str] = (),
    priors: ClickPriors | None = None,
    known_share: float = 1.0,
) -> tuple[Entity, ...]:
    """Categories with probabilities, most probable first, at most MOST_CATEGORIES.

    `scores` float32[N] are BM25 scores over snapshot ordinals (0: not found). `entities` come from find_entities,
    without negated ones. `priors` maps an index term to clicks by category key, as feedback will learn them; the
    clicks of `terms` are added up. `known_share` is how much of the query's need (keyword weights) the catalog holds at
    all: hits for the other words say little, and the probabilities then add up to less than 1.
    """
    votes = {key: math.sqrt(known_share) * vote for key, vote in _count_votes(scores, snapshot).items()}
    named = _named_categories(entities, votes)
    chances = _mix(votes, named, NAME_SHARE * max(named.values(), default=0.0) if votes else 1.0)
    if priors:
        clicks = _sum_clicks(terms, priors)
        number = sum(clicks.values())
        chances = _mix(chances, clicks, number / (number + CLICKS_TO_TRUST) if chances else 1.0)
    spans = {entity.key: entity for entity in entities if entity.kind == "category"}
    ranked = sorted(chances.items(), key=lambda item: (-item[1], item[0]))
    return tuple(
        _entity(key, chance, spans.get(key), snapshot)
        for key, chance in ranked[:MOST_CATEGORIES]
        if chance >= MIN_PROBABILITY
    )


def _entity(key: str, chance: float, named: Entity | None, snapshot: IndexSnapshot) -> Entity:
    node = snapshot.vocabulary.categories.get(key)
    text = named.text if named else (node.name_en or node.name_zh or key if node else key)
    start, end = (named.start, named.end) if named else (0, 0)
    return Entity("category", "category", key, text, round(chance, 4), start, end)


def _count_votes(scores: NDArray[np.float32], snapshot: IndexSnapshot) -> dict[str, float]:
    """Shares by category key of the softmax-weighted best hits that stand in a category."""
    best = float(scores.max(initial=0.0))
    if best <= 0:
        return {}
    hits = _best_hits(scores, best)
    weights = np.exp((scores[hits].astype(np.float64) / best - 1) / TEMPERATURE)
    ids, places = np.unique(snapshot.category[hits], return_inverse=True)
    sums = np.bincount(places, weights)
    by_id = snapshot.vocabulary.category_by_id
    votes = {by_id[id_].key: weight for id_, weight in zip(ids.tolist(), sums.tolist(), strict=True) if id_ in by_id}
    return _normalise(votes)


def _best_hits(scores: NDArray[np.float32], best: float) -> NDArray[np.int64]:
    """Ordinals of the MOST_HITS best; a first look at the upper half spares sorting a million scores."""
    for share in (0.5, 0.8, 0.95):
        hits = np.flatnonzero(scores >= share * best)
        if len(hits) <= _POOL:
            break
    if len(hits) <= MOST_HITS:
        return hits
    return hits[np.argpartition(-scores[hits], MOST_HITS - 1)[:MOST_HITS]]


def _named_categories(entities: Sequence[Entity], votes: Mapping[str, float]) -> dict[str, float]:
    """Confidences by category key; a category that is not a leaf passes its own on to those below that got votes."""
    named: dict[str, float] = {}
    for entity in entities:
        if entity.kind != "category":
            continue
        below = {key: vote for key, vote in votes.items() if key.startswith(f"{entity.key}/")}
        shares = _normalise(below) or {entity.key: 1.0}
        for key, share in shares.items():
            named[key] = named.get(key, 0.0) + share * entity.confidence
    return named


def _sum_clicks(terms: Sequence[str], priors: ClickPriors) -> dict[str, float]:
    clicks: dict[str, float] = {}
    for term in dict.fromkeys(terms):
        for key, number in priors.get(term, {}).items():
            clicks[key] = clicks.get(key, 0.0) + number
    return clicks


def _mix(first: Mapping[str, float], second: Mapping[str, float], share: float) -> dict[str, Any]:
    """`share` of the second distribution, the rest of the first; both are normalised."""
    if not second:
        return dict(first)
    second = _normalise(second)
    return {key: (1 - share) * first.get(key, 0.0) + share * second.get(key, 0.0) for key in {*first, *second}}


def _normalise(weights: Mapping[str, float]) -> dict[str, float]:
    total = sum(weights.values())
    return {key: weight / total for key, weight in weights.items()} if total > 0 else {}
