"""Ranking metrics over graded judgements, and their bootstrap intervals; pure functions on numbers.

A ranking is the ordered ids an engine returned; judgements map an id to its grade (0 is judged and irrelevant, an
absent id is unjudged). Means are taken over queries by the caller.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2
from typing import Any

import numpy as np

Judgements = Mapping[Any, int]  # by product id or SKU, as the ranking gives them
RELEVANT = 1  # the least grade that counts as found by the metrics without grades


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over queries with the ends of its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float


def discounted_gain(grades: Sequence[int]) -> float:
    """Σ (2^grade - 1) / log2(rank + 1): Burges' exponential gains."""
    return sum((2**grade - 1) / log2(rank + 1) for rank, grade in enumerate(grades, start=1) if grade > 0)


def ndcg(ranking: Sequence[Any], judgements: Judgements, *, depth: int = 10) -> float:
    """Gain of the first `depth` over the best possible one; the unjudged earn nothing. 0 when nothing is relevant."""
    best = discounted_gain(sorted(judgements.values(), reverse=True)[:depth])
    return discounted_gain([judgements.get(item, 0) for item in ranking[:depth]]) / best if best else 0.0


def condensed_ndcg(ranking: Sequence[Any], judgements: Judgements, *, depth: int = 10) -> float:
    """nDCG of the ranking with its unjudged items taken out, so that they are neither good nor bad (Sakai 2007)."""
    return ndcg([item for item in ranking if item in judgements], judgements, depth=depth)


def recall(ranking: Sequence[Any], judgements: Judgements, *, depth: int = 100, least: int = RELEVANT) -> float:
    """Share of the relevant that are among the first `depth`."""
    relevant = {item for item, grade in judgements.items() if grade >= least}
    return len(relevant.intersection(ranking[:depth])) / len(relevant) if relevant else 0.0


def reciprocal_rank(ranking: Sequence[Any], judgements: Judgements, *, least: int = RELEVANT) -> float:
    """1 / rank of the first relevant item, 0 when there is none."""
    ranks = (rank for rank, item in enumerate(ranking, start=1) if judgements.get(item, 0) >= least)
    return 1.0 / next(ranks, float("inf"))


def judged_share(ranking: Sequence[Any], judgements: Judgements, *, depth: int = 10) -> float:
    """Share of the first `depth` places somebody judged: how far nDCG may be trusted for this ranking."""
    return sum(item in judgements for item in ranking[:depth]) / depth


def bootstrap_interval(values: Sequence[float], *, rounds: int = 10_000, seed: int = 7) -> Interval:
    """Percentile bootstrap over queries; the same seed gives the same resamples, so systems compare fairly."""
    if not values:
        return Interval(0.0, 0.0, 0.0)
    observed = np.asarray(values, dtype=np.float64)
    picks = np.random.default_rng(seed).integers(0, observed.size, size=(rounds, observed.size))
    low, high = np.percentile(observed[picks].mean(axis=1), [2.5, 97.5])
    return Interval(float(observed.mean()), float(low), float(high))


def paired_interval(ours: Sequence[float], theirs: Sequence[float], *, rounds: int = 10_000, seed: int = 7) -> Interval:
    """The interval of the mean difference query by query: an advantage is real when it does not hold zero."""
    return bootstrap_interval([a - b for a, b in zip(ours, theirs, strict=True)], rounds=rounds, seed=seed)
