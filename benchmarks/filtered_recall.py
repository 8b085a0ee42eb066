"""Nearest vectors under a filter: ours, HNSW filtered afterwards, and pgvector's iterative scan, against exact numpy.

For filters that keep 0.5 % to 30 % of the judged catalog, once products picked at random and once whole brands, whose
vectors lie together: the share of the filter's true 100 nearest that each way returns, and what it costs.
Then what a page shows of it: the candidates are those above the similarity threshold, whatever the filter
(docs/adr/0007-facet-truth.md).
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import psycopg

from benchmarks.catalog_in_database import open_catalog
from benchmarks.chorus import DATA, read_judged, require_data
from benchmarks.harness import Figures, report, setup_django, write_result

if TYPE_CHECKING:
    from ranking.retrieval.dense import LiveGeneration

TOP = 100
SHARES = (0.005, 0.01, 0.05, 0.3)
SEED = 20260
Ids = np.ndarray[Any, np.dtype[np.int64]]
Vectors = np.ndarray[Any, np.dtype[np.float32]]
Ask = Callable[[Vectors, Ids], tuple[Ids, float]]


@dataclass
class Measured:
    """Recall of the filter's true top, and milliseconds, one entry a query."""

    recall: list[float] = field(default_factory=list)
    ms: list[float] = field(default_factory=list)


def main() -> None:
    require_data()
    setup_django()
    with open_catalog(embedded=True):
        figures = measure()
    write_result("filtered_recall", figures=figures, data={**DATA, "top": TOP, "filters_per_share": 2})


def measure() -> Figures:
    from django.db import connection

    from catalog.encoder import get_encoder
    from ranking.retrieval.dense import live_generation

    connection.ensure_connection()
    raw: Any = connection.connection
    generation = live_generation(0)
    if generation is None:
        raise SystemExit("No generation of vectors is live: embed the catalog first.")
    ids, vectors = read_vectors(raw, generation)
    queries = get_encoder(generation.model).encode_queries([query.text for query in read_judged()])
    ways = make_ways(raw, generation, ids)
    figures: dict[str, float] = {"products": len(ids), "dimension": generation.dimension}
    for share in SHARES:
        for kind, allowed in (("random", pick_random(ids, share)), ("brand", pick_brands(ids, share))):
            report(f"{share:.1%} {kind}: {len(allowed)} products")
            figures |= compare(ways, queries, ids, vectors, allowed, name=f"{share * 100:g}pct_{kind}")
    return {**figures, **measure_threshold(queries, ids, vectors, raw, generation)}


def read_vectors(raw: Any, generation: "LiveGeneration") -> tuple[Ids, Vectors]:
    """Every vector of the generation as the index sees it, of half precision; ids ascending."""
    sql = (
        f"SELECT product_id, halfvec_send(vector::halfvec({generation.dimension})) FROM catalog_embedding "  # noqa: S608
        f"WHERE generation_id = {generation.id} ORDER BY product_id"
    )
    with psycopg.Cursor(raw) as cursor:
        rows = cursor.execute(sql, binary=True).fetchall()
    packed = b"".join(bytes(row[1])[4:] for row in rows)
    return np.array([row[0] for row in rows], np.int64), np.frombuffer(packed, ">f2").astype(np.float32).reshape(
        len(rows), -1
    )


def pick_random(ids: Ids, share: float) -> Ids:
    chosen = np.random.default_rng(SEED).choice(ids, size=round(share * len(ids)), replace=False)
    return np.sort(chosen)


def pick_brands(ids: Ids, share: float) -> Ids:
    """Products of one brand, or of the fewest brands that together come nearest to the share from below."""
    from catalog.models import Product

    brands = dict(Product.objects.values_list("id", "brand_id"))
    of = np.array([brands.get(int(id_)) or 0 for id_ in ids], np.int64)
    names, counts = np.unique(of[of > 0], return_counts=True)
    left, taken = round(share * len(ids)), []
    for at in np.argsort(-counts, kind="stable"):
        if counts[at] <= left:
            taken.append(names[at])
            left -= int(counts[at])
    return ids[np.isin(of, taken)]


