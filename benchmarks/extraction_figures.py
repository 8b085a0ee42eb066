"""Precision, recall and F1 of extracted attribute values against gold values, with intervals over products.

A found value is judged only where the product has gold values of that attribute: what a catalog leaves open is not
evidence against a value that its text states. How many were not judged is reported.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from catalog.contracts import Scalar
from catalog.effective import value_key
from catalog.extractors.agreement import values_agree

# product → attribute → values
Gold = Mapping[int, Mapping[str, Sequence[Scalar]]]
# product → attribute → (value, confidence)
Found = Mapping[int, Mapping[str, Sequence[tuple[Scalar, float]]]]
Agree = Callable[[Scalar, Scalar], bool]
ROUNDS = 2000


@dataclass(frozen=True, slots=True)
class Judged:
    """One found value: its confidence, and whether it is right."""

    product_id: int
    attribute: str
    confidence: float
    right: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """All found values that can be judged, how many gold values there are by product, and what was not judged."""

    found: Sequence[Judged]
    gold: Mapping[int, int]
    unjudged: int


def same_key(first: Scalar, second: Scalar) -> bool:
    """Exact: equal after folding case, width and blanks, numbers to ten digits."""
    return value_key(first) == value_key(second)


def judge(gold: Gold, found: Found, keys: Sequence[str], *, agree: Agree = values_agree) -> Judgement:
    """Every found value against the product's gold values of that attribute; a gold value counts once."""
    judged: list[Judged] = []
    unjudged = 0
    for product_id, attributes in found.items():
        for key in keys:
            truth = list(gold.get(product_id, {}).get(key, ()))
            values = sorted(attributes.get(key, ()), key=lambda item: -item[1])
            if not truth:
                unjudged += len(values)
                continue
            for value, confidence in values:
                match = next((one for one in truth if agree(value, one)), None)
                judged.append(Judged(product_id, key, confidence, match is not None))
                if match is not None:
                    truth.remove(match)
    counts = {id_: sum(len(values.get(key, ())) for key in keys) for id_, values in gold.items()}
    return Judgement(judged, {id_: count for id_, count in counts.items() if count}, unjudged)


def score(judgement: Judgement, threshold: float = 0.0) -> dict[str, float]:
    """Micro precision, recall and F1 of the values at or above the threshold, with the F1's bootstrap interval."""
    ids = sorted(judgement.gold)
    place = {id_: number for number, id_ in enumerate(ids)}
    right, wrong = np.zeros(len(ids)), np.zeros(len(ids))
    for item in judgement.found:
        if item.confidence >= threshold and item.product_id in place:
            (right if item.right else wrong)[place[item.product_id]] += 1
    total = np.array([judgement.gold[id_] for id_ in ids], float)
    precision, recall, f1 = _rates(right.sum(), wrong.sum(), total.sum())
    low, high = _bootstrap(right, wrong, total)
    return {"precision": precision, "recall": recall, "f1": f1, "f1_low": low, "f1_high": high}


def best_threshold(judgement: Judgement) -> float:
    """The confidence from which on F1 is highest."""
    order = sorted(judgement.found, key=lambda item: -item.confidence)
    right = np.cumsum([item.right for item in order])
    total = sum(judgement.gold.values())
    if not order or not total:
        return 0.0
    f1 = 2 * right / (np.arange(1, len(order) + 1) + total)
    return order[int(np.argmax(f1))].confidence


def precise_threshold(judgement: Judgement, *, precision: float = 0.95) -> float:
    """The lowest confidence from which on precision is reached; above 1 where it never is."""
    order = sorted(judgement.found, key=lambda item: -item.confidence)
    right = np.cumsum([item.right for item in order])
    reached = np.flatnonzero(right / np.arange(1, len(order) + 1) >= precision) if order else np.array([])
    return order[int(reached[-1])].confidence if len(reached) else 1.01


def reliability(judgement: Judgement, *, steps: int = 10) -> dict[str, float]:
    """Expected calibration error, and per confidence step what was right (Guo et al., ICML 2017)."""
    confidence = np.array([item.confidence for item in judgement.found])
    right = np.array([item.right for item in judgement.found], float)
    if not len(confidence):
        return {}
    step = np.minimum((confidence * steps).astype(int), steps - 1)
    figures, error = {}, 0.0
    for number in range(steps):
        inside = step == number
        if inside.any():
            figures[f"right_at_{number / steps:.1f}"] = float(right[inside].mean())
            error += abs(right[inside].mean() - confidence[inside].mean()) * inside.mean()
    return figures | {"calibration_error": float(error)}


def errors_by_attribute(judgement: Judgement) -> dict[str, float]:
    """The calibration error of each attribute with at least a hundred judged values."""
    found: dict[str, list[Judged]] = {}
    for item in judgement.found:
        found.setdefault(item.attribute, []).append(item)
    own = {key: Judgement(items, {}, 0) for key, items in found.items() if len(items) >= 100}
    return {key: reliability(one)["calibration_error"] for key, one in own.items()}


def _rates(right: float, wrong: float, total: float) -> tuple[float, float, float]:
    precision = right / max(right + wrong, 1e-9)
    recall = right / max(total, 1e-9)
    return float(precision), float(recall), float(2 * right / max(right + wrong + total, 1e-9))


def _bootstrap(
    right: NDArray[np.float64], wrong: NDArray[np.float64], total: NDArray[np.float64]
) -> tuple[float, float]:
    """95 % interval of F1, products drawn with replacement."""
    if not len(total):
        return 0.0, 0.0
    chance = np.random.default_rng(7)
    draws = chance.integers(0, len(total), (ROUNDS, len(total)))
    r, w, t = right[draws].sum(1), wrong[draws].sum(1), total[draws].sum(1)
    low, high = np.quantile(2 * r / np.maximum(r + w + t, 1e-9), [0.025, 0.975])
    return float(low), float(high)
