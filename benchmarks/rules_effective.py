"""From the save of a rule to the first answer that obeys it, on the slowest of three web processes, over HTTP."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any
from urllib.parse import quote

import numpy as np

from benchmarks.servers import Server, serve
from searchsite.supervision.plan import WEB_DEFAULTS
from searchsite.supervision.supervisor import PROCESS_DEFAULTS

PROCESSES = 3
SAVES = 40
PATIENCE_SECONDS = 20
QUERY = "effective probe lamp"
WHEN = {"type": "query", "match": "is", "values": [QUERY]}
PATH = f"/api/v1/search?q={quote(QUERY)}&page_size=1&facets="


def measure_effective() -> dict[str, float]:
    """Granian with one worker each, so that every process is asked, and not whichever takes the connection."""
    with ExitStack() as stack:
        servers = [
            stack.enter_context(
                serve(
                    "searchsite.wsgi:application",
                    probe=PATH,
                    environment={**PROCESS_DEFAULTS, **WEB_DEFAULTS},
                    workers=1,
                )
            )
            for _process in range(PROCESSES)
        ]
        seconds = list(measure_saves(servers))
    late = [taken * 1000 for taken in seconds]
    return {
        "effective_processes": PROCESSES,
        "effective_saves": len(late),
        "effective_p50_ms": float(np.percentile(late, 50)),
        "effective_p95_ms": float(np.percentile(late, 95)),
        "effective_max_ms": max(late),
    }


def measure_saves(servers: Sequence[Server]) -> Iterator[float]:
    """Seconds until the slowest process obeys. The rule pins another product each time; each fourth time it pauses."""
    from catalog.models import Product
    from ranking.models import Rule

    skus = Product.objects.filter(status="active").order_by("sku").values_list("sku", flat=True)[:SAVES]
    usual = first_sku(servers[0].port)
    rule = Rule.objects.create(name="probe", status="paused", priority=-1000, conditions=[WHEN], actions=[pin("none")])
    for number, sku in enumerate(skus):
        is_pinned = number % 4 != 2
        expected = sku if is_pinned else usual
        started = time.perf_counter()
        WRITERS[number % len(WRITERS)](rule, actions=[pin(sku)], status="live" if is_pinned else "paused")
        yield max(wait_everywhere(servers, expected, started))


def pin(sku: str) -> dict[str, Any]:
    return {"type": "pin", "sku": sku, "position": 1, "obey_stock": False}


def save_model(rule: Any, **values: Any) -> None:
    """As the form and REST do: with its history."""
    for name, value in values.items():
        setattr(rule, name, value)
    rule.version += 1
    rule.save()


def update_rows(rule: Any, **values: Any) -> None:
    type(rule).objects.filter(pk=rule.pk).update(**values)


def update_by_sql(rule: Any, *, actions: list[Any], status: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        statement = "UPDATE ranking_rule SET actions = %s, status = %s WHERE id = %s"
        cursor.execute(statement, [json.dumps(actions), status, rule.pk])


WRITERS: tuple[Callable[..., None], ...] = (save_model, save_model, update_rows, save_model, update_by_sql)


def wait_everywhere(servers: Sequence[Server], expected: str, started: float) -> list[float]:
    """Seconds from the start of the save until each process has answered with the expected product first."""
    arrivals: list[float] = []

    def poll(port: int) -> None:
        while time.perf_counter() - started < PATIENCE_SECONDS:
            if first_sku(port) == expected:
                arrivals.append(time.perf_counter() - started)
                return

    threads = [threading.Thread(target=poll, args=(server.port,)) for server in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(arrivals) < len(servers):
        raise SystemExit(f"A web process did not obey a saved rule within {PATIENCE_SECONDS} s.")
    return arrivals


def first_sku(port: int) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    connection.request("GET", PATH)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != 200:
        raise SystemExit(f"{PATH} answered {answer.status}: {body[:300]!r}")
    hits = json.loads(body)["hits"]
    return str(hits[0]["product"]["sku"]) if hits else ""
