"""How fast a what-if simulation works through queries, in how much memory, and whether what it says is then served.

The demo shop with its vectors and 10,000 live rules; in the same run, slice by slice in turn, the peer that searches
each query twice whatever holds.
"""

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

from benchmarks import harness
from benchmarks.harness import bench_database, peak_memory_mb, report, setup_django, write_result
from benchmarks.rules_data import LIVE_RULES, copy_rules, make_documents

DATABASE = "bench_what_if"
SHOP = 2_400
QUERIES = 300
DEPTH = 24
SLICE_SECONDS = 2.0
# From asking until the moment asked about: simulating and going live must be done by then, on a busy machine too.
AHEAD_SECONDS = 45
AHEAD_TIMES = 3  # of what the queries took before
SYSTEMS = ("ours", "naive")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queries", type=int, default=QUERIES, help="asked of each system in each part")
    parser.add_argument("--shop", type=int, default=SHOP, help="indexed and embedded products of the shop")
    options = parser.parse_args(arguments)
    setup_django()
    harness.BENCH_DATABASE = DATABASE
    with bench_database(fresh=True):
        from benchmarks.rules import build_shop
        from ranking.registry import warm_up

        build_shop(options.shop)
        copy_rules(list(make_documents()))
        warm_up()
        figures = measure_parts(options.queries)
        figures |= measure_agreement(options.queries, seconds=options.queries / figures["all_hold_queries_per_s"])
    data = {"shop_products": options.shop, "rules_live": LIVE_RULES, "queries": options.queries, "depth": DEPTH}
    write_result("what_if", figures={**figures, "peak_memory_mb": peak_memory_mb()}, data=data)


def measure_parts(count: int) -> dict[str, float]:
    """Rules that hold for no query, for a few as most do, and for every one."""
    from benchmarks.million_queries import make_queries

    parts = {"none_hold": make_rules()[:1], "few_hold": make_rules()[:2], "all_hold": make_rules()}
    asked = [(query.text, query.language) for query in make_queries(4 * len(parts) * len(SYSTEMS) * count, seed=5)]
    texts = iter(dict.fromkeys(asked))  # each once, so that no part finds what another one has remembered
    figures: dict[str, float] = {}
    run_turns("warming", parts["all_hold"], {name: take(texts, 20) for name in SYSTEMS})
    for name, rules in parts.items():
        figures |= run_turns(name, rules, {system: take(texts, count) for system in SYSTEMS})
    return figures


def take(texts: Iterator[tuple[str, str]], count: int) -> list[dict[str, Any]]:
    return [
        {"query": text, "locale": language, "searches": count - place}
        for place, (text, language) in zip(range(count), texts, strict=False)
    ]


def run_turns(name: str, rules: list[dict[str, Any]], asked: dict[str, list[dict[str, Any]]]) -> dict[str, float]:
    """Both systems, a slice each in turn, so that a busy moment hits both."""
    from ranking.rule_simulation import run_slice
    from ranking.simulation_store import ask

    now = datetime.now(UTC).isoformat()
    runs = {
        system: ask({"rules": rules, "now": now, "queries": queries, "depth": DEPTH}, name=name)[0]
        for system, queries in asked.items()
    }
    spent = {system: [0.0, 0.0] for system in runs}
    before, waiting = peak_memory_mb(), dict(runs)
    while waiting:
        for system, simulation in list(waiting.items()):
            started, worked = time.perf_counter(), time.process_time()
            with search_twice() if system == "naive" else nullcontext():
                more = run_slice(str(simulation.pk), seconds=SLICE_SECONDS)[1]
            spent[system][0] += time.perf_counter() - started
            spent[system][1] += time.process_time() - worked
            if not more:
                del waiting[system]
    report(f"{name}: {sum(seconds for seconds, _cpu in spent.values()):.0f} s")
    return summarise(name, runs, spent) | {f"{name}_memory_growth_mb": peak_memory_mb() - before}


@contextmanager
def search_twice() -> Iterator[None]:
    """The peer: the page before and the page after, whether or not a rule in question holds."""
    from ranking import rule_simulation
    from ranking.pipeline import search

    def search_both(run: Any, asked: Any) -> tuple[Any, Any]:
        first, second = rule_simulation.make_requests(run.question, asked, tuple(run.tried.values()))
        return search(first), search(second)

    with mock.patch.object(rule_simulation, "search_both", search_both):
        yield


def summarise(name: str, runs: dict[str, Any], spent: dict[str, list[float]]) -> dict[str, float]:
    """CPU is that of this process: Postgres works beside it."""
    figures: dict[str, float] = {}
    for system, simulation in runs.items():
        simulation.refresh_from_db()
        seconds, cpu = spent[system]
        prefix = name if system == "ours" else f"{name}_{system}"
        figures[f"{prefix}_queries_per_s"] = simulation.done / seconds
        figures[f"{prefix}_cpu_ms_per_query"] = cpu / simulation.done * 1000
        changed = simulation.result["changes"].get("any", {"queries": 0})
        figures[f"{prefix}_queries_changed"] = changed["queries"]
    figures[f"{name}_times_naive"] = figures[f"{name}_queries_per_s"] / figures[f"{name}_naive_queries_per_s"]
    return figures


