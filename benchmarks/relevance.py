"""Relevance on the judged queries over the full catalog: ours by leg and blended, beside engines on the same texts."""

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.catalog_in_database import open_catalog
from benchmarks.chorus import DATA, JudgedQuery, read_judged, read_texts, require_data
from benchmarks.harness import report, setup_django, write_result
from feedback.metrics import (
    bootstrap_interval,
    condensed_ndcg,
    judged_share,
    ndcg,
    paired_interval,
    recall,
    reciprocal_rank,
)

DEPTH = 100
METRICS: dict[str, Callable[[Sequence[int], dict[int, int]], float]] = {
    "ndcg10": ndcg,
    "recall100": recall,
    "mrr": reciprocal_rank,
    "judged10": judged_share,
    "condensed_ndcg10": condensed_ndcg,
}
# The legs one by one, and the blend as shipped; nothing but words and vectors in the single legs.
CONFIGURATIONS = {
    "bm25": ({"bm25": 1.0}, {}),
    "dense": ({"dense": 1.0}, {"minimum_coverage": 2.0, "dense_margin": 2.0}),
    "hybrid": None,
}
Search = Callable[[str], list[int]]
Scores = dict[str, list[float]]


def main() -> None:
    require_data()
    setup_django()
    # Where nothing is relevant no ranking is right or wrong.
    queries = [query for query in read_judged() if any(query.judgements.values())]
    with open_catalog(embedded=True), tempfile.TemporaryDirectory() as folder:
        systems = {**our_systems(), **peer_systems(Path(folder))}
        scores = {name: measure(name, search, queries) for name, search in systems.items()}
    data = {**DATA, "queries_with_a_relevant_product": len(queries), "depth": DEPTH, "gains": "2^grade - 1, unjudged 0"}
    write_result("relevance", figures={**summarise_systems(scores), **summarise_pairs(scores, PAIRS)}, data=data)


def measure(name: str, search: Search, queries: Sequence[JudgedQuery]) -> Scores:
    started = time.perf_counter()
    rankings = [search(query.text) for query in queries]
    report(f"{name}: {(time.perf_counter() - started) / len(queries) * 1000:.1f} ms a query")
    return {
        metric: [value(ranking, query.judgements) for ranking, query in zip(rankings, queries, strict=True)]
        for metric, value in METRICS.items()
    }


PAIRS = (("bm25", "engine_bm25"), ("hybrid", "django"), ("hybrid", "engine_bm25"), ("hybrid", "bm25"))


def summarise_systems(scores: dict[str, Scores]) -> dict[str, float]:
    figures: dict[str, float] = {}
    for name, metrics in scores.items():
        for metric, values in metrics.items():
            interval = bootstrap_interval(values)
            figures[f"{name}_{metric}"] = interval.mean
            figures[f"{name}_{metric}_low"], figures[f"{name}_{metric}_high"] = interval.low, interval.high
    return figures


def summarise_pairs(scores: dict[str, Scores], pairs: Sequence[tuple[str, str]]) -> dict[str, float]:
    """Paired differences of nDCG@10: an advantage is real when its interval does not hold zero."""
    figures: dict[str, float] = {}
    for ours, theirs in pairs:
        difference = paired_interval(scores[ours]["ndcg10"], scores[theirs]["ndcg10"])
        key = f"{ours}_minus_{theirs}_ndcg10"
        figures[key], figures[f"{key}_low"], figures[f"{key}_high"] = difference.mean, difference.low, difference.high
    return figures


def our_systems(*, locale: str = "en", identify: Callable[[str], int] = int) -> dict[str, Search]:
    """The live pipeline itself, under configurations made for this database only. `identify` numbers a SKU."""
    from ranking.contracts import SearchRequest
    from ranking.models import RankingConfig
    from ranking.pipeline import search

    def make(config_id: int | None) -> Search:
        def run(text: str) -> list[int]:
            page = search(SearchRequest(query=text, page_size=DEPTH, facets=(), locale=locale, config_id=config_id))
            if page.notes:
                raise SystemExit(f"The search was degraded, its figures would mislead: {page.notes}")
            return [identify(hit.product.sku) for hit in page.hits]

        return run

    systems: dict[str, Search] = {}
    for name, chosen in CONFIGURATIONS.items():
        config_id = None
        if chosen:
            weights, parameters = chosen
            config_id = RankingConfig.objects.create(name=f"bench {name}", weights=weights, parameters=parameters).pk
        systems[name] = make(config_id)
    return systems


def peer_systems(folder: Path) -> dict[str, Search]:
    from benchmarks.peers import django_fts
    from benchmarks.peers.bm25 import PlainBm25
    from benchmarks.peers.engine import TantivyEngine

    texts = read_texts()
    django_fts.build_table(texts)

    def ask_django(search: Callable[..., "django_fts.Found"]) -> Search:
        return lambda text: [product.product_id for product in search(text, limit=DEPTH)]

    return {
        "engine_bm25": TantivyEngine.build(texts, folder).search,
        "bm25s": PlainBm25(texts).search,
        "django": ask_django(django_fts.search_every_word),
        "django_any_word": ask_django(django_fts.search_any_word),
        "django_naive": ask_django(django_fts.search_naive),
    }


if __name__ == "__main__":
    main()
