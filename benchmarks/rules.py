"""Rules at scale: 10,000 live ones in every search, a save on every web process, conflicts, and 100,000 in the lists.

Matching is measured inside real searches of the demo shop, beside the naive loop that tests every rule of the book.
"""

import argparse
import gc
import random
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import numpy as np

from benchmarks import harness
from benchmarks.harness import bench_database, print_table, report, setup_django, write_result
from benchmarks.rules_data import (
    LIVE_RULES,
    PRODUCTS,
    copy_rules,
    fill_products,
    fill_rules,
    make_documents,
    make_query,
)

DATABASE = "bench_rules"
SHOP = 2_400
SEARCHES, WARMING = 600, 60
NAIVE_EVERY = 6
MANY_RULES = 50_000
RELOADS = 12
# What a search spends on rules before it looks for products; a name that a search does not use is not measured.
PARTS = ("_read_otherwise", "make_facts", "match_rules", "resolve_wishes")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=PRODUCTS, help="plain products beside the shop's, in the lists")
    parser.add_argument("--shop", type=int, default=SHOP, help="indexed and embedded products of the shop")
    parser.add_argument("--only-lists", action="store_true", help="pages alone; prints the figures and keeps no file")
    options = parser.parse_args(arguments)
    products = options.products
    setup_django()
    harness.BENCH_DATABASE = DATABASE
    with bench_database(fresh=True):
        from benchmarks.rules_lists import measure_lists

        build_shop(options.shop)
        copy_rules(list(make_documents()))
        figures: dict[str, float] = {"rules_live": LIVE_RULES}
        for name, measure in () if options.only_lists else list_measures():
            report(name)
            figures |= measure()
        report(f"filling in 100,000 rules and {products:,} products")
        fill_rules()
        fill_products(products)
        report("lists, forms and pickers")
        listed, data = measure_lists()
    if options.only_lists:
        print_table("rules", listed)
        return
    write_result(
        "rules",
        figures=figures | listed,
        data={"shop_products": options.shop, "searches": SEARCHES, **data, "plain_products": products},
    )


def list_measures() -> Iterator[tuple[str, Callable[[], dict[str, float]]]]:
    """What is measured before the lists are filled, by name."""
    from benchmarks.rules_conflicts import measure_conflicts
    from benchmarks.rules_effective import measure_effective
    from benchmarks.rules_expressions import measure_expressions

    yield "loading", measure_loading
    yield "searches", measure_searches
    yield "expressions", measure_expressions
    yield "saves on every web process", measure_effective
    yield "conflicts", measure_conflicts


def build_shop(products: int) -> None:
    from benchmarks.catalog_in_database import embed_catalog, index_catalog
    from benchmarks.million_catalog import import_bases

    report(f"building a shop of {products:,} products")
    import_bases(products)
    index_catalog()
    embed_catalog()


def measure_loading() -> dict[str, float]:
    """The first load of a process, its memory, and what one save costs the next search, at two sizes of the book."""
    from django.db import connection, transaction

    from ranking.merchandising.book import load_book

    figures = {}
    started = time.perf_counter()
    book = load_book(1)
    figures["book_first_load_s"] = time.perf_counter() - started
    figures["rules_memory_mb"] = measure_memory(lambda: load_book(1))
    figures |= measure_reloads(book, "10k")
    with transaction.atomic():
        fill_rules(MANY_RULES)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE ranking_rule SET status = 'live'")
        figures |= measure_reloads(load_book(1), "50k")
        transaction.set_rollback(True)
    return figures


def measure_memory(load: Callable[[], Any]) -> float:
    """Python objects that stay, in MB: code and caches that a first load brings are there already."""
    gc.collect()
    tracemalloc.start()
    kept = load()
    gc.collect()
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del kept
    return size / 1024**2


def measure_reloads(book: Any, size: str) -> dict[str, float]:
    """One rule changes, the book is loaded again."""
    from ranking.merchandising.book import load_book
    from ranking.models import Rule

    seconds = []
    for number in range(RELOADS):
        Rule.objects.filter(pk=book.rules[number * 97].id).update(name=f"changed {number}")
        started = time.perf_counter()
        book = load_book(book.version + 1, previous=book)
        seconds.append(time.perf_counter() - started)
    return {f"book_reload_p{p}_ms_{size}": float(np.percentile(seconds, p)) * 1000 for p in (50, 95)}