def measure_agreement(count: int, *, seconds: float) -> dict[str, float]:
    """Rules simulated for a moment ahead, some of which open or close before it, then made live. When it has come,
    the REST door of the shop is asked the same. No clock is moved. `seconds`: how long so many queries take.
    """
    from django.test import Client

    from benchmarks.million_queries import make_queries

    moment = datetime.now(UTC) + timedelta(seconds=AHEAD_SECONDS + AHEAD_TIMES * seconds)
    queries = list(dict.fromkeys((query.text, query.language) for query in make_queries(count, seed=6)))
    rows = simulate_ahead(moment, queries)
    held = sum(bool(row["held"]) for row in rows)
    time.sleep(max((moment - datetime.now(UTC)).total_seconds(), 0) + 0.1)
    client = Client(headers={"host": "127.0.0.1"})
    served = [ask_door(client, text, language) for text, language in queries]
    same = sum(ids == [id_ for id_, _sku in row["after"]] for ids, row in zip(served, rows, strict=True))
    return {
        "served_same_ids_share": same / len(queries),
        "served_queries": len(queries),
        "served_queries_with_a_rule": held,
        "served_queries_changed": sum(row["before"] != row["after"] for row in rows),
    }


def simulate_ahead(moment: datetime, queries: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """What each query was told; afterwards the rules are live."""
    from ranking.merchandising.schema import parse_rule
    from ranking.rule_simulation import run_slice
    from ranking.rule_store import create_rule
    from ranking.simulation_store import ask

    asked = [{"query": text, "locale": language} for text, language in queries]
    rules = make_timed_rules(moment)
    simulation, question = ask({"rules": rules, "now": moment.isoformat(), "queries": asked, "depth": DEPTH})
    while run_slice(str(simulation.pk))[1]:
        pass
    for rule in question.rules:
        create_rule(parse_rule({**rule, "status": "live"}))
    if datetime.now(UTC) >= moment:
        raise SystemExit("The moment asked about was over before the rules were live; ask fewer --queries.")
    return [row for row in simulation.queries.order_by("place").values_list("row", flat=True) if row is not None]


def ask_door(client: Any, text: str, language: str) -> list[int]:
    answer = client.get("/api/v1/search", {"q": text, "locale": language, "page_size": DEPTH})
    if answer.status_code != 200:
        raise SystemExit(f"The search for “{text}” answered {answer.status_code}: {answer.content[:300]!r}")
    return [hit["product"]["id"] for hit in json.loads(answer.content)["hits"]]


def make_rules() -> list[dict[str, Any]]:
    """What a campaign has: pins for words nobody types, pins for some, and what holds everywhere."""
    pins = [{"type": "pin", "sku": sku, "position": place} for place, sku in enumerate(list_skus(), start=1)]
    return [
        make_rule("nowhere", [{"type": "query", "match": "contains", "values": ["zzyzx", "无人搜索"]}], pins),
        make_rule("pins", [{"type": "query", "match": "contains", "values": ["lamp", "shoe", "灯", "鞋"]}], pins),
        make_rule("boost", [{"type": "query", "match": "any"}], [boost(40, field="in_stock", values=["true"])]),
        make_rule("dear ones last", [{"type": "always"}], [boost(-30, field="price", minimum=100)]),
        make_rule("banner", [{"type": "always"}], [{"type": "banner", "title_en": "Sale", "title_zh": "促销"}]),
    ]


def make_timed_rules(moment: datetime) -> list[dict[str, Any]]:
    """Each rule of the campaign opens just before the moment; others close just before it, or are always open."""
    opens = {"from": write_wall(moment - timedelta(seconds=30)), "until": write_wall(moment + timedelta(hours=2))}
    closes = {"from": write_wall(moment - timedelta(hours=2)), "until": write_wall(moment - timedelta(seconds=30))}
    zone = {"timezone": "Asia/Shanghai"}
    campaign = [{**rule, "windows": [{**opens, **zone}]} for rule in make_rules()[1:]]
    over = make_rule("over", [{"type": "always"}], [{"type": "hide", "target": [{"field": "price", "maximum": 20}]}])
    lasting = make_rule("lasting", [{"type": "locale", "values": ["zh"]}], [boost(50, field="price", maximum=50)])
    return [*campaign, {**over, "windows": [{**closes, **zone}]}, lasting]


def write_wall(moment: datetime) -> str:
    """As a merchandiser in Shanghai writes it down."""
    return (moment + timedelta(hours=8)).replace(tzinfo=None).isoformat(timespec="seconds")


def list_skus() -> list[str]:
    from catalog.models import Product

    return list(Product.objects.order_by("pk").values_list("sku", flat=True)[:3])


def boost(strength: int, **clause: Any) -> dict[str, Any]:
    return {"type": "boost", "strength": strength, "target": [clause]}


def make_rule(name: str, conditions: list[dict[str, Any]], actions: list[dict[str, Any]]) -> dict[str, Any]:
    return {"name": name, "conditions": conditions, "actions": actions}


if __name__ == "__main__":
    main()
