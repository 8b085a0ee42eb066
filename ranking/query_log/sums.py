"""What this process has counted and not yet written: bounded, and safe among threads."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

# Different queries held while the database is away; further ones are left out, and their number is told.
MOST_HELD = 20_000

Place = tuple[date, str, str, str, str]  # day, query, locale, market, category


@dataclass(slots=True)
class QuerySum:
    searches: int = 0
    zero_results: int = 0
    relaxed: int = 0
    last_total: int = 0


@dataclass(slots=True)
class RuleSum:
    last_at: datetime
    matched: int = 0
    beaten: int = 0
    held_out: int = 0


@dataclass(slots=True)
class Sums:
    queries: dict[Place, QuerySum] = field(default_factory=dict)
    rules: dict[tuple[date, str], RuleSum] = field(default_factory=dict)
    left_out: int = 0

    def add_query(self, place: Place, new: QuerySum) -> None:
        known = self.queries.get(place)
        if known is not None:
            known.searches += new.searches
            known.zero_results += new.zero_results
            known.relaxed += new.relaxed
            known.last_total = new.last_total
        elif len(self.queries) < MOST_HELD:
            self.queries[place] = new
        else:
            self.left_out += new.searches

    def add_rule(self, key: tuple[date, str], new: RuleSum) -> None:
        known = self.rules.setdefault(key, new)
        if known is not new:
            known.matched += new.matched
            known.beaten += new.beaten
            known.held_out += new.held_out
            known.last_at = max(known.last_at, new.last_at)

    def add_fate(self, key: tuple[date, str], fate: str, now: datetime) -> None:
        known = self.rules.get(key)
        if known is None:
            known = self.rules[key] = RuleSum(now)
        known.last_at = now
        if fate == "held_out":
            known.held_out += 1
        else:
            known.matched += 1
            known.beaten += fate == "beaten"


class _Memory:
    sums = Sums()


_lock = threading.Lock()


def add(place: Place, query: QuerySum, fates: Mapping[str, str], *, now: datetime) -> int:
    """One search and the fate of its rules (id → matched, beaten or held_out); how many queries are held now."""
    with _lock:
        held = _Memory.sums
        held.add_query(place, query)
        for rule_id, fate in fates.items():
            held.add_fate((place[0], rule_id), fate, now)
        return len(held.queries)


def take() -> Sums:
    """Everything counted so far, which is forgotten here."""
    with _lock:
        taken, _Memory.sums = _Memory.sums, Sums()
    return taken


def put_back(older: Sums) -> None:
    """What could not be written waits for the next time; what was counted meanwhile comes on top."""
    with _lock:
        newer, _Memory.sums = _Memory.sums, older
        for place, query in newer.queries.items():
            older.add_query(place, query)
        for key, rule in newer.rules.items():
            older.add_rule(key, rule)
        older.left_out += newer.left_out
