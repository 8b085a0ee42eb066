"""Search over HTTP: ours, Django's full-text search and a Lucene-class engine, taking turns on the same queries."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.catalog_in_database import open_catalog
from benchmarks.chorus import DATA, read_judged, read_texts, require_data, title_queries
from benchmarks.harness import ROOT, proportional_memory_mb, report, setup_django, write_result
from benchmarks.servers import Server, serve
from searchsite.supervision.plan import WEB_DEFAULTS
from searchsite.supervision.supervisor import PROCESS_DEFAULTS

OURS = "/api/v1/search?q="
PEER = "/peer?q="
ROUNDS = 3
PER_ROUND = 200
WARMING = 200
# What the cross-encoder costs does not depend on what its part weighs.
RERANK_WEIGHT = 0.1
# It answers less than two requests a second.
SLOW = ("django_naive",)
DJANGO = "benchmarks.peers.wsgi_django:application"
SYSTEMS: dict[str, tuple[str, str, dict[str, str]]] = {
    "ours": ("searchsite.wsgi:application", f"{OURS}laptop", {**PROCESS_DEFAULTS, **WEB_DEFAULTS}),
    "django": (DJANGO, f"{PEER}laptop", {"BENCHMARK_DJANGO": "page"}),
    "django_bare": (DJANGO, f"{PEER}laptop", {"BENCHMARK_DJANGO": "bare"}),
    "django_naive": (DJANGO, f"{PEER}laptop", {"BENCHMARK_DJANGO": "naive"}),
    "engine": ("benchmarks.peers.wsgi_engine:application", f"{PEER}laptop", {}),
}


def main() -> None:
    require_data()
    setup_django()
    with open_catalog(embedded=True), ExitStack() as servers:
        from benchmarks.peers import django_fts
        from benchmarks.peers.engine import TantivyEngine

        texts = read_texts()
        django_fts.build_table(texts)
        folder = Path(servers.enter_context(tempfile.TemporaryDirectory())) / "engine"
        TantivyEngine.build(texts, folder)
        os.environ["BENCHMARK_ENGINE_FOLDER"] = str(folder)
        started = {
            name: servers.enter_context(serve(target, probe=probe, environment=environment))
            for name, (target, probe, environment) in SYSTEMS.items()
        }
        figures = measure_all(started, texts)
        figures |= measure_memory(started)
        figures |= measure_reranking(started["ours"], texts)
    write_result("search", figures=figures, data={**DATA, "queries_per_system": ROUNDS * PER_ROUND, "page_size": 24})


def measure_all(servers: dict[str, Server], texts: Sequence[Any]) -> dict[str, float]:
    judged = [query.text for query in read_judged()]
    fresh = title_queries(texts, count=2 * ROUNDS * PER_ROUND + WARMING)
    warming, fresh = fresh[:WARMING], fresh[WARMING:]
    for name, server in servers.items():
        send(server, name, (judged + warming)[: 8 if name in SLOW else None], concurrency=4)
    alone: dict[str, list[dict[str, Any]]] = {name: [] for name in servers}
    together: dict[str, list[dict[str, Any]]] = {name: [] for name in servers}
    cached: list[dict[str, Any]] = []
    for number in range(ROUNDS):
        report(f"round {number + 1} of {ROUNDS}")
        one = fresh[2 * number * PER_ROUND :][:PER_ROUND]
        many = fresh[(2 * number + 1) * PER_ROUND :][:PER_ROUND]
        for name, server in servers.items():
            few = PER_ROUND // 20 if name in SLOW else PER_ROUND
            alone[name].append(send(server, name, one[:few], concurrency=1))
            together[name].append(send(server, name, many[:few], concurrency=8))
        cached.append(send(servers["ours"], "ours", judged, concurrency=1))
    figures: dict[str, float] = {}
    for name in servers:
        figures |= summarise(name, alone[name], together[name])
    figures |= percentiles("ours_known_query", cached, "c1")
    for peer in ("django", "django_bare", "django_naive"):
        figures[f"rps_c8_ours_over_{peer}"] = figures["ours_rps_c8"] / figures[f"{peer}_rps_c8"]
    return figures | summarise_steps([answer for answers in alone["ours"] for answer in answers["steps"]])


def measure_reranking(server: Server, texts: Sequence[Any]) -> dict[str, float]:
    """The same endpoint once the live configuration weighs the cross-encoder over the top 20; queries not sent yet."""
    from ranking.models import RankingConfig

    live = RankingConfig.objects.get(is_live=True)
    live.weights = {**live.weights, "cross_encoder": RERANK_WEIGHT}
    live.save()
    fresh = title_queries(texts, count=2 * ROUNDS * PER_ROUND + 2 * WARMING + PER_ROUND)[-(WARMING + PER_ROUND) :]
    send(server, "ours", fresh[:WARMING], concurrency=1)
    answer = send(server, "ours", fresh[WARMING:], concurrency=1)
    steps = [step["score"] for step in answer["steps"]]
    return percentiles("rerank", [answer], "c1") | {
        f"rerank_step_score_p{p}_ms": float(np.percentile(steps, p)) for p in (50, 95)
    }


def send(server: Server, name: str, queries: Sequence[str], *, concurrency: int) -> dict[str, Any]:
    order = {
        "port": server.port,
        "path": OURS if name == "ours" else PEER,
        "queries": list(queries),
        "concurrency": concurrency,
        "keep_steps": name == "ours",
    }
    cpu_before = server.cpu_seconds()
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        input=json.dumps(order),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    if answer["failures"]:
        raise SystemExit(f"{name} failed: {answer['failures']}")
    answer["cpu"] = server.cpu_seconds() - cpu_before
    return answer


def summarise(name: str, alone: Sequence[dict[str, Any]], together: Sequence[dict[str, Any]]) -> dict[str, float]:
    requests = sum(len(answer["seconds"]) for answer in together)
    figures = percentiles(name, alone, "c1") | percentiles(name, together, "c8")
    figures[f"{name}_rps_c1"] = sum(len(a["seconds"]) for a in alone) / sum(a["wall"] for a in alone)
    figures[f"{name}_rps_c8"] = requests / sum(answer["wall"] for answer in together)
    answers = [*alone, *together]
    requests = sum(len(answer["seconds"]) for answer in answers)
    figures[f"{name}_web_cpu_ms_per_request"] = sum(answer["cpu"] for answer in answers) * 1000 / requests
    return figures


def percentiles(name: str, answers: Sequence[dict[str, Any]], suffix: str) -> dict[str, float]:
    taken = np.concatenate([answer["seconds"] for answer in answers]) * 1000
    return {f"{name}_p{share}_ms_{suffix}": float(np.percentile(taken, share)) for share in (50, 95)}


def summarise_steps(steps: Sequence[dict[str, float]]) -> dict[str, float]:
    names = list(dict.fromkeys(name for step in steps for name in step))
    return {
        f"ours_step_{name}_p{share}_ms": float(np.percentile([step.get(name, 0.0) for step in steps], share))
        for name in names
        for share in (50, 95)
    }


def measure_memory(servers: dict[str, Server]) -> dict[str, float]:
    """Proportional set sizes: pages that processes share are counted once. The database counts all its processes."""
    figures = {f"{name}_web_memory_mb": server.memory_mb() for name, server in servers.items()}
    figures["database_memory_mb"] = proportional_memory_mb(_database_pids())
    return figures


def _database_pids() -> list[int]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity")
        pids = [row[0] for row in cursor.fetchall()]
    return [pid for pid in pids if _is_postgres(pid)]


def _is_postgres(pid: int) -> bool:
    """False on a server elsewhere, whose process numbers mean nothing here."""
    path = Path(f"/proc/{pid}/comm")
    return path.exists() and "postgres" in path.read_text()


if __name__ == "__main__":
    main()