def make_ways(raw: Any, generation: "LiveGeneration", ids: Ids) -> dict[str, Ask]:
    from ranking.retrieval import dense

    def ours(vector: Vectors, allowed: Ids) -> tuple[Ids, float]:
        plan = dense.plan_leg(np.isin(ids, allowed), total=len(ids), limit=TOP, ef_search=200)
        only = allowed.tolist() if plan.exact else None
        return run(raw, plan.ef_search, *dense.nearest_statement(generation, vector, limit=plan.limit, only_ids=only))

    def afterwards(vector: Vectors, allowed: Ids) -> tuple[Ids, float]:
        return run(raw, 200, *dense.nearest_statement(generation, vector, limit=200, only_ids=None))

    def iterative(vector: Vectors, allowed: Ids) -> tuple[Ids, float]:
        sql, parameters = dense.nearest_statement(generation, vector, limit=TOP, only_ids=None)
        sql = sql.replace(" ORDER BY ", " AND product_id = ANY(%s) ORDER BY ")
        # Without sorting the planner has no way but the vector index, which is what is measured here.
        settings = ("enable_sort", "off")
        return run(raw, 200, sql, [parameters[0], allowed.tolist(), *parameters[1:]], settings=settings)

    return {"ours": ours, "hnsw_then_filter": afterwards, "iterative_scan": iterative}


def run(
    raw: Any, ef_search: int, sql: str, parameters: Sequence[Any], *, settings: tuple[str, str] = ("enable_sort", "on")
) -> tuple[Ids, float]:
    """Product ids, best first, and milliseconds of the statement alone."""
    with psycopg.Cursor(raw) as cursor:
        cursor.execute(
            "SELECT set_config('hnsw.ef_search', %s, false), set_config('hnsw.iterative_scan', 'relaxed_order', false),"
            " set_config(%s, %s, false)",
            [str(ef_search), *settings],
        )
        started = time.perf_counter()
        rows = cursor.execute(sql, parameters).fetchall()
        return np.array([row[0] for row in rows], np.int64), (time.perf_counter() - started) * 1000


def compare(
    ways: dict[str, Ask], queries: Vectors, ids: Ids, vectors: Vectors, allowed: Ids, *, name: str
) -> dict[str, float]:
    held = vectors[np.searchsorted(ids, allowed)]
    measured = {way: Measured() for way in ways}
    for query in queries:
        truth = allowed[np.argsort(-(held @ query), kind="stable")[:TOP]]
        for way, ask in ways.items():  # taking turns, so that load on the machine falls on all alike
            found, ms = ask(query, allowed)
            kept = found[np.isin(found, allowed)][:TOP]
            measured[way].recall.append(float(np.isin(truth, kept).mean()))
            measured[way].ms.append(ms)
    figures: dict[str, float] = {f"{name}_products": len(allowed)}
    for way, seen in measured.items():
        figures[f"{name}_{way}_recall_at_100"] = float(np.mean(seen.recall))
        figures[f"{name}_{way}_worst_recall"] = float(np.min(seen.recall))
        figures |= {f"{name}_{way}_p{rank}_ms": float(np.percentile(seen.ms, rank)) for rank in (50, 95)}
    return figures


def measure_threshold(queries: Vectors, ids: Ids, vectors: Vectors, raw: Any, generation: "LiveGeneration") -> Figures:
    """The near products of a search (all above its threshold), and the share of them that its leg brings: asked for
    the default number, and asked again for the most where that was cut short.
    """
    from ranking.registry import DEFAULT_PARAMETERS
    from ranking.retrieval import dense

    near = {"margin": DEFAULT_PARAMETERS["dense_margin"], "floor": DEFAULT_PARAMETERS["dense_floor"]}
    first = int(DEFAULT_PARAMETERS["dense_limit"])
    sizes, cut = [], []
    recalls: dict[str, list[float]] = {"one_leg": [], "asked_again": []}
    for query in queries:
        cosines = vectors @ query
        order = np.argsort(-cosines, kind="stable")
        above = ids[order[cosines[order] >= dense.threshold(cosines[order], limit=dense.MAX_NEAREST, **near)]]
        short = dense.is_cut_short(cosines[order][:first], limit=first, **near)
        sizes.append(len(above))
        cut.append(short)
        for name, limit in (("one_leg", first), ("asked_again", dense.MAX_NEAREST if short else first)):
            sql, parameters = dense.nearest_statement(generation, query, limit=limit, only_ids=None)
            found, _ = run(raw, max(200, limit), sql, parameters)
            recalls[name].append(float(np.isin(above, found).mean()))
    return {
        "near_products_p50": float(np.percentile(sizes, 50)),
        "near_products_p95": float(np.percentile(sizes, 95)),
        "cut_short_share": float(np.mean(cut)),
        **{f"near_recall_{name}": float(np.mean(values)) for name, values in recalls.items()},
    }


if __name__ == "__main__":
    main()
