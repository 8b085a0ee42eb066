"""The worst books for matching: 10,000 live rules that are all boolean expressions over a few words, with and without
typing errors forgiven, in English, in Chinese and in both.
"""

import random
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np

from benchmarks.rules_data import BORN, HAN, LIVE_RULES, NOUNS, WORDS

SEARCHES, WARMING = 300, 30
MORE_WORDS = ("bluetooth", "portable", "stainless", "mechanical", "ergonomic", "waterproof", "vintage", "compact")
MORE_HAN = ("便携", "不锈钢", "机械", "蓝牙", "防水", "复古", "迷你", "家用")
LATIN = tuple(word for word in WORDS if word.isascii()) + MORE_WORDS
CHINESE = tuple(word for word in WORDS if not word.isascii()) + MORE_HAN
# By language: the words before, and what they stand before.
SHOPS = {"en": (LATIN, NOUNS), "zh": (CHINESE, HAN), "mixed": (WORDS + MORE_WORDS, NOUNS + HAN)}
MISTYPED, PASTED = 0.3, 0.1


def measure_expressions() -> dict[str, float]:
    """The slowest language counts."""
    figures: dict[str, float] = {}
    for typos in (False, True):
        taken = [measure_book(make_rules(language, typos=typos), language) for language in SHOPS]
        for clock in taken[0]:
            name = "match_typo_expressions" if typos else "match_expressions"
            figures[f"{name}_{clock}"] = max(each[clock] for each in taken)
    return figures


def make_rules(language: str, *, typos: bool, count: int = LIVE_RULES) -> list[dict[str, Any]]:
    dice = random.Random(7)  # noqa: S311
    return [make_rule(number, language, dice, typos=typos) for number in range(count)]


def make_rule(number: int, language: str, dice: random.Random, *, typos: bool) -> dict[str, Any]:
    return {
        "id": str(UUID(int=number + 1)),
        "name": f"rule {number}",
        "priority": dice.randrange(100),
        "conditions": [
            {"type": "query", "match": "expression", "values": [make_expression(number, language, dice)]}
            | ({"typos": True} if typos else {})
        ],
        "actions": [{"type": "pin", "sku": f"S{number}", "position": 1 + number % 24}],
    }


def make_expression(number: int, language: str, dice: random.Random) -> str:
    words, nouns = SHOPS[language]
    word, other, noun = dice.choice(words), dice.choice(words), dice.choice(nouns)
    shapes = (
        f'("{word}" OR "{other}") AND {noun}',
        f'"{word}" AND {noun} AND NOT (case OR 保护壳 OR {dice.randrange(400)})',
        f'("{word}" OR "{other}") AND {noun}*',
        f'"{word} {noun}" OR (^{noun} AND {dice.randrange(400)})',
    )
    return shapes[number % len(shapes)]


def make_query(language: str, dice: random.Random) -> str:
    """One to three words, some with a letter left out, some four times over as a pasted text would be."""
    words, nouns = SHOPS[language]
    chosen = [dice.choice(words), dice.choice(nouns), str(dice.randrange(400))][: dice.randint(1, 3)]
    if dice.random() < MISTYPED and len(chosen[0]) > 4:
        chosen[0] = chosen[0][:2] + chosen[0][3:]
    return " ".join(chosen * (4 if dice.random() < PASTED else 1))


def measure_book(documents: Sequence[dict[str, Any]], language: str) -> dict[str, float]:
    from ranking.merchandising.book import build_book
    from ranking.merchandising.compile import compile_rule
    from ranking.merchandising.schema import parse_rule

    book = build_book(compile_rule(parse_rule(document), created_at=BORN) for document in documents)
    dice = random.Random(11)  # noqa: S311
    wall, cpu = [], []
    for number in range(-WARMING, SEARCHES):
        query = make_query(language, dice)
        clocks = time.perf_counter(), time.process_time()
        match_query(book, query)
        if number >= 0:
            wall.append(time.perf_counter() - clocks[0])
            cpu.append(time.process_time() - clocks[1])
    return {"p95_ms": float(np.percentile(wall, 95)) * 1000, "p95_cpu_ms": float(np.percentile(cpu, 95)) * 1000}


def match_query(book: Any, query: str, *, now: datetime = BORN) -> Any:
    """What a search spends on rules: its facts, and which rules hold."""
    from catalog.text import analyse, normalise
    from ranking.contracts import SearchRequest
    from ranking.merchandising.facts import make_facts
    from ranking.merchandising.match import match_rules

    normalised = normalise(query)
    facts = make_facts(SearchRequest(query=query), normalised=normalised, terms=analyse(normalised))
    return match_rules(book, facts, now=now)
