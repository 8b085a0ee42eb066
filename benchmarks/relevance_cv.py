"""Held-out figures of everything tuned or learned: five folds over queries, five seeds, coordinate search."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.relevance_parts import Candidates
from feedback.trainers.ltr import cross_validate as cross_validate_trees
from feedback.trainers.ltr_table import UNJUDGED, RankTable

FOLDS, SEEDS = 5, range(5)
GRID = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7)
SWEEPS = 2
# LambdaMART reads what the linear blend already ranks well.
LTR_DEPTH = 300
LTR_WEIGHT = 0.3
METRICS = ("ndcg10", "recall100", "condensed_ndcg10")
_DISCOUNT = 1 / np.log2(np.arange(2, 12))
Floats = NDArray[np.float64]
Weights = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Figures float64[query, metric in METRICS] by models that did not see the query; what was chosen over all."""

    values: Floats
    weights: Mapping[str, float]

    def metric(self, name: str) -> list[float]:
        return self.values[:, METRICS.index(name)].tolist()


class JudgedCandidates:
    """One query's candidates, so prepared that a ranking is measured in microseconds (equal to ranking.metrics)."""

    def __init__(self, candidates: Candidates) -> None:
        grades = candidates.grades
        self.parts = candidates.parts
        self.grades = grades
        self._gain = np.where(grades > 0, 2.0 ** np.maximum(grades, 0) - 1, 0.0)
        best = sorted(candidates.judgements.values(), reverse=True)[:10]
        self._ideal = float(sum((2**grade - 1) * _DISCOUNT[at] for at, grade in enumerate(best))) or 1.0
        self._relevant = max(sum(grade > 0 for grade in candidates.judgements.values()), 1)

    def measure(self, scores: Floats) -> Weights:
        """nDCG@10, recall@100 and condensed nDCG@10; the condensed one reads the first hundred, as pages do."""
        count = min(100, len(scores))
        first = np.argpartition(-scores, count - 1)[:count] if len(scores) > count else np.arange(count)
        order = first[np.lexsort((first, -scores[first]))]
        judged = order[self.grades[order] != UNJUDGED][:10]
        return (
            float(self._gain[order[:10]] @ _DISCOUNT[: len(order[:10])]) / self._ideal,
            float((self.grades[order] > 0).sum()) / self._relevant,
            float(self._gain[judged] @ _DISCOUNT[: len(judged)]) / self._ideal,
        )


class LinearBlend:
    """Σ weight·part over all queries; a weighting is measured once, whichever folds ask for it."""

    def __init__(self, queries: Sequence[JudgedCandidates], names: Sequence[str], fixed: Mapping[str, float]) -> None:
        """`names` are the columns of every query's parts; those in `fixed` keep their weight."""
        self.queries, self.names, self._fixed = queries, tuple(names), dict(fixed)
        self.free = tuple(name for name in names if name not in fixed)
        self._known: dict[Weights, Floats] = {}

    def evaluate(self, weights: Weights) -> Floats:
        """float64[query, metric] under these weights of the free parts."""
        if weights not in self._known:
            given = {**self._fixed, **dict(zip(self.free, weights, strict=True))}
            vector = np.array([given[name] for name in self.names])
            self._known[weights] = np.array([query.measure(query.parts @ vector) for query in self.queries])
        return self._known[weights]

    def choose(self, use: NDArray[np.bool_], start: Weights) -> Weights:
        """Coordinate search over GRID from `start`, on the queries in use; a tie keeps what was there."""
        best, worth = start, self._objective(start, use)
        for _ in range(SWEEPS):
            before = best
            for place in range(len(self.free)):
                for value in GRID:
                    tried = (*best[:place], value, *best[place + 1 :])
                    found = self._objective(tried, use)
                    if found > worth + 1e-9:
                        best, worth = tried, found
            if best == before:
                break
        return best

    def _objective(self, weights: Weights, use: NDArray[np.bool_]) -> float:
        values = self.evaluate(weights)[use]
        return float(0.5 * values[:, 0].mean() + 0.5 * values[:, 2].mean())


def cross_validate_blend(blend: LinearBlend, start: Weights, *, seeds: Sequence[int] = SEEDS) -> HeldOut:
    """Every query measured by the weights that the other folds chose, averaged over seeds."""
    held = np.zeros((len(blend.queries), len(METRICS)))
    for seed in seeds:
        fold = assign_folds(len(blend.queries), seed)
        for number in range(FOLDS):
            own = fold == number
            held[own] += blend.evaluate(blend.choose(~own, start))[own] / len(seeds)
    chosen = blend.choose(np.ones(len(blend.queries), bool), start)
    return HeldOut(held, dict(zip(blend.free, chosen, strict=True)))


def assign_folds(count: int, seed: int) -> NDArray[np.int64]:
    return np.random.default_rng(seed).permutation(count) % FOLDS


def cross_validate_ltr(
    candidates: Sequence[Candidates],
    names: Sequence[str],
    weights: Mapping[str, float],
    *,
    seeds: Sequence[int] = SEEDS,
) -> dict[str, HeldOut]:
    """LambdaMART held out: "ltr" alone, and "full_ltr", the live blend and LTR_WEIGHT of its share beside it."""
    vector = np.array([weights.get(name, 0.0) for name in names])
    judged = [JudgedCandidates(query) for query in candidates]
    kept = [choose_best(query.parts @ vector, LTR_DEPTH) for query in judged]
    table = make_table(candidates, kept, names)
    ends = np.cumsum([len(rows) for rows in kept])[:-1]
    held = {name: np.zeros((len(judged), len(METRICS))) for name in ("ltr", "full_ltr")}
    for seed in seeds:
        raw = cross_validate_trees(table, folds=FOLDS, seed=seed)
        shares = 1 / (1 + np.exp(-np.clip((raw - raw.mean()) / (raw.std() or 1.0), -30, 30)))
        own = zip(judged, kept, np.split(raw, ends), np.split(shares, ends), strict=True)
        for at, (query, rows, scores, share) in enumerate(own):
            mixed = query.parts @ vector
            alone = mixed - 1e6  # what LambdaMART did not read stays below, in the blend's order
            alone[rows] = scores
            mixed[rows] += LTR_WEIGHT * share
            held["ltr"][at] += np.array(query.measure(alone)) / len(seeds)
            held["full_ltr"][at] += np.array(query.measure(mixed)) / len(seeds)
    return {name: HeldOut(values, {}) for name, values in held.items()}


def choose_best(scores: Floats, count: int) -> NDArray[np.int64]:
    return np.argsort(-scores, kind="stable")[:count]


def make_table(candidates: Sequence[Candidates], kept: Sequence[NDArray[np.int64]], names: Sequence[str]) -> RankTable:
    """Rows by query in the order given: the query's number is its key, so that sorting changes nothing."""
    query_ids = [f"{number:04}" for number, rows in enumerate(kept) for _ in rows]
    product_ids = [str(id_) for query, rows in zip(candidates, kept, strict=True) for id_ in query.ids[rows]]
    labels = [query.grades[rows] for query, rows in zip(candidates, kept, strict=True)]
    columns = [query.parts[rows] for query, rows in zip(candidates, kept, strict=True)]
    return RankTable(
        tuple(names),
        tuple(query_ids),
        tuple(product_ids),
        np.concatenate(labels),
        np.concatenate(columns).astype(np.float32),
    )
