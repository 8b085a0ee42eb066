"""Sends searches over kept-alive connections from a process of its own and prints how long each took, as JSON."""

import http.client
import json
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote


def run_load(port: int, path: str, queries: Sequence[str], *, concurrency: int, keep_steps: bool) -> dict[str, Any]:
    """Every query once, shared among the connections; seconds from sending to the last byte read."""
    waiting = iter(queries)
    lock = threading.Lock()
    seconds: list[float] = []
    steps: list[dict[str, float]] = []
    failures: list[str] = []

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while True:
            with lock:
                query = next(waiting, None)
            if query is None:
                break
            started = time.perf_counter()
            connection.request("GET", path + quote(query))
            answer = connection.getresponse()
            body = answer.read()
            taken = time.perf_counter() - started
            with lock:
                seconds.append(taken)
                if answer.status != 200:
                    failures.append(f"{answer.status} {query!r}")
                elif keep_steps:
                    steps.append(json.loads(body)["timings_ms"])
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(concurrency)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"wall": time.perf_counter() - started, "seconds": seconds, "steps": steps, "failures": failures[:5]}


if __name__ == "__main__":
    order = json.load(sys.stdin)
    json.dump(run_load(**order), sys.stdout)
