"""Relevance of Chinese queries on the demo and an open household catalog, by kind of query; and zh↔en parity."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from benchmarks import zh_catalog
from benchmarks.chorus import JudgedQuery
from benchmarks.harness import bench_database, report, setup_django, write_result
from benchmarks.relevance_figures import (
    Search,
    rank_systems,
    read_ablation,
    say_what_pays,
    score_rankings,
    summarise_ablation,
    summarise_pairs,
    summarise_systems,
)
from benchmarks.relevance_systems import our_systems

PARITY_DEPTH = 10
# Beside what is better is told with an interval: ours, theirs.
PAIRS = (("full", "bm25s_zh"), ("full", "bm25"), ("full", "hybrid"), ("full", "full_without_understanding"))


def main() -> None:
    zh_catalog.require_data()
    setup_django()
    judged = zh_catalog.read_judged()
    queries = [query for query in judged if any(query.judgements.values())]
    with open_zh_catalog():
        systems, skipped = make_systems()
        rankings = rank_systems(systems, queries, skipped)
        if "full" not in rankings:
            raise SystemExit(f"The live configuration was degraded, its figures would mislead: {skipped['full']}")
        scores = {name: score_rankings(ranked, queries) for name, ranked in rankings.items()}
        told = {name: own for name, own in scores.items() if not read_ablation(name)[0]}
        ablation = summarise_ablation(scores)
        figures = {**summarise_systems(told), **summarise_pairs(scores, PAIRS), **ablation}
        figures["zh_full_ndcg10"] = figures["full_ndcg10"]
        figures |= average_by_kind(scores["full"]["ndcg10"], queries)
        figures |= measure_parity()
        nothing = [query for query in judged if not any(query.judgements.values())]
        empty = [not systems["full"](query.text) for query in nothing]
        figures["nothing_right_share_empty"] = float(np.mean(empty))
    data = {**zh_catalog.DATA, "queries_with_a_relevant_product": len(queries)}
    data |= {"parts": say_what_pays(scores, ablation), "left_out": skipped}
    write_result("relevance_zh", figures=figures, data=data)


@contextmanager
def open_zh_catalog() -> Iterator[None]:
    """Both catalogs in a database of their own, brought in by the shop's own import, index and embed jobs."""
    from django.core.files.base import File

    from benchmarks.catalog_in_database import embed_catalog, import_catalog, index_catalog
    from catalog import pipeline
    from ranking.retrieval.suggest_refresh import rebuild_suggestions

    with bench_database(fresh=True), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "zh.jsonl"
        zh_catalog.write_rows(path)
        with path.open("rb") as file:
            upload = pipeline.receive_upload(File(file), filename=path.name)
        import_catalog(upload)
        report(f"indexed {index_catalog():,} products")
        embed_catalog()
        rebuild_suggestions()  # with the speller's dictionary
        yield


def make_systems() -> tuple[dict[str, Search], dict[str, str]]:
    from benchmarks.peers.bm25 import ChineseBm25

    numbers = zh_catalog.number_products()
    ours, skipped = our_systems(locale="zh", identify=numbers.__getitem__)
    return {**ours, "bm25s_zh": ChineseBm25(zh_catalog.read_texts()).search}, skipped


def average_by_kind(values: Sequence[float], queries: Sequence[JudgedQuery]) -> dict[str, float]:
    kinds = zh_catalog.read_kinds()
    by_kind: dict[str, list[float]] = {}
    for query, value in zip(queries, values, strict=True):
        by_kind.setdefault(kinds[query.query_id], []).append(value)
    return {f"full_ndcg10_{kind}": float(np.mean(values)) for kind, values in sorted(by_kind.items())}


def measure_parity() -> dict[str, float]:
    """Share of the first ten that a query and its translation have in common."""
    from ranking.contracts import SearchRequest
    from ranking.pipeline import search

    def first(text: str, locale: str) -> set[int]:
        page = search(SearchRequest(query=text, page_size=PARITY_DEPTH, facets=(), locale=locale))
        return {hit.product_id for hit in page.hits}

    shared = []
    for pair in zh_catalog.read_pairs():
        zh, en = first(pair.zh, "zh"), first(pair.en, "en")
        shared.append(
            len(zh & en) / max(len(zh | en), 1) if min(len(zh), len(en)) < PARITY_DEPTH else len(zh & en) / 10
        )
    return {"parity_overlap10": float(np.mean(shared)), "parity_pairs": float(len(shared))}


if __name__ == "__main__":
    main()
