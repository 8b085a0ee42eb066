"""Whether two rules can hold in one search, shown by an example: words, page, shopper and moment at which both do.

Every condition asks about one side of a search (its words, its sort order …), so each side is settled by itself: a
candidate is taken that satisfies the conditions of both rules on it, by the very tests that run in searches. An example
therefore never lies; what the candidates miss is what the fuzzer of the tests looks for.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from catalog.text import analyse, normalise
from ranking.contracts import INTENTS, SORTS, Filter, NumberNeed, SearchRequest
from ranking.merchandising.compile import CompiledRule
from ranking.merchandising.conditions import (
    AlwaysCondition,
    CategoryCondition,
    Condition,
    DetectedCondition,
    FilterCondition,
    QueryCondition,
)
from ranking.merchandising.facts import QueryFacts, Reading, make_facts
from ranking.merchandising.meeting_words import MOST_VALUES, OTHER_WORDS, Same, list_queries
from ranking.merchandising.query_tests import Test

MOST_QUERIES = 4000
MOST_READ = 20_000
Read = Callable[[str], Sequence[Reading]]


@dataclass(frozen=True, slots=True)
class Witness:
    """A search in which both rules hold. `detected` and `intent` are what its words must also be taken for, `found` how
    few products it must find, where a rule asks for that.
    """

    request: SearchRequest
    at: datetime
    intent: str = ""
    detected: tuple[tuple[str, str], ...] = ()
    numbers: tuple[NumberNeed, ...] = ()
    found: int | None = None


class Meetings:
    """Finds examples at `now` or later. `read` gives the other ways a query is read (its corrected words, the other
    language, its synonyms), as in searches; `same` the words that by the synonym list also mean a phrase. What was read
    for one pair of rules serves the next: rules share their words.
    """

    def __init__(
        self, now: datetime, read: Read = lambda words: (), same: Same = lambda phrase: (), *, kept: int = MOST_READ
    ) -> None:
        self.now, self.same = now.timestamp(), same
        self.read = lru_cache(maxsize=kept)(lambda words: read_words(SearchRequest(query=words), read))

    def find(self, first: CompiledRule, second: CompiledRule) -> Witness | None:
        """An example in which both hold; None when there is none."""
        at = _find_moment(first, second, self.now)
        if at is None:
            return None
        asked: _Asked = [
            pair
            for rule in (first, second)
            for pair in zip(rule.conditions, rule.tests, strict=True)
            if not isinstance(pair[0], AlwaysCondition)
        ]
        words, page = self._find_words(asked), _find_page(asked)
        if words is None or page is None:
            return None
        sides = _find_sides(self.read(words), asked, (first, second))
        return None if sides is None else _make_witness(at, words, page, sides)

    def _find_words(self, asked: "_Asked") -> str | None:
        wanted = [item for item, _test in asked if isinstance(item, QueryCondition)]
        tests = [test for item, test in asked if isinstance(item, QueryCondition)]
        queries = dict.fromkeys(itertools.islice(list_queries(wanted, same=self.same), MOST_QUERIES))
        return next((words for words in queries if _hold(tests, self.read(words))), None)


def find_meeting(
    first: CompiledRule,
    second: CompiledRule,
    *,
    now: datetime,
    read: Read = lambda words: (),
    same: Same = lambda phrase: (),
) -> Witness | None:
    return Meetings(now, read, same).find(first, second)


def _find_moment(first: CompiledRule, second: CompiledRule, now: float) -> float | None:
    """The earliest moment from now on at which neither is closed: now itself, or the start of a window."""
    starts = sorted({now, *(start for rule in (first, second) for start, _end in rule.windows if start > now)})
    return next((at for at in starts if not (first.find_closed_reason(at) or second.find_closed_reason(at))), None)


_Rules = tuple[CompiledRule, CompiledRule]
# Conditions of both rules with their tests.
_Asked = list[tuple[Condition, Test]]
# What the words name: keys by field, and numbers.
_Named = tuple[dict[str, frozenset[str]], tuple[NumberNeed, ...]]
_Page = tuple[str, tuple[Filter, ...]]


def read_words(request: SearchRequest, read: Read) -> QueryFacts:
    """What rules may ask about a request's words, as a search would say it."""
    normalised = " ".join(normalise(request.query).split())
    readings = read(normalised) if normalised else ()
    same = tuple(reading for reading in readings if reading.kind == "synonym")
    return make_facts(
        request,
        normalised=normalised,
        terms=analyse(normalised),
        readings=[reading for reading in readings if reading.kind != "synonym"],
        find_same=lambda: same,
    )


def _find_page(asked: _Asked) -> _Page | None:
    """The category page and the chosen filters together, since a category can be either."""
    wanted = [item for item, _test in asked if isinstance(item, CategoryCondition | FilterCondition)]
    tests = [test for item, test in asked if isinstance(item, CategoryCondition | FilterCondition)]
    if not wanted:
        return "", ()
    pages = ["", *dict.fromkeys(key for item in wanted if isinstance(item, CategoryCondition) for key in item.keys)]
    deeper = [f"{page}/{OTHER_WORDS}" for page in pages if page]
    for page, filters in itertools.product([*pages, *deeper], _list_filters(wanted)):
        if _hold(tests, make_facts(SearchRequest(category=page, filters=filters), normalised="", terms=())):
            return page, filters
    return None


