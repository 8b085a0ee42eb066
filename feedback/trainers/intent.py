"""Trains the intent head (a hidden layer over the query's vector, weights of its words) and calibrates it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from feedback.trainers.intent_data import LOCALES, LabelledQuery, make_queries, read_held_out
from ranking.contracts import INTENTS
from ranking.language.intent import BUCKETS, VECTOR_SCALE, IntentHead, Layers, surface_buckets

HIDDEN = 96
EPOCHS, BATCH, RATE = 20, 256, 0.005
# Words are often left out in training, or names of the demo's products would be learnt by heart.
WORD_DROPOUT, HIDDEN_DROPOUT = 0.5, 0.4
SEED = 7
CHINESE_QUERY = "我想买的台灯是哪一款吗"
# What a mistake costs: taking plain search for something else hides the products, the reverse only adds no answer.
LOST_SEARCH, LOST_OTHER = 2.0, 1.0
SEARCH_SHARE = 0.8  # of what is typed into a shop; the held-out queries hold less
THRESHOLDS = np.arange(0.5, 0.96, 0.01)  # less sure than that is not sure at all
TEMPERATURES = np.exp(np.linspace(np.log(0.4), np.log(4), 93))
Floats = NDArray[np.float32]


class QueryEncoder(Protocol):
    """The part of catalog.encoder.Encoder that training needs."""

    @property
    def model_name(self) -> str: ...

    def encode_queries(self, texts: Sequence[str]) -> Floats: ...


@dataclass(frozen=True, slots=True)
class Prepared:
    """Queries as numbers: `labels` [N] index INTENTS, `buckets` are each query's word n-grams, `vectors` [N, D]."""

    labels: NDArray[np.int64]
    buckets: tuple[NDArray[np.int64], ...]
    vectors: Floats | None


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What came out: sizes, and per head its temperature, threshold and held-out figures."""

    training_queries: int
    held_out_queries: int
    figures: dict[str, float]


def train_intent(encoder: QueryEncoder, *, adapter: str = "") -> tuple[IntentHead, TrainingReport]:
    """A calibrated head for this encoder, from the generated queries; about a minute, nearly all of it encoding.

    `adapter` is the one that moves the encoder's queries; under another one the head reads the steady half at most.
    """
    training = [query for locale in LOCALES for query in make_queries(locale)]
    held_out = [query for locale in LOCALES for query in read_held_out(locale)]
    seen, unseen = prepare(training, encoder), prepare(held_out, encoder)
    start = find_steady_half(encoder)
    views = {
        "with_vector": (seen, unseen),
        "steady_half": (take_steady_half(seen, start), take_steady_half(unseen, start)),
        "words_only": (replace(seen, vectors=None), replace(unseen, vectors=None)),
    }
    layers = {name: calibrate(fit(learnt), kept) for name, (learnt, kept) in views.items()}
    figures = {
        f"{name}_{key}": value
        for name, (_, kept) in views.items()
        for key, value in _describe(layers[name], kept).items()
    }
    head = IntentHead(encoder.model_name, Path(adapter).name, start, **layers)
    return head, TrainingReport(len(training), len(held_out), figures)


def find_steady_half(encoder: QueryEncoder) -> int:
    """Where the half begins that no query adapter moves: a pair leaves it zero in a Chinese query's vector."""
    (vector,) = encoder.encode_queries([CHINESE_QUERY])
    used = np.flatnonzero(vector)
    return int(used[-1]) + 1 if used.size else len(vector)


def take_steady_half(queries: Prepared, start: int) -> Prepared:
    """The queries that have such a half, with it alone; where there is none, all queries and no vectors."""
    if queries.vectors is None or not queries.vectors[:, start:].any():
        return replace(queries, vectors=None)
    vectors = queries.vectors[:, start:]
    kept = np.flatnonzero(vectors.any(axis=1))
    return Prepared(queries.labels[kept], tuple(queries.buckets[at] for at in kept), vectors[kept])


def prepare(queries: Sequence[LabelledQuery], encoder: QueryEncoder | None) -> Prepared:
    texts = [query.text for query in queries]
    return Prepared(
        labels=np.array([INTENTS.index(query.intent) for query in queries]),
        buckets=tuple(surface_buckets(text) for text in texts),
        vectors=encoder.encode_queries(texts) if encoder else None,
    )


