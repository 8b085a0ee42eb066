"""Chooses BM25's and the blend's numbers by cross-validation over the judged queries; prints them, changes nothing."""

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.catalog_in_database import open_catalog
from benchmarks.chorus import read_judged, require_data
from benchmarks.harness import report, setup_django
from catalog.text import analyse, normalise
from ranking.metrics import bootstrap_interval, condensed_ndcg, ndcg, recall

FOLDS = 5
FIELDS = ("title", "brand", "category", "description", "attributes", "code")
# Terms a field usually holds; only ratios between a shop's fields matter, so half or double changes little.
USUAL_LENGTHS = {"title": 12, "brand": 1, "category": 2, "description": 12, "attributes": 50, "code": 8}
Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is tuned; the names are those of RankingConfig.parameters and catalog.postings."""

    field_weights: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0, 0.25, 0.5)
    text_b: float = 0.85  # of description and attributes
    name_b: float = 0.75  # of title and code; brand and category have none
    k1: float = 1.2
    minimum_coverage: float = 0.3
    dense_weight: float = 0.2
    dense_margin: float = 0.06
    dense_limit: int = 200


@dataclass(frozen=True, slots=True)
class TermMatrix:
    """Counts of the judged queries' terms in every product, field by field, and field lengths."""

    columns: Mapping[str, int]
    counts: Matrix  # [field, product, term]
    lengths: Matrix  # [field, product]


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
    return TermMatrix(columns, dense, np.array(lengths, np.float32).T)


def score_lexical(matrix: TermMatrix, settings: Settings) -> tuple[Matrix, Matrix]:
    """Per product and term its BM25 share, and per term its idf where it occurs.

    BM25F with a length norm of its own for every field (Zaragoza et al. 2004), against fixed usual lengths.
    """
    slopes = (settings.name_b, 0.0, 0.0, settings.text_b, settings.text_b, settings.name_b)
    frequencies = np.zeros(matrix.counts.shape[1:], np.float32)
    for field, name in enumerate(FIELDS):
        norm = 1 - slopes[field] + slopes[field] * matrix.lengths[field] / USUAL_LENGTHS[name]
        frequencies += settings.field_weights[field] * matrix.counts[field] / norm[:, None]
    held = frequencies > 0
    number = held.sum(axis=0)
    idf = np.log1p((len(frequencies) - number + 0.5) / (number + 0.5)).astype(np.float32)
    return idf * frequencies / (frequencies + settings.k1), held * idf


def rank(query: Judged, matrix: TermMatrix, lexical: tuple[Matrix, Matrix], settings: Settings) -> NDArray[np.int64]:
    """The first 100 products (positions), as the live pipeline would blend them."""
    at = [matrix.columns[term] for term in query.terms]
    held = lexical[1][:, at]
    coverage = held.sum(axis=1) / max(float(held.max(axis=0).sum()), 1e-9)
    bm25 = lexical[0][:, at].sum(axis=1) * coverage
    candidates = (coverage >= settings.minimum_coverage) & (bm25 > 0)
    if query.cosines is not None and settings.dense_weight > 0:
        candidates, similarity = _add_dense(query.cosines, candidates, settings)
        best = max(float(bm25[candidates].max(initial=0.0)), 1e-9)
        blended = (1 - settings.dense_weight) * bm25 / best + settings.dense_weight * similarity
    else:
        blended = bm25
    found = np.flatnonzero(candidates)
    return found[np.argsort(-blended[found], kind="stable")][:100]


def _add_dense(cosines: Matrix, candidates: NDArray[np.bool_], settings: Settings) -> tuple[NDArray[np.bool_], Matrix]:
    """Candidates with the nearest products added, and every product's share of similarity among the nearest."""
    limit = min(settings.dense_limit, len(cosines))
    nearest = np.argpartition(-cosines, limit - 1)[:limit]
    best, least = float(cosines[nearest].max()), float(cosines[nearest].min())
    widened = candidates.copy()
    widened[nearest[cosines[nearest] >= best - settings.dense_margin]] = True
    return widened, np.clip((cosines - least) / max(best - least, 1e-9), 0, 1)


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
        (1.0, 2.0), (1.0, 2.0), (0.5, 1.0, 2.0), (0.1, 0.25, 0.5), (0.25, 0.5), (0.6, 1.2), (0.75, 0.85), (0.5, 0.75)
    )
    return [
        Settings(field_weights=(title, 1.0, category, text, attributes, code), k1=k1, text_b=text_b, name_b=name_b)
        for title, category, text, attributes, code, k1, text_b, name_b in choices
    ]


def blend_grid(lexical: Settings) -> list[Settings]:
    choices = itertools.product((0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6), (0.01, 0.02, 0.04, 0.08), (0.3, 0.5), (100, 200))
    return [
        replace(lexical, dense_weight=weight, dense_margin=margin, minimum_coverage=coverage, dense_limit=limit)
        for weight, margin, coverage, limit in choices
    ]


def describe(name: str, figures: Mapping[str, Sequence[float]]) -> None:
    parts = []
    for key, values in figures.items():
        interval = bootstrap_interval(values)
        parts.append(f"{key} {interval.mean:.4f} [{interval.low:.3f}, {interval.high:.3f}]")
    report(f"{name}: " + "  ".join(parts))


def main() -> None:
    """The lexical leg first, then its blend with the dense one; both on the documents that the real import made."""
    require_data()
    setup_django()
    with open_catalog(embedded=True):
        queries, matrix, ids = load_judged_catalog()
    describe("as configured", evaluate(queries, matrix, ids, Settings()))
    describe("lexical alone", evaluate(queries, matrix, ids, Settings(dense_weight=0.0)))
    held_out, lexical = cross_validate([replace(query, cosines=None) for query in queries], matrix, ids, lexical_grid())
    describe("lexical, held out", held_out)
    report(f"choice over all queries: {lexical}")
    for name, chosen in (("configured", Settings()), ("tuned", lexical)):
        held_out, blend = cross_validate(queries, matrix, ids, blend_grid(chosen))
        describe(f"blend on the {name} lexical leg, held out", held_out)
        describe("and by its choice over all queries", evaluate(queries, matrix, ids, blend))
        report(f"choice over all queries: {blend}")


def load_judged_catalog() -> tuple[list[Judged], TermMatrix, NDArray[np.int64]]:
    """Queries with something relevant, the words of every product, and the products' own numbers."""
    from catalog.documents import load_documents
    from catalog.encoder import get_encoder
    from catalog.models import Embedding, Product

    skus = dict(Product.objects.order_by("pk").values_list("pk", "sku"))
    documents = load_documents(list(skus))
    ids = np.array([int(skus[document.product_id]) for document in documents])
    stored = dict(Embedding.objects.filter(generation__status="live").values_list("product_id", "vector"))
    vectors = np.stack([stored[document.product_id].to_numpy() for document in documents]).astype(np.float32)
    judged = [query for query in read_judged() if any(query.judgements.values())]
    asked = get_encoder().encode_queries([normalise(query.text) for query in judged])
    queries = [
        Judged(query.text, tuple(analyse(query.text)), query.judgements, vectors @ vector)
        for query, vector in zip(judged, asked, strict=True)
    ]
    matrix = count_terms((document.fields for document in documents), [query.terms for query in queries])
    return queries, matrix, ids


if __name__ == "__main__":
    main()
