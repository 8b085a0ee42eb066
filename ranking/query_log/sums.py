"""What this process has counted and not yet written: bounded, and safe among threads."""

import threading
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


class _Memory:
    sums = Sums()


_lock = threading.Lock()


def add(place: Place, query: QuerySum, rules: dict[tuple[date, str], RuleSum]) -> int:
    """How many different queries are held now."""
    with _lock:
        _Memory.sums.add_query(place, query)
        for key, rule in rules.items():
            _Memory.sums.add_rule(key, rule)
        return len(_Memory.sums.queries)


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
