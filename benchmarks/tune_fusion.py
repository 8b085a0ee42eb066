"""Chooses BM25's and the blend's numbers by cross-validation over the judged queries; prints them, changes nothing."""

import itertools
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.harness import report
from catalog.text import analyse
from feedback.metrics import bootstrap_interval, condensed_ndcg, ndcg, recall

FOLDS = 5
FIELDS = ("title", "brand", "category", "description", "attributes", "code")
Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is tuned; the names are those of RankingConfig.parameters and catalog.postings."""

    field_weights: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0, 0.25, 1.0)
    k1: float = 1.2
    b: float = 0.75
    minimum_coverage: float = 0.3
    dense_weight: float = 0.0
    dense_margin: float = 0.06


@dataclass(frozen=True, slots=True)
class TermMatrix:
    """Counts of the judged queries' terms in every product, field by field, and field lengths."""

    columns: Mapping[str, int]
    counts: Matrix  # [field, product, term]
    lengths: Matrix  # [field, product]
    frequencies: NDArray[np.int64]  # products that hold the term


@dataclass(frozen=True, slots=True)
class Judged:
    """One query ready to be scored; `cosines` are of all products, or None without an encoder."""

    text: str
    terms: tuple[str, ...]
    judgements: Mapping[int, int]
    cosines: Matrix | None = None


def count_terms(documents: Iterable[Mapping[str, str]], queries: Iterable[Sequence[str]]) -> TermMatrix:
    columns = {term: at for at, term in enumerate(sorted({term for terms in queries for term in terms}))}
    counts: list[list[dict[int, int]]] = []
    lengths: list[list[int]] = []
    for fields in documents:
        row = [Counter(analyse(fields.get(field, ""))) for field in FIELDS]
        lengths.append([sum(counter.values()) for counter in row])
        counts.append([{columns[t]: n for t, n in counter.items() if t in columns} for counter in row])
    dense = np.zeros((len(FIELDS), len(counts), len(columns)), np.float32)
    for product, row_counts in enumerate(counts):
        for field, found in enumerate(row_counts):
            for column, number in found.items():
                dense[field, product, column] = number
    return TermMatrix(columns, dense, np.array(lengths, np.float32).T, (dense.sum(axis=0) > 0).sum(axis=0))


def score_lexical(matrix: TermMatrix, settings: Settings) -> tuple[Matrix, Matrix]:
    """Per product and term: BM25 share and whether it occurs (in a field that counts)."""
    weights = np.array(settings.field_weights, np.float32)
    frequencies = np.tensordot(weights, matrix.counts, axes=1)
    lengths = weights @ matrix.lengths
    norm = settings.k1 * (1 - settings.b + settings.b * lengths / max(float(lengths.mean()), 1e-9))
    products = matrix.counts.shape[1]
    held = frequencies > 0
    number = held.sum(axis=0)
    idf = np.log(1 + (products - number + 0.5) / (number + 0.5)).astype(np.float32)
    return idf * frequencies / (frequencies + norm[:, None]), held * idf


def rank(query: Judged, matrix: TermMatrix, lexical: tuple[Matrix, Matrix], settings: Settings) -> NDArray[np.int64]:
    """The first 100 products (positions), as the live pipeline would blend them."""
    at = [matrix.columns[term] for term in query.terms]
    bm25 = lexical[0][:, at].sum(axis=1)
    covered = lexical[1][:, at].sum(axis=1)
    whole = max(float(sum(lexical[1][:, column].max() for column in at)), 1e-9)
    candidates = (covered / whole >= settings.minimum_coverage) & (bm25 > 0)
    blended = bm25 / max(float(bm25.max()), 1e-9)
    if query.cosines is not None and settings.dense_weight > 0:
        nearest = np.argpartition(-query.cosines, 200)[:200]
        best, least = float(query.cosines[nearest].max()), float(query.cosines[nearest].min())
        candidates[nearest[query.cosines[nearest] >= best - settings.dense_margin]] = True
        similarity = np.clip((query.cosines - least) / max(best - least, 1e-9), 0, 1)
        blended = (1 - settings.dense_weight) * blended + settings.dense_weight * similarity
    found = np.flatnonzero(candidates)
    return found[np.argsort(-blended[found], kind="stable")][:100]


def evaluate(
    queries: Sequence[Judged], matrix: TermMatrix, ids: NDArray[np.int64], settings: Settings
) -> dict[str, list[float]]:
    lexical = score_lexical(matrix, settings)
    figures: dict[str, list[float]] = {"ndcg10": [], "recall100": [], "condensed_ndcg10": []}
    for query in queries:
        ranking = ids[rank(query, matrix, lexical, settings)].tolist()
        figures["ndcg10"].append(ndcg(ranking, query.judgements))
        figures["recall100"].append(recall(ranking, query.judgements))
        figures["condensed_ndcg10"].append(condensed_ndcg(ranking, query.judgements))
    return figures


def objective(figures: Mapping[str, Sequence[float]]) -> NDArray[np.float64]:
    """What is maximised, query by query: mostly nDCG, a little recall, and credit where nobody judged."""
    return (
        0.5 * np.array(figures["ndcg10"])
        + 0.3 * np.array(figures["condensed_ndcg10"])
        + 0.2 * np.array(figures["recall100"])
    )


def cross_validate(
    queries: Sequence[Judged], matrix: TermMatrix, ids: NDArray[np.int64], grid: Sequence[Settings]
) -> tuple[dict[str, list[float]], Settings]:
    """Held-out figures (each query scored by what the other folds chose) and the choice over all queries."""
    tables = [evaluate(queries, matrix, ids, settings) for settings in grid]
    scores = np.array([objective(table) for table in tables])
    fold = np.random.default_rng(5).permutation(len(queries)) % FOLDS
    held_out: dict[str, list[float]] = {name: [] for name in tables[0]}
    for number in range(FOLDS):
        choice = tables[int(scores[:, fold != number].mean(axis=1).argmax())]
        for name, values in choice.items():
            held_out[name].extend(value for value, of in zip(values, fold, strict=True) if of == number)
    return held_out, grid[int(scores.mean(axis=1).argmax())]


def lexical_grid() -> list[Settings]:
    choices = itertools.product(
        (1.0, 2.0, 3.0), (0.5, 1.0), (1.0, 2.0, 4.0), (0.5, 1.0), (0.0, 0.1, 0.25, 0.5), (0.8, 1.2, 1.6), (0.3, 0.5, 0.75)
    )
    return [
        Settings(field_weights=(title, brand, category, description, attributes, 1.0), k1=k1, b=b)
        for title, brand, category, description, attributes, k1, b in choices
    ]


def blend_grid(lexical: Settings) -> list[Settings]:
    choices = itertools.product(
        (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7), (0.02, 0.04, 0.06, 0.1), (0.2, 0.3, 0.5, 0.6)
    )
    return [
        replace(lexical, dense_weight=weight, dense_margin=margin, minimum_coverage=coverage)
        for weight, margin, coverage in choices
    ]


def describe(name: str, figures: Mapping[str, Sequence[float]]) -> None:
    parts = []
    for key, values in figures.items():
        interval = bootstrap_interval(values)
        parts.append(f"{key} {interval.mean:.4f} [{interval.low:.3f}, {interval.high:.3f}]")
    report(f"{name}: " + "  ".join(parts))


if __name__ == "__main__":
    sys.stdout.write("Run by `python -m benchmarks.tune`.\n")
