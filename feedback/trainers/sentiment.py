"""Trains the sentiment model: logistic regression on rated reviews of both languages, calibrated on texts held out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog.opinions.features import BUCKETS, LANGUAGES, Features, read_features
from catalog.opinions.sentiment import NEGATIVE_BELOW, POSITIVE_ABOVE, SentimentModel
from feedback.trainers.sentiment_data import LabelledReview, fold_of, hold_out

Floats = NDArray[np.float64]
FOLDS = 5
ROUNDS = 120
# By cross-validation over 0.1…10 (docs/adr/0013-opinions.md).
PENALTY, COUNT_PENALTY = 1.0, 0.3
# How much a text of a source counts; films are no goods, but their praise and blame is English all the same.
SOURCE_WEIGHTS: Mapping[str, float] = {"demo": 2.0, "neutral": 2.0, "magento": 3.0, "movies": 0.4}
NO_OPINION_WEIGHT = 0.5
SCALES = np.geomspace(0.5, 4.0, 25)


@dataclass(frozen=True, slots=True)
class Table:
    """Reviews as a sparse matrix: `rows`, `buckets` and `values` [M] of the n-grams, `counts` [N, 2 · COUNTS] of the
    lexicon, optional `vectors` [N, D] of an encoder; `targets` and `weights` [N].
    """

    rows: NDArray[np.int64]
    buckets: NDArray[np.int64]
    values: NDArray[np.float32]
    counts: NDArray[np.float32]
    vectors: NDArray[np.float32]
    targets: Floats
    weights: Floats

    @property
    def width(self) -> int:
        return self.counts.shape[1] + self.vectors.shape[1]

    def logits(self, weights: Floats) -> Floats:
        """[N] of weights [BUCKETS + width]."""
        size = len(self.targets)
        ngrams = np.bincount(self.rows, weights[self.buckets] * self.values, size)
        dense = weights[BUCKETS:]
        split = self.counts.shape[1]
        return np.asarray(ngrams + self.counts @ dense[:split] + self.vectors @ dense[split:])

    def slope(self, errors: Floats) -> Floats:
        ngrams = np.bincount(self.buckets, errors[self.rows] * self.values, BUCKETS)
        return np.concatenate([ngrams, self.counts.T @ errors, self.vectors.T @ errors])


@dataclass(frozen=True, slots=True)
class TrainingReport:
    learnt: Mapping[str, int]
    held_out: Mapping[str, int]
    figures: Mapping[str, float]


def train_sentiment(
    reviews: Sequence[LabelledReview], *, report: Callable[[str], None] = lambda line: None
) -> tuple[SentimentModel, TrainingReport]:
    """A model of what is not held out, calibrated by cross-validation within it; figures are of what is held out."""
    learnt, held_out = hold_out(reviews)
    features = [read_features(review.text) for review in learnt]
    report(f"{len(learnt):,} texts read")
    scales = calibrate(learnt, cross_validate(learnt, features))
    report("calibrated")
    weights = fit(build_table(learnt, features))
    model = SentimentModel(weights[:BUCKETS].astype(np.float32), weights[BUCKETS:].astype(np.float32), scales)
    found = np.array([predict(model, review) for review in held_out])
    return model, TrainingReport(count_sources(learnt), count_sources(held_out), describe(held_out, found))


def predict(model: SentimentModel, review: LabelledReview) -> float:
    return float(1 / (1 + np.exp(-model.logit(read_features(review.text), review.language))))


def build_table(
    reviews: Sequence[LabelledReview], features: Sequence[Features], vectors: NDArray[np.float32] | None = None
) -> Table:
    sizes = [len(found.buckets) for found in features]
    return Table(
        rows=np.repeat(np.arange(len(features)), sizes),
        buckets=np.concatenate([found.buckets for found in features]),
        values=np.concatenate([found.values for found in features]),
        counts=np.stack([found.counts for found in features]),
        vectors=vectors if vectors is not None else np.zeros((len(features), 0), np.float32),
        targets=np.array([review.target for review in reviews]),
        weights=weigh(reviews),
    )


def weigh(reviews: Sequence[LabelledReview]) -> Floats:
    """Both languages, and praise and blame of each, count the same; the mean weight is 1."""
    weights = np.array(
        [SOURCE_WEIGHTS.get(review.source, 1.0) * (1.0 if review.is_clear else NO_OPINION_WEIGHT) for review in reviews]
    )
    groups = np.array([f"{review.language} {review.target}" for review in reviews])
    for language in LANGUAGES:
        good, bad = (weights[groups == f"{language} {target}"].sum() for target in (1.0, 0.0))
        for target, total in ((1.0, good), (0.0, bad)):
            weights[groups == f"{language} {target}"] *= (good + bad) / (2 * total) if total else 1.0
        chosen = np.array([review.language == language for review in reviews])
        if chosen.any():
            weights[chosen] *= len(reviews) / (2 * weights[chosen].sum())
    return weights


def fit(table: Table, *, penalty: float = PENALTY, count_penalty: float = COUNT_PENALTY) -> Floats:
    """Weights [BUCKETS + width] of least weighted cross-entropy with a square penalty, by L-BFGS; no constant, so that
    a text without known words is undecided.
    """
    from scipy.optimize import minimize  # type: ignore[import-untyped]  # noqa: PLC0415 - needed for training alone

    penalties = np.concatenate([np.full(BUCKETS, penalty), np.full(table.width, count_penalty)])

    def measure(weights: Floats) -> tuple[float, Floats]:
        logits = table.logits(weights)
        losses = np.logaddexp(0, logits) - table.targets * logits
        errors = (1 / (1 + np.exp(-logits)) - table.targets) * table.weights
        loss = float(table.weights @ losses + 0.5 * (penalties * weights) @ weights)
        return loss, table.slope(errors) + penalties * weights

    found: Any = minimize(
        measure, np.zeros(BUCKETS + table.width), jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS}
    )
    return np.asarray(found.x, np.float64)


def cross_validate(
    reviews: Sequence[LabelledReview],
    features: Sequence[Features],
    *,
    vectors: NDArray[np.float32] | None = None,
    folds: int = FOLDS,
    **penalties: float,
) -> Floats:
    """Logits [N], each by a model that saw no review of the same group."""
    table = build_table(reviews, features, vectors)
    fold = np.array([fold_of(review, folds, salt="fold ") for review in reviews])
    logits = np.zeros(len(reviews))
    for number in range(folds):
        learnt = select(table, np.flatnonzero(fold != number))
        logits[fold == number] = table.logits(fit(learnt, **penalties))[fold == number]
    return logits


def select(table: Table, chosen: NDArray[np.int64]) -> Table:
    places = np.full(len(table.targets), -1)
    places[chosen] = np.arange(len(chosen))
    kept = places[table.rows] >= 0
    return replace(
        table,
        rows=places[table.rows[kept]],
        buckets=table.buckets[kept],
        values=table.values[kept],
        counts=table.counts[chosen],
        vectors=table.vectors[chosen],
        targets=table.targets[chosen],
        weights=table.weights[chosen],
    )


def calibrate(reviews: Sequence[LabelledReview], logits: Floats) -> NDArray[np.float32]:
    """By language, the factor that gives held-out logits the least cross-entropy on clear reviews."""
    targets = np.array([review.target for review in reviews])
    scales = []
    for language in LANGUAGES:
        chosen = np.array([review.language == language and review.is_clear for review in reviews])
        scaled = [scale * logits[chosen] for scale in SCALES]
        losses = [np.mean(np.logaddexp(0, found) - targets[chosen] * found) for found in scaled]
        scales.append(SCALES[int(np.argmin(losses))] if chosen.any() else 1.0)
    return np.array(scales, np.float32)


def describe(reviews: Sequence[LabelledReview], chances: Floats) -> dict[str, float]:
    """Accuracy by source over the clear reviews, how many of them are decided, and the accuracy on those."""
    figures: dict[str, float] = {}
    for source in sorted({review.source for review in reviews}):
        for language in LANGUAGES:
            pairs = [
                (review.target == 1.0, chance)
                for review, chance in zip(reviews, chances, strict=True)
                if review.source == source and review.language == language and review.is_clear
            ]
            if pairs:
                decided = [pair for pair in pairs if not NEGATIVE_BELOW < pair[1] < POSITIVE_ABOVE]
                right = [good == (chance > 0.5) for good, chance in pairs]
                figures[f"{source}_{language}_accuracy"] = float(np.mean(right))
                figures[f"{source}_{language}_decided"] = len(decided) / len(pairs)
                if decided:
                    figures[f"{source}_{language}_accuracy_decided"] = float(
                        np.mean([good == (chance > 0.5) for good, chance in decided])
                    )
    return figures


def count_sources(reviews: Sequence[LabelledReview]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for review in reviews:
        counts[f"{review.source} {review.language}"] = counts.get(f"{review.source} {review.language}", 0) + 1
    return counts
