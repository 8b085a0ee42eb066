"""What counting costs a search: the call itself, with a million products and 20 rules that hold; four threads too."""

import os
import statistics
import threading
import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

PRODUCTS, SEARCHES, THREADS, RULES = 1_000_000, 20_000, 4, 20
WORDS = ("lamp", "red lamp", "打印机墨盒", "手机壳 13812345678", "anna@example.com", "laptop 15 inch", "hp dv7-1211ea")


def make_search(number: int, candidates: Any) -> tuple[Any, Any, Any]:
    """What the steps hand over: 20 rules that hold, one of them beaten; every other search finds nothing."""
    from ranking.contracts import Query, Ranked, RuleOutcome, SearchRequest  # noqa: PLC0415
    from ranking.merchandising.match import MatchedRules  # noqa: PLC0415
    from ranking.retrieval.pool import Pool  # noqa: PLC0415

    request = SearchRequest(query=f"{WORDS[number % len(WORDS)]} {number % 3_000}", market="cn")
    query = Query(request, request.query, (), "en", datetime.now(UTC), rules=MatchedRules())
    pool = Pool(candidates, candidates, candidates, candidates, candidates, (0.0, 1.0), {}, None)
    outcomes = tuple(RuleOutcome(str(uuid4()), "rule", "matched" if i else "beaten") for i in range(RULES))
    return query, pool, Ranked(range(20), (), {}, outcomes=outcomes)


def measure(searches: list[tuple[Any, Any, Any]], times: list[float]) -> None:
    from ranking.query_log.counting import count_search  # noqa: PLC0415

    for query, pool, ranked in searches:
        # CPU time of this thread: on a shared machine the clock on the wall measures the neighbours.
        started = time.thread_time()
        count_search(query, pool, ranked)
        times.append((time.thread_time() - started) * 1000)


def main() -> None:
    os.environ["QUERY_LOG_SECONDS"] = "0"
    from benchmarks.harness import setup_django, write_result  # noqa: PLC0415

    setup_django()
    import numpy as np  # noqa: PLC0415

    from ranking.query_log import sums  # noqa: PLC0415

    some, none = np.ones(PRODUCTS, bool), np.zeros(PRODUCTS, bool)
    kinds = [make_search(number, none if number % 2 else some) for number in range(500)]
    measure(kinds, [])
    sums.take()
    alone: list[float] = []
    measure(kinds * (SEARCHES // len(kinds)), alone)
    crowd: list[float] = []
    threads = [threading.Thread(target=measure, args=(kinds * 10, crowd)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    figures = {
        "count_p50_cpu_ms": statistics.median(alone),
        "count_p95_cpu_ms": float(np.percentile(alone, 95)),
        "count_p99_cpu_ms": float(np.percentile(alone, 99)),
        "count_p95_cpu_ms_four_threads": float(np.percentile(crowd, 95)),
    }
    write_result("query_log", figures=figures, data={"products": PRODUCTS, "searches": SEARCHES, "rules": RULES})


if __name__ == "__main__":
    main()
