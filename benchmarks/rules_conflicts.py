"""Conflicts planted among 10,000 live rules, rules that never meet, and what one check costs."""

import itertools
import random
import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from benchmarks.rules_data import BORN, BRANDS, LIVE_RULES, make_document

PLANTED, DISJOINT = 64, 240
SWEEP_SECONDS = 10.0
SCANNED = 1_000  # of the worst book: all of it takes ten times as long
CHECKS, NAIVE_CHECKS, OWN_CHECKS = 150, 6, 40
Pair = tuple[dict[str, Any], dict[str, Any]]


def measure_conflicts() -> dict[str, float]:
    return count_planted() | count_alarms() | measure_checks() | measure_own_words() | measure_sweep()


def pin(sku: str, position: int = 1) -> dict[str, Any]:
    return {"type": "pin", "sku": sku, "position": position}


def on_words(*values: str, match: str = "is") -> dict[str, Any]:
    return {"type": "query", "match": match, "values": list(values)}


def list_clashes(number: int) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Two actions that cannot both be had, of each kind; what they name is this pair's own."""
    one, two = f"PLANT-{number}-A", f"PLANT-{number}-B"
    brand = [{"field": "brand", "values": [f"brand-{number}"]}]
    own = [{"field": "sku", "values": [one]}]
    other = [{"field": "sku", "values": [two]}]
    return [
        (pin(one, 3), pin(two, 3)),
        (pin(one, 1), pin(one, 5)),
        (pin(one), {"type": "hide", "target": own}),
        (pin(one), {"type": "filter", "filters": other}),
        ({"type": "slot", "target": brand, "position": 2, "until": 4}, pin(two, 3)),
        ({"type": "boost", "target": brand, "strength": 60}, {"type": "boost", "target": brand, "strength": -60}),
        ({"type": "redirect", "url": f"/one-{number}/"}, {"type": "redirect", "url": f"/two-{number}/"}),
        ({"type": "sort", "sort": "newest"}, {"type": "sort", "sort": "rating"}),
    ]


def list_meetings(number: int) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """When two rules hold in one search: fields of the one and of the other."""
    words, han = f"planted{number} kettle", f"水壶{number}号"
    eleven = [{"from": "2026-11-11T00:00", "until": "2036-11-12T00:00", "timezone": "Asia/Shanghai"}]
    dozen = [{"from": "2026-11-11T10:00", "until": "2036-12-13T00:00", "timezone": "UTC"}]
    page = f"planted-{number}"
    return [
        ({"conditions": [on_words(words)]}, {"conditions": [on_words(words.upper())]}),
        ({"conditions": [on_words(words)]}, {"conditions": [on_words(f"planted{number}", match="contains")]}),
        (
            {"conditions": [on_words(f"planted{number}", match="starts")]},
            {"conditions": [on_words(f"kettles{number}", match="ends")]},
        ),
        ({"conditions": [on_words(han)]}, {"conditions": [on_words("无关", f"水壶{number}", match="contains")]}),
        (
            {"conditions": [{"type": "category", "keys": [f"{page}/deep"]}]},
            {"conditions": [{"type": "category", "keys": [page]}]},
        ),
        (
            {"conditions": [{"type": "segment", "values": [f"new-{number}"]}], "windows": eleven},
            {"conditions": [{"type": "market", "values": ["cn"]}], "windows": dozen},
        ),
        (
            {"conditions": [on_words(words)], "markets": ["cn", "us"]},
            {"conditions": [{"type": "always"}], "markets": ["us"]},
        ),
        (
            {"conditions": [{"type": "filter", "field": "brand", "values": [f"brand-{number}"]}]},
            {"conditions": [{"type": "device", "values": ["phone"]}]},
        ),
    ]


