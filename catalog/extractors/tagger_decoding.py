"""Logits of words as values: the likeliest sequence of labels (Viterbi), and how sure each value is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
# A value of more words is a sentence.
MAX_WORDS = 24


@dataclass(frozen=True, slots=True)
class Tagged:
    """Words [first, last] are a value of labels[label]; `confidence` is the weakest word's marginal probability."""

    label: int
    first: int
    last: int
    confidence: float


def decode(logits: Floats, *, temperature: float = 1.0) -> list[Tagged]:
    """Logits [words, 1 + 2·labels]: what is no value; then of each label its first word and its further ones.

    A further word only follows a word of its own label. The best sequence under this rule (Viterbi 1967), and its
    values' marginals under the same rule (forward-backward), so that a value is as sure as all readings together say.
    """
    if not len(logits):
        return []
    scores = log_softmax(logits.astype(np.float64) / temperature)
    path = _best_path(scores)
    marginals = _marginals(scores)
    found: list[Tagged] = []
    for at, row in enumerate(path):
        if row % 2 == 1:
            found.append(Tagged((row - 1) // 2, at, at, float(marginals[at, row])))
        elif row:
            last = found[-1]
            found[-1] = Tagged(last.label, last.first, at, min(last.confidence, float(marginals[at, row])))
    return [value for value in found if value.last - value.first < MAX_WORDS]


def blend(first: Floats, second: Floats, share: float) -> Floats:
    """Logits of two models as one: the weighted geometric mean of their probabilities, `share` of it the second's."""
    mixed = (1 - share) * log_softmax(first.astype(np.float64)) + share * log_softmax(second.astype(np.float64))
    return mixed.astype(np.float32)


def log_softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    shifted = logits - logits.max(axis=1, keepdims=True)
    normed: NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return normed


def _best_path(scores: NDArray[np.float64]) -> list[int]:
    """A further word has two predecessors, everything else the best of all: linear in the number of labels."""
    total = scores[0].copy()
    total[2::2] = -np.inf
    came_from = []
    for row in scores[1:]:
        best = int(total.argmax())
        origin = np.full(len(row), best)
        first = np.arange(1, len(row), 2)
        origin[2::2] = np.where(total[1::2] >= total[2::2], first, first + 1)
        came_from.append(origin)
        total = total[origin] + row
    path = [int(total.argmax())]
    for origin in reversed(came_from):
        path.append(int(origin[path[-1]]))
    return path[::-1]


def _marginals(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probability of each row at each word over all sequences that keep the rule [words, rows]; every step is scaled
    to a sum of one, so that long texts do not underflow (Rabiner 1989).
    """
    chances = np.exp(scores)
    forward, backward = np.empty_like(chances), np.ones_like(chances)
    forward[0] = chances[0]
    forward[0, 2::2] = 0
    forward[0] /= forward[0].sum()
    for at in range(1, len(chances)):
        forward[at] = chances[at]
        forward[at, 2::2] *= forward[at - 1, 1::2] + forward[at - 1, 2::2]
        forward[at] /= forward[at].sum()
    for at in range(len(chances) - 2, -1, -1):
        following = chances[at + 1] * backward[at + 1]
        free = following[0] + following[1::2].sum()
        backward[at, 0] = free
        backward[at, 1::2] = backward[at, 2::2] = free + following[2::2]
        backward[at] /= backward[at].max()
    joint = forward * backward
    marginals: NDArray[np.float64] = joint / joint.sum(axis=1, keepdims=True)
    return marginals
