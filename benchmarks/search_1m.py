"""Search over HTTP in a synthetic catalog of a million products: latency by step, requests a second, memory, sizes.

Setting up takes about half an hour on two cores; `--keep` leaves the database for the next run, which then measures at
once. `--products N` asks for fewer.
"""

import argparse
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.harness import report, setup_django, write_result
from benchmarks.million_catalog import PRODUCTS, open_million, read_stages, run_stage, split_products
from benchmarks.million_queries import GROUPS, AskedQuery, make_queries
from benchmarks.search import SYSTEMS, measure_memory, percentiles, send, summarise, summarise_steps
from benchmarks.servers import Server, descendants, serve
from searchsite.supervision.plan import WEB_DEFAULTS
from searchsite.supervision.supervisor import PROCESS_DEFAULTS

Answers = Sequence[Mapping[str, Any]]

ROUNDS = 2
ALONE, TOGETHER = 150, 200
WARMING = 200
PEER_QUERIES = 10
# What `manage.py up` and the Docker image set too (docs/operations.md, "Large catalogs").
LARGE_CATALOG = {**PROCESS_DEFAULTS, **WEB_DEFAULTS}
PEERS = {name: SYSTEMS[name] for name in ("django", "django_bare")}
DATA = {
    "catalog": "synthetic: 20,000 products of the demo generator (126 kinds, English and Chinese), each there 50 times "
    "with another brand (3,000, Zipf), line (40,000, Zipf), model number, weight and SKU",
    "index": "bases by the shop's builder, the others from the bases' postings and their own names; segments merged",
    "words": "the speller's dictionary is made from every twentieth product",
    "vectors": "synthetic: the encoder's of 1,250 texts, for all other products moved by 0.35 of the difference of two "
    "texts and noise of 0.1; halfvec, HNSW m=24, ef_construction=128, ef_search as configured",
    "queries": "generated: kinds, colours and values, brands, lines, model numbers; half English, half Chinese; the "
    "peer gets the English ones",
}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=PRODUCTS, help="about how many products")
    parser.add_argument("--keep", action="store_true", help="use the database of an earlier run, and leave it")
    parser.add_argument("--without-peer", action="store_true", help="measure the shop alone")
    options = parser.parse_args(arguments)
    setup_django()
    with open_million(options.products, keep=options.keep), ExitStack() as servers:
        prepare(options.products, peer=not options.without_peer)
        load_into_memory()
        ours = (*SYSTEMS["ours"][:2], LARGE_CATALOG)
        systems = {"ours": ours, **({} if options.without_peer else PEERS)}
        started = {
            name: servers.enter_context(serve(target, probe=probe, environment=environment))
            for name, (target, probe, environment) in systems.items()
        }
        figures = measure(started) | measure_memory(started) | measure_worker(started["ours"])
        figures |= measure_sizes(peer=not options.without_peer)
        figures |= measure_building(options.products)
    data = {
        **DATA,
        "environment": LARGE_CATALOG,
        "queries_alone": ROUNDS * ALONE,
        "queries_together": ROUNDS * TOGETHER,
        "page_size": 24,
    }
    write_result("search_1m", figures=figures, data=data)


def prepare(products: int, *, peer: bool) -> None:
    """What is not in the database yet: the index, the vectors and the peer's table."""
    from benchmarks import million_index, million_vectors

    _, copies = split_products(products)
    run_stage("index bases", million_index.index_bases)
    run_stage("index variations", partial(million_index.index_copies, copies))
    run_stage("learn words", million_index.learn_words)
    run_stage("load vectors", million_vectors.load_all)
    run_stage("build vector index", million_vectors.build_live_index)
    if peer:
        from benchmarks.million_peer import build_peer

        run_stage("build peer", build_peer)


