"""How fast a what-if simulation works through queries, and in how much memory: the judged catalog, several rules."""

import argparse
import time
from typing import Any

from benchmarks.catalog_in_database import open_catalog
from benchmarks.chorus import DATA, read_judged, read_texts, require_data, title_queries
from benchmarks.harness import peak_memory_mb, report, setup_django, write_result

QUERIES = 500
NOW = "2026-11-11T00:00:00+08:00"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--embedded", action="store_true", help="with vectors; encoding takes an hour without a GPU")
    embedded = parser.parse_args().embedded
    require_data()
    setup_django()
    with open_catalog(embedded=embedded):
        figures = measure_all()
    write_result("what_if", figures=figures, data={**DATA, "queries": QUERIES, "depth": 24, "embedded": embedded})


def measure_all() -> dict[str, float]:
    """Rules that hold for some words, as most do: elsewhere one search says all. And rules that hold everywhere."""
    from ranking.registry import warm_up

    warm_up()
    judged = [query.text for query in read_judged()]
    texts = [*judged, *title_queries(read_texts(), count=2 * QUERIES)]
    figures = measure("few_hold", make_rules()[:1], [*judged, *texts[len(judged) : QUERIES]])
    figures |= measure("all_hold", make_rules(), texts[QUERIES : 2 * QUERIES])
    return {**figures, "peak_memory_mb": peak_memory_mb()}


def measure(name: str, rules: list[dict[str, Any]], texts: list[str]) -> dict[str, float]:
    """Queries that nobody asked before, so that nothing about them is remembered. CPU is that without Postgres."""
    from ranking.rule_simulation import run_slice
    from ranking.simulation_store import ask

    asked = [{"query": text, "searches": QUERIES - place} for place, text in enumerate(texts)]
    simulation, _question = ask({"rules": rules, "now": NOW, "queries": asked}, name=name)
    before, started, worked = peak_memory_mb(), time.perf_counter(), time.process_time()
    while run_slice(str(simulation.pk))[1]:
        report(f"{name}: {time.perf_counter() - started:.0f} s")
    seconds, cpu = time.perf_counter() - started, time.process_time() - worked
    simulation.refresh_from_db()
    return {
        f"{name}_queries_per_s": simulation.done / seconds,
        f"{name}_cpu_ms_per_query": cpu / simulation.done * 1000,
        f"{name}_queries_changed": simulation.result["changes"].get("any", {"queries": 0})["queries"],
        f"{name}_memory_growth_mb": peak_memory_mb() - before,
    }


def make_rules() -> list[dict[str, Any]]:
    """What a campaign has: pins for some words, a boost and an exclusion everywhere, a page element."""
    from catalog.models import Product

    skus = Product.objects.order_by("pk").values_list("sku", flat=True)[:3]
    pins = [{"type": "pin", "sku": sku, "position": place} for place, sku in enumerate(skus, start=1)]
    return [
        make_rule("pins", [{"type": "query", "match": "contains", "values": ["laptop", "printer"]}], pins),
        make_rule(
            "boost",
            [{"type": "query", "match": "any"}],
            [{"type": "boost", "strength": 40, "target": [{"field": "brand", "values": ["hp"]}]}],
        ),
        make_rule(
            "dear ones last",
            [{"type": "always"}],
            [{"type": "boost", "strength": -30, "target": [{"field": "price", "minimum": 1000}]}],
        ),
        make_rule("banner", [{"type": "always"}], [{"type": "banner", "title_en": "Sale", "title_zh": "促销"}]),
    ]


def make_rule(name: str, conditions: list[dict[str, Any]], actions: list[dict[str, Any]]) -> dict[str, Any]:
    return {"name": name, "conditions": conditions, "actions": actions}


if __name__ == "__main__":
    main()