def _list_filters(conditions: Sequence[Condition]) -> Iterator[tuple[Filter, ...]]:
    """No filter; for each field what one condition wants, or what several want together."""
    wanted: dict[str, list[tuple[str, ...]]] = {}
    for item in conditions:
        if isinstance(item, FilterCondition) and not item.negate:
            wanted.setdefault(item.field, []).append(item.values or (OTHER_WORDS,))
        elif isinstance(item, FilterCondition):
            wanted.setdefault(item.field, []).append((OTHER_WORDS,))
    choices: list[list[Filter | None]] = []
    for field, listed in wanted.items():
        together = tuple(dict.fromkeys(value for values in listed for value in values))
        options = dict.fromkeys([together, *listed, *((value,) for each in listed for value in each[:MOST_VALUES])])
        choices.append([None, *(Filter(field, values) for values in sorted(options, key=len))])
    for chosen in itertools.product(*choices):
        yield tuple(item for item in chosen if item is not None)


def _find_sides(facts: QueryFacts, asked: _Asked, rules: _Rules) -> dict[str, Any] | None:
    """Market, language, sort order, device, segments, intent, what the words name and find, each by itself: as fields
    of the facts.
    """
    conditions = [item for item, _test in asked]
    sides: tuple[tuple[str, Iterable[object]], ...] = (
        ("market", _among(rules, "markets", _values_of(conditions, "market"), ("", OTHER_WORDS))),
        ("locale", _among(rules, "locales", _values_of(conditions, "locale"), ("en", "zh"))),
        ("sort", SORTS),
        ("device", ["desktop", "phone", "tablet", *_values_of(conditions, "device"), ""]),
        ("segment", _list_sets(conditions)),
        ("intent", ["", *INTENTS]),
        ("detected", _list_detected(conditions)),
        ("results", [None, 0]),
    )
    settled: dict[str, Any] = {}
    for kind, candidates in sides:
        tests = [test for item, test in asked if item.type == kind]
        tries = (_change(kind, value) for value in candidates)
        found = next((tried for tried in tries if not tests or _hold(tests, replace(facts, **tried))), None)
        if found is None:
            return None
        settled |= found
    return settled


def _make_witness(at: float, words: str, page: _Page, sides: Mapping[str, Any]) -> Witness:
    request = SearchRequest(
        query=words,
        category=page[0],
        filters=page[1],
        market=sides["market"],
        locale=sides["locale"],
        sort=sides["sort"],
        device=sides["device"],
        segments=tuple(sorted(sides["segments"])),
    )
    named = tuple((name, key) for name, keys in sorted(sides["detected"].items()) for key in sorted(keys))
    return Witness(request, datetime.fromtimestamp(at, UTC), sides["intent"], named, sides["numbers"], sides["found"])


def _hold(tests: Iterable[Test], facts: QueryFacts) -> bool:
    return all(test(facts) for test in tests)


def _change(kind: str, value: Any) -> dict[str, Any]:
    """One side of a search, as fields of its facts."""
    if kind == "detected":
        return {"detected": value[0], "numbers": value[1]}
    return {{"segment": "segments", "results": "found"}.get(kind, kind): value}


def _values_of(conditions: Iterable[Condition], kind: str) -> list[str]:
    return list(dict.fromkeys(value for item in conditions if item.type == kind for value in item.values))  # type: ignore[union-attr]


def _among(rules: _Rules, name: str, values: Sequence[str], usual: Sequence[str]) -> list[str]:
    """What both rules are for: a rule without markets or languages is for all."""
    limits = [limit for rule in rules if (limit := getattr(rule, name))]
    candidates = [*usual, *values, *(value for limit in limits for value in sorted(limit))]
    return [value for value in dict.fromkeys(candidates) if all(value in limit for limit in limits)]


def _list_sets(conditions: Sequence[Condition]) -> Iterator[frozenset[str]]:
    """Segments: none, one of each condition together, all, each alone."""
    asked = [item.values for item in conditions if item.type == "segment" and not item.negate]
    yield frozenset()
    for chosen in itertools.islice(itertools.product(*(values[:MOST_VALUES] for values in asked)), MOST_QUERIES):
        yield frozenset(chosen)


def _list_detected(conditions: Sequence[Condition]) -> Iterator[_Named]:
    """What the words name: nothing, or for each condition one of its values or numbers."""
    asked = [item for item in conditions if isinstance(item, DetectedCondition) and not item.negate]
    yield {}, ()
    options = [_options_of(item, asked) for item in asked]
    for chosen in itertools.islice(itertools.product(*options), MOST_QUERIES):
        detected: dict[str, frozenset[str]] = {}
        needs: list[NumberNeed] = []
        for found in chosen:
            if isinstance(found, NumberNeed):
                needs.append(found)
            else:
                detected[found[0]] = detected.get(found[0], frozenset()) | {found[1]}
        yield detected, tuple(needs)


def _options_of(
    condition: DetectedCondition, others: Sequence[DetectedCondition]
) -> list[NumberNeed | tuple[str, str]]:
    if not condition.has_range:
        return [(condition.field, value) for value in (condition.values or (OTHER_WORDS,))[:MOST_VALUES]]
    bounds = [
        bound
        for item in others
        if item.field == condition.field
        for bound in (item.minimum, item.maximum)
        if bound is not None
    ]
    return [
        NumberNeed("", "", f"{bound:g}", 0, 0, target=bound, fields=(condition.field,)) for bound in sorted(set(bounds))
    ]
