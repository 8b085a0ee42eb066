"""Fits the weights of ranking/language/slips.py on the training half of the spelling pairs and prints them.

Four folds: the dictionary of each is made from the other three, so the words of a query are as unknown as a shop's
would be. Logistic regression by gradient descent, ridge 0.003; the held-out half is never read here.
"""

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.harness import report, setup_django
from benchmarks.spelling_data import PAIRS, Case, make_home_dictionary, read_home_pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ranking.language.words import Dictionary

FOLDS, STEPS, RATE, RIDGE = 4, 3000, 0.3, 0.003


def main() -> None:
    if not PAIRS.exists():
        sys.stdout.write("Skipped: the spelling pairs are not at ../shared/data/spelling beside the project.\n")
        return
    setup_django()
    train, _ = read_home_pairs()
    folds = [train[start::FOLDS] for start in range(FOLDS)]
    rows: list[tuple[tuple[float, ...], bool]] = []
    for held, fold in enumerate(folds):
        others = [case.meant for at, other in enumerate(folds) if at != held for case in other]
        rows += describe_cases(fold, make_home_dictionary(others))
    features, right = np.array([row for row, _ in rows]), np.array([float(label) for _, label in rows])
    report(f"{len(rows)} guesses, {right.mean():.1%} of them right")
    report(f"CONFIDENCE_WEIGHTS = {tuple(round(float(weight), 2) for weight in fit(features, right))}")


def describe_cases(cases: Sequence[Case], dictionary: "Dictionary") -> Iterator[tuple[tuple[float, ...], bool]]:
    """Features of the best guess for every unknown word, in the queries as typed and in the right ones."""
    from ranking.language.slips import describe_guess, rank_candidates

    for case in cases:
        for text in (case.typed, case.meant):
            words = text.split()
            for at, word in enumerate(words):
                if not (word.isascii() and word.isalpha() and len(word) >= 4) or word in dictionary:
                    continue
                left, right = (words[at - 1] if at else ""), (words[at + 1] if at + 1 < len(words) else "")
                ranked = rank_candidates(word, dictionary, left=left, right=right)
                if ranked:
                    meant = f" {' '.join(ranked[0].words)} "
                    yield describe_guess(word, ranked, dictionary), text != case.meant and meant in f" {case.meant} "


def fit(features: "NDArray[np.float64]", right: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Weights for features as they are; the first is the constant."""
    mean, spread = features.mean(0), features.std(0) + 1e-9
    mean[0], spread[0] = 0.0, 1.0
    scaled = (features - mean) / spread
    weights = np.zeros(features.shape[1])
    ridge = RIDGE * (np.arange(len(weights)) > 0)
    for _ in range(STEPS):
        predicted = 1 / (1 + np.exp(-scaled @ weights))
        weights -= RATE * (scaled.T @ (predicted - right) / len(right) + ridge * weights)
    plain = weights / spread
    plain[0] -= float((plain[1:] * mean[1:]).sum())
    return plain


if __name__ == "__main__":
    main()