def load_into_memory() -> None:
    """What a shop that has been open for a while holds in memory, and what pg_prewarm brings back after a restart."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
        cursor.execute(
            "SELECT pg_prewarm(c.oid::regclass) FROM pg_class c WHERE c.relname LIKE 'catalog\\_embedding%' "
            "OR c.relname IN ('catalog_posting', 'catalog_posting_pkey', 'catalog_product_pkey')"
        )


def measure(servers: Mapping[str, Server]) -> dict[str, float]:
    """Systems take turns; every query is new to the server it is sent to."""
    queries = make_queries(WARMING + ROUNDS * (ALONE + TOGETHER), seed=11)
    warming, queries = queries[:WARMING], queries[WARMING:]
    alone: dict[str, list[dict[str, Any]]] = {name: [] for name in servers}
    together: dict[str, list[dict[str, Any]]] = {name: [] for name in servers}
    by_group: dict[str, list[float]] = {group: [] for group in GROUPS}
    for name, server in servers.items():
        send(server, name, _texts(name, warming), concurrency=4)
    for number in range(ROUNDS):
        report(f"round {number + 1} of {ROUNDS}")
        asked = queries[number * (ALONE + TOGETHER) :][: ALONE + TOGETHER]
        for name, server in servers.items():
            one, many = _texts(name, asked[:ALONE]), _texts(name, asked[ALONE:])
            alone[name].append(send(server, name, one, concurrency=1))
            together[name].append(send(server, name, many, concurrency=8))
        for query, seconds in zip(asked[:ALONE], alone["ours"][-1]["seconds"], strict=True):
            by_group[query.group].append(seconds)
    figures: dict[str, float] = {}
    for name in servers:
        figures |= summarise(name, alone[name], together[name])
    for group, taken in by_group.items():
        figures |= percentiles(f"ours_{group}", [{"seconds": taken}], "c1") if taken else {}
    return figures | summarise_steps([step for answer in alone["ours"] for step in answer["steps"]])


def _texts(name: str, queries: Sequence[AskedQuery]) -> list[str]:
    """The peer reads English alone, and answers so slowly that it gets fewer."""
    if name == "ours":
        return [query.text for query in queries]
    return [query.text for query in queries if query.language == "en"][:PEER_QUERIES]


def measure_building(products: int) -> dict[str, float]:
    """Seconds of every stage when it was run, and the rate of the index builder on texts it had to read."""
    stages = read_stages()
    figures = {f"seconds_to_{stage.replace(' ', '_')}": seconds for stage, seconds in stages.items()}
    return figures | {"index_documents_per_s": split_products(products)[0] / max(stages["index bases"], 1e-9)}


def measure_worker(server: Server) -> dict[str, float]:
    """The largest resident set among the server's processes: one web worker with the whole index in it."""
    return {"ours_worker_rss_mb": max(_read_rss_mb(pid) for pid in (server.pid, *descendants(server.pid)))}


def _read_rss_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), 0) / 1024


def measure_sizes(*, peer: bool) -> dict[str, float]:
    from django.db import connection

    from benchmarks.million_peer import peer_size_mb

    with connection.cursor() as cursor:
        cursor.execute(_SIZES_SQL)
        names = [column.name for column in cursor.description]
        sizes = dict(zip(names, map(float, cursor.fetchone()), strict=True))
    return sizes | ({"peer_index_mb": peer_size_mb()} if peer else {})


_SIZES_SQL = """
SELECT (SELECT count(*) FROM catalog_searchdocument WHERE live) AS products,
    (SELECT count(*) FROM catalog_segment WHERE retired_at IS NULL) AS segments,
    (SELECT sum(length(ordinals) + length(frequencies) + length(fields)) / 1048576.0 FROM catalog_posting
        WHERE segment_id IN (SELECT id FROM catalog_segment WHERE retired_at IS NULL)) AS postings_mb,
    (SELECT count(DISTINCT term) FROM catalog_posting) AS terms,
    (pg_total_relation_size('catalog_posting') + pg_total_relation_size('catalog_segment')
        + pg_total_relation_size('catalog_searchdocument')) / 1048576.0 AS index_tables_mb,
    pg_table_size('catalog_embedding') / 1048576.0 AS vectors_mb,
    pg_indexes_size('catalog_embedding') / 1048576.0 AS vector_index_mb,
    pg_database_size(current_database()) / 1048576.0 AS database_mb
"""


if __name__ == "__main__":
    main()
