"""Trains the tagger's wording part: a sparse linear classifier of words over hashed features, in seconds.

Adagrad (Duchi et al. 2011) with one rate a feature; what weighs little is left out of the file.
"""

import random
from collections.abc import Sequence

import numpy as np
import torch

from catalog.extractors.tagger_words import BUCKETS, WordWeights, word_features
from feedback.trainers.tagger import Lesson
from feedback.trainers.tagger_data import TaggedText

RATE, DECAY, ROUNDS, BATCH = 0.02, 0.01, 8, 16
# Of the weights, the largest: 4 bytes each in the file. On OA-Mine the F1 with half as many is the same.
MOST_WEIGHTS = 600_000

# By language, chosen on texts held out of training (docs/adr/0012-attribute-tagger.md): how much wording counts beside
# the encoder, and what divides the blended logits.
SHARES = {"en": 0.6, "zh": 0.6}
TEMPERATURES = {"en": 1.25, "zh": 1.0}


def features_of(text: TaggedText, lesson: Lesson) -> list[list[int]]:
    return word_features(text.context, [text.text[start:end] for start, end in lesson.pieces.places])


def train_words(
    features: Sequence[Sequence[Sequence[int]]], rows: Sequence[Sequence[int]], width: int, *, seed: int
) -> WordWeights:
    """`features` by text, word and feature; `rows` by text and word, negative where nobody knows."""
    weights, squares = torch.zeros(BUCKETS, width), torch.full((BUCKETS,), 1e-6)
    chooser = random.Random(seed)
    for _ in range(ROUNDS):
        order = chooser.sample(range(len(features)), len(features))
        for start in range(0, len(order), BATCH):
            part = order[start : start + BATCH]
            words = [(own, row) for at in part for own, row in zip(features[at], rows[at], strict=True) if row >= 0]
            if words:
                _step(weights, squares, words)
    return prune(weights.numpy())


def _step(weights: torch.Tensor, squares: torch.Tensor, words: Sequence[tuple[Sequence[int], int]]) -> None:
    buckets = torch.tensor([bucket for own, _ in words for bucket in own])
    begins = torch.tensor([0, *(len(own) for own, _ in words)]).cumsum(0)[:-1]
    used, places = buckets.unique(return_inverse=True)
    held = weights[used].requires_grad_()
    logits = torch.nn.functional.embedding_bag(places, held, begins, mode="sum")
    wanted = torch.tensor([row for _, row in words])
    (slope,) = torch.autograd.grad(torch.nn.functional.cross_entropy(logits, wanted, reduction="sum"), held)
    slope = slope + DECAY * held.detach()
    squares[used] += slope.pow(2).mean(1)
    weights[used] = held.detach() - RATE * slope / squares[used].sqrt()[:, None]


def prune(weights: np.ndarray, *, most: int = MOST_WEIGHTS) -> WordWeights:
    """The largest weights [buckets, rows] by magnitude, as sparse rows."""
    size = np.abs(weights)
    least = np.float32(np.finfo(np.float32).tiny)
    if np.count_nonzero(size) > most:
        least = np.partition(size, size.size - most, axis=None)[-most]
    kept = size >= least
    begins = np.concatenate(([0], np.cumsum(kept.sum(axis=1))))
    return WordWeights(begins.astype(np.int64), np.nonzero(kept)[1].astype(np.int64), weights[kept].astype(np.float32))