def plant_pairs() -> Iterator[Pair]:
    for number in range(PLANTED):
        first, second = list_meetings(number)[number // 8 % 8]
        one, two = list_clashes(number)[number % 8]
        yield (
            {"name": f"planted {number} a", "status": "live", **first, "actions": [one]},
            {"name": f"planted {number} b", "status": "live", **second, "actions": [two]},
        )


def list_disjoint() -> list[dict[str, Any]]:
    """All want position 1 for another product, and no search satisfies two of them."""
    kinds: list[list[dict[str, Any]]] = [
        [on_words(f"apart{n} lamp") for n in range(DISJOINT // 2)],
        [on_words(f"第{n}款台灯") for n in range(DISJOINT // 4)],
        [{"type": "category", "keys": [f"apart/{n}"]} for n in range(DISJOINT // 4)],
    ]
    # A category page has no words, and a rule on words keeps to the pages of nobody.
    beside = [[], [], [{"type": "query", "match": "empty"}]]
    listed = [[when, *more] for conditions, more in zip(kinds, beside, strict=True) for when in conditions]
    return [
        {"name": f"apart {number}", "status": "live", "conditions": conditions, "actions": [pin(f"APART-{number}")]}
        for number, conditions in enumerate(listed)
    ]


def compile_all(documents: Sequence[dict[str, Any]]) -> list[Any]:
    from uuid import UUID

    from ranking.merchandising.compile import compile_rule
    from ranking.merchandising.schema import parse_rule

    return [
        compile_rule(parse_rule({**document, "id": UUID(int=10**9 + number)}), created_at=BORN)
        for number, document in enumerate(documents)
    ]


def count_planted() -> dict[str, float]:
    """Each pair's second rule stands among the live ones; the check of the first must name it with an example."""
    from django.utils import timezone

    from ranking.merchandising.book import build_book
    from ranking.merchandising.conflicts import find_conflicts
    from ranking.merchandising.rivals import Sieve
    from ranking.registry import live_state

    compiled = compile_all([document for pair in plant_pairs() for document in pair])
    pairs = list(zip(compiled[::2], compiled[1::2], strict=True))
    book = build_book([*live_state().book.rules, *(second for _first, second in pairs)])
    sieve = Sieve(lambda words: ())
    found = 0
    for first, second in pairs:
        rivals = [rule for rule in sieve.find_rivals(first, book) if rule is second]
        found += any(True for _conflict in find_conflicts(first, rivals, now=timezone.now()))
    return {"conflicts_planted": len(pairs), "conflicts_found": found}


def count_alarms() -> dict[str, float]:
    """All pairs, by the pairwise test itself, without the sieve before it."""
    from django.utils import timezone

    from ranking.merchandising.conflicts import find_conflicts

    rules = compile_all(list_disjoint())
    now = timezone.now()
    alarms = sum(1 for one, two in itertools.combinations(rules, 2) for _found in find_conflicts(one, [two], now=now))
    return {
        "disjoint_rules": len(rules),
        "disjoint_pairs": len(rules) * (len(rules) - 1) / 2,
        "false_conflicts": alarms,
    }


def list_checked() -> list[dict[str, Any]]:
    """Rules as somebody would save them next: on words of their own, like the live ones, and removals."""
    dice = random.Random(23)  # noqa: S311
    own = [
        {
            "name": f"new {number}",
            "status": "live",
            "conditions": [on_words(f"fresh{number} kettle", f"新款水壶{number}")],
            "actions": [pin(f"S{number}", dice.randint(1, 24))],
        }
        for number in range(CHECKS // 3)
    ]
    alike = [make_document(10**6 + dice.randrange(10**6), dice) for _number in range(CHECKS // 3)]
    hides = [
        {
            "name": f"hide {number}",
            "status": "live",
            "conditions": [on_words(f"fresh{number} kettle", match="contains")],
            "actions": [
                {"type": "hide", "target": [{"field": "brand", "values": [f"brand-{dice.randrange(BRANDS)}"]}]}
            ],
        }
        for number in range(CHECKS // 3)
    ]
    return [document for three in zip(own, alike, hides, strict=True) for document in three]


def measure_checks() -> dict[str, float]:
    """What the form and REST call, from the document to the sentences; beside it the scan of every live rule."""
    from django.utils import timezone

    from ranking.merchandising.compile import compile_rule
    from ranking.merchandising.conflicts import find_conflicts
    from ranking.merchandising.schema import parse_rule
    from ranking.registry import live_state
    from ranking.rule_conflicts import MOST_TOLD, check_conflicts

    documents = [parse_rule(document) for document in list_checked()]
    started = time.perf_counter()
    check_conflicts(documents[0])
    first = time.perf_counter() - started
    taken, naive = [], []
    for number, document in enumerate(documents):
        started = time.perf_counter()
        check_conflicts(document)
        taken.append((time.perf_counter() - started) * 1000)
        if number % (len(documents) // NAIVE_CHECKS) == 0:
            rule = compile_rule(document, created_at=None)
            started = time.perf_counter()
            list(itertools.islice(find_conflicts(rule, live_state().book.rules, now=timezone.now()), MOST_TOLD))
            naive.append((time.perf_counter() - started) * 1000)
    figures = {f"conflict_check_p{share}_ms": float(np.percentile(taken, share)) for share in (50, 95)}
    return figures | {
        "conflict_check_max_ms": max(taken),
        "conflict_check_first_ms": first * 1000,
        "conflict_scan_max_ms": max(naive),
    }


def measure_own_words() -> dict[str, float]:
    """The worst book for a scan: 10,000 rules on whole queries of their own, all of which want position 1."""
    from django.utils import timezone

    from ranking.merchandising.book import build_book
    from ranking.merchandising.conflicts import find_conflicts
    from ranking.merchandising.rivals import Sieve

    def write(number: int) -> dict[str, Any]:
        conditions = [on_words(f"own{number} lamp", f"专属{number}台灯")]
        return {"name": f"own {number}", "conditions": conditions, "actions": [pin(f"OWN-{number}")]}

    *live, scanned = compile_all([write(number) for number in range(LIVE_RULES + 1)])
    book, sieve, now = build_book(live), Sieve(lambda words: ()), timezone.now()
    list(sieve.find_rivals(scanned, book))
    taken = []
    for number in range(OWN_CHECKS):
        (rule,) = compile_all([write(LIVE_RULES * 2 + number)])
        started = time.perf_counter()
        list(find_conflicts(rule, sieve.find_rivals(rule, book), now=now))
        taken.append((time.perf_counter() - started) * 1000)
    started = time.perf_counter()
    list(find_conflicts(scanned, book.rules[:SCANNED], now=now))
    scan = (time.perf_counter() - started) * 1000
    return {"conflict_check_own_words_p95_ms": float(np.percentile(taken, 95)), "conflict_scan_1000_own_words_ms": scan}


def measure_sweep() -> dict[str, float]:
    """How many live rules the nightly check compares with all others in a minute, findings stored."""
    from django.utils import timezone

    from ranking.health.clashes import sweep_conflicts
    from ranking.models import HealthFinding
    from ranking.registry import live_state

    started = time.perf_counter()
    done = sweep_conflicts(live_state(), {}, {}, now=timezone.now(), seconds=SWEEP_SECONDS)
    taken = time.perf_counter() - started
    found = HealthFinding.objects.all().delete()[0]
    return {"conflict_sweep_rules_per_minute": done["checked"] / taken * 60, "conflict_sweep_found": found}