def fit(queries: Prepared, *, epochs: int = EPOCHS, seed: int = SEED) -> Layers:
    """Cross-entropy by Adam (Kingma & Ba 2015) with a rate that falls to zero; the same seed gives the same head."""
    chance = np.random.default_rng(seed)
    weights = _start_weights(queries, chance)
    means = {name: np.zeros_like(value) for name, value in weights.items()}
    squares = {name: np.zeros_like(value) for name, value in weights.items()}
    batches = -(-len(queries.labels) // BATCH)
    for step in range(epochs * batches):
        if step % batches == 0:
            order = chance.permutation(len(queries.labels))
        chosen = order[step % batches * BATCH :][:BATCH]
        slopes = _find_slopes(weights, queries, chosen, chance)
        rate = RATE * (1 - step / (epochs * batches))
        for name, slope in slopes.items():
            means[name] += 0.1 * (slope - means[name])
            squares[name] += 0.001 * (slope * slope - squares[name])
            mean, square = means[name] / (1 - 0.9 ** (step + 1)), squares[name] / (1 - 0.999 ** (step + 1))
            weights[name] -= rate * mean / (np.sqrt(square) + 1e-8)
    return Layers(**weights)


def _start_weights(queries: Prepared, chance: np.random.Generator) -> dict[str, Any]:
    dimension = 0 if queries.vectors is None else queries.vectors.shape[1]
    units = HIDDEN if dimension else 0
    scale = dimension**-0.5 if dimension else 0.0

    def zeros(*shape: int) -> Floats:
        return np.zeros(shape, np.float32)

    return {
        "hidden": (chance.uniform(-1, 1, (dimension, units)) * scale).astype(np.float32),
        "hidden_bias": zeros(units),
        "output": (chance.uniform(-1, 1, (units, len(INTENTS))) * max(units, 1) ** -0.5).astype(np.float32),
        "surface": zeros(BUCKETS, len(INTENTS)),
        "bias": zeros(len(INTENTS)),
    }


def _find_slopes(
    weights: dict[str, Any], queries: Prepared, chosen: NDArray[np.int64], chance: np.random.Generator
) -> dict[str, Floats]:
    """The gradient of the mean cross-entropy over one batch, with words and hidden units left out at random."""
    rows, buckets = _list_words(queries, chosen)
    kept = chance.random(len(rows)) >= WORD_DROPOUT
    rows, buckets = rows[kept], buckets[kept]
    logits = np.tile(weights["bias"], (len(chosen), 1))
    np.add.at(logits, rows, weights["surface"][buckets] / (1 - WORD_DROPOUT))
    if queries.vectors is not None:
        vectors = queries.vectors[chosen] * np.float32(VECTOR_SCALE)
        raw = vectors @ weights["hidden"] + weights["hidden_bias"]
        passed = ((raw > 0) & (chance.random(raw.shape) >= HIDDEN_DROPOUT)) / np.float32(1 - HIDDEN_DROPOUT)
        logits += (raw * passed) @ weights["output"]
    wrong = _softmax(logits)
    wrong[np.arange(len(chosen)), queries.labels[chosen]] -= 1
    wrong /= len(chosen)
    surface = np.zeros_like(weights["surface"])
    np.add.at(surface, buckets, wrong[rows] / np.float32(1 - WORD_DROPOUT))
    slopes = {"surface": surface, "bias": wrong.sum(axis=0)}
    if queries.vectors is not None:
        back = wrong @ weights["output"].T * passed
        slopes |= {"output": (raw * passed).T @ wrong, "hidden": vectors.T @ back, "hidden_bias": back.sum(axis=0)}
    return slopes


def _list_words(queries: Prepared, chosen: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    found = [queries.buckets[at] for at in chosen]
    return np.repeat(np.arange(len(found)), [len(words) for words in found]), np.concatenate(found)


def calibrate(layers: Layers, held_out: Prepared) -> Layers:
    """The temperature of the least held-out cross-entropy, then the threshold of the least expected cost."""
    logits = score(layers, held_out)
    at = np.arange(len(held_out.labels)), held_out.labels
    losses = [-np.log(_softmax(logits / warmth)[at] + 1e-12).mean() for warmth in TEMPERATURES]
    warmth = float(TEMPERATURES[int(np.argmin(losses))])
    shares = _softmax(logits / warmth)
    costs = [expected_cost(shares, held_out.labels, threshold=threshold) for threshold in THRESHOLDS]
    # The middle of the best run of thresholds: its ends are where single held-out queries fall.
    best = np.flatnonzero(np.array(costs) <= min(costs) + 1e-9)
    return replace(layers, temperature=warmth, threshold=round(float(THRESHOLDS[best[len(best) // 2]]), 2))


def score(layers: Layers, queries: Prepared) -> Floats:
    """Logits [N, 6], as serving computes them."""
    vectors = queries.vectors if queries.vectors is not None else [None] * len(queries.labels)
    return np.stack([layers.logits(words, vector) for words, vector in zip(queries.buckets, vectors, strict=True)])


def expected_cost(shares: Floats, labels: NDArray[np.int64], *, threshold: float) -> float:
    """Mean cost of one query of real traffic, where SEARCH_SHARE of all queries are plain search."""
    search = INTENTS.index("search")
    chosen = choose_labels(shares, threshold=threshold)
    lost = (labels == search) & (chosen != search)
    other = (labels != search) & (chosen != labels)
    searches, others = max((labels == search).sum(), 1), max((labels != search).sum(), 1)
    cost = SEARCH_SHARE * LOST_SEARCH * lost.sum() / searches + (1 - SEARCH_SHARE) * LOST_OTHER * other.sum() / others
    return float(cost)


def choose_labels(shares: Floats, *, threshold: float) -> NDArray[np.int64]:
    chosen = shares.argmax(axis=1)
    return np.where(shares.max(axis=1) < threshold, INTENTS.index("search"), chosen)


def _describe(layers: Layers, queries: Prepared) -> dict[str, float]:
    shares = _softmax(score(layers, queries) / layers.temperature)
    chosen = choose_labels(shares, threshold=layers.threshold)
    search = queries.labels == INTENTS.index("search")
    return {
        "temperature": layers.temperature,
        "threshold": layers.threshold,
        "held_out_accuracy": float((chosen == queries.labels).mean()),
        "held_out_false_nonsearch": float((chosen[search] != queries.labels[search]).mean()),
    }


def _softmax(logits: Floats) -> Floats:
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), np.float32)