class Meter:
    """Clocks the parts of `understand` that rules cost, inside the searches themselves."""

    def __init__(self) -> None:
        self.wall, self.cpu = 0.0, 0.0
        self.asked: tuple[Any, datetime] | None = None

    def wrap(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def clocked(*arguments: Any, **options: Any) -> Any:
            wall, cpu = time.perf_counter(), time.thread_time()
            result = function(*arguments, **options)
            self.cpu += time.thread_time() - cpu
            self.wall += time.perf_counter() - wall
            if function.__name__ == "match_rules":
                self.asked = (arguments[1], options["now"])
            return result

        return clocked

    def reset(self) -> None:
        self.wall, self.cpu = 0.0, 0.0


@contextmanager
def measure_inside(meter: Meter) -> Iterator[None]:
    from ranking.steps import understand

    real = {name: getattr(understand, name) for name in PARTS if hasattr(understand, name)}
    for name, function in real.items():
        setattr(understand, name, meter.wrap(function))
    try:
        yield
    finally:
        for name, function in real.items():
            setattr(understand, name, function)


def measure_searches() -> dict[str, float]:
    """Each search with the live rules and without any, in turn which comes first; the naive loop on the same facts."""
    from ranking.contracts import SearchRequest
    from ranking.pipeline import search
    from ranking.registry import warm_up

    warm_up()
    dice = random.Random(11)  # noqa: S311
    meter = Meter()
    times: dict[str, list[float]] = {"with": [], "without": [], "wall": [], "cpu": [], "naive": [], "candidates": []}
    with measure_inside(meter):
        for number in range(-WARMING, SEARCHES):
            request = make_request(dice, SearchRequest)
            sides = [("with", ()), ("without", ("all",))]
            taken = {}
            for side, left_out in sides if number % 2 else sides[::-1]:
                meter.reset()
                started = time.perf_counter()
                search(_without(request, left_out))
                taken[side] = (time.perf_counter() - started) * 1000
                if side == "with":
                    taken |= {"wall": meter.wall * 1000, "cpu": meter.cpu * 1000}
            if number % NAIVE_EVERY == 0:
                taken |= match_naively(meter)
            for name, value in taken.items() if number >= 0 else ():
                times[name].append(value)
    return summarise_searches(times)


def make_request(dice: random.Random, make: Callable[..., Any]) -> Any:
    category = f"department-{dice.randrange(10)}/shelf-{dice.randrange(300)}" if dice.random() < 0.3 else ""
    # A category page has no words, or it would find nothing in this shop.
    words = "" if category else make_query(dice)
    return make(query=words, category=category, segments=(f"segment-{dice.randrange(200)}",))


def _without(request: Any, left_out: Sequence[str]) -> Any:
    from dataclasses import replace

    return replace(request, without_rules=tuple(left_out))


def match_naively(meter: Meter) -> dict[str, float]:
    """The peer: the same compiled tests, on every rule of the book, one after the other."""
    from ranking.merchandising.match import does_hold
    from ranking.registry import live_state

    if meter.asked is None:
        return {}
    book = live_state().book
    facts, now = meter.asked
    started = time.perf_counter()
    moment = now.timestamp()
    for rule in book.rules:
        if does_hold(rule, facts):
            rule.find_closed_reason(moment)
    naive = (time.perf_counter() - started) * 1000
    return {"naive": naive, "candidates": len(book.find_candidates(facts))}


def summarise_searches(times: dict[str, list[float]]) -> dict[str, float]:
    def at(name: str, share: int) -> float:
        return float(np.percentile(times[name], share))

    return {
        "match_p50_ms": at("wall", 50),
        "match_p95_ms": at("wall", 95),
        "match_p50_cpu_ms": at("cpu", 50),
        "match_p95_cpu_ms": at("cpu", 95),
        "naive_match_p50_ms": at("naive", 50),
        "naive_match_p95_ms": at("naive", 95),
        "candidates_per_search": float(np.mean(times["candidates"])),
        "search_p50_ms_with_rules": at("with", 50),
        "search_p95_ms_with_rules": at("with", 95),
        "search_p50_ms_without": at("without", 50),
        "search_p95_ms_without": at("without", 95),
    }


if __name__ == "__main__":
    main()
