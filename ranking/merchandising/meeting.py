"""Whether two rules can hold in one search, shown by an example: words, page, shopper and moment at which both do.

Every condition asks about one side of a search (its words, its sort order …), so each side is settled by itself: a
candidate is taken that satisfies the conditions of both rules on it, by the very tests that run in searches. An example
therefore never lies; what the candidates miss is what the fuzzer of the tests looks for.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from catalog.text import analyse, normalise
from ranking.contracts import INTENTS, SORTS, Filter, NumberNeed, SearchRequest
from ranking.merchandising.compile import CompiledRule, compile_condition
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


def find_meeting(
    first: CompiledRule,
    second: CompiledRule,
    *,
    now: datetime,
    read: Read = lambda words: (),
    same: Same = lambda phrase: (),
) -> Witness | None:
    """An example in which both hold, at `now` or later; None when there is none. `read` gives the other ways a query is
    read (its corrected words, the other language, its synonyms), as in searches; `same` the words that by the synonym
    list also mean a phrase.
    """
    at = _find_moment(first, second, now.timestamp())
    if at is None:
        return None
    conditions = [item for rule in (first, second) for item in rule.conditions if not isinstance(item, AlwaysCondition)]
    settled = _settle_words(conditions, read, same)
    for settle in (_settle_places, _settle_shopper):
        settled = settled and settle(*settled, conditions, (first, second))
    if settled is None:
        return None
    request, facts = settled
    named = tuple((name, key) for name, keys in sorted(facts.detected.items()) for key in sorted(keys))
    return Witness(request, datetime.fromtimestamp(at, UTC), facts.intent, named, facts.numbers, facts.found)


def _find_moment(first: CompiledRule, second: CompiledRule, now: float) -> float | None:
    """The earliest moment from now on at which neither is closed: now itself, or the start of a window."""
    starts = sorted({now, *(start for rule in (first, second) for start, _end in rule.windows if start > now)})
    return next((at for at in starts if not (first.find_closed_reason(at) or second.find_closed_reason(at))), None)


_Rules = tuple[CompiledRule, CompiledRule]
# What the words name: keys by field, and numbers.
_Named = tuple[dict[str, frozenset[str]], tuple[NumberNeed, ...]]
_Settled = tuple[SearchRequest, QueryFacts] | None


def _settle_words(conditions: Sequence[Condition], read: Read, same: Same) -> _Settled:
    asked = [item for item in conditions if isinstance(item, QueryCondition)]
    tests = [compile_condition(item)[0] for item in asked]
    queries = dict.fromkeys(itertools.islice(list_queries(asked, same=same), MOST_QUERIES))
    for words in queries:
        request = SearchRequest(query=words)
        tried = read_words(request, read)
        if _hold(tests, tried):
            return request, tried
    return None


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


def _settle_places(
    request: SearchRequest, facts: QueryFacts, conditions: Sequence[Condition], rules: _Rules
) -> _Settled:
    """The category page and the chosen filters together, since a category can be either."""
    asked = [item for item in conditions if isinstance(item, CategoryCondition | FilterCondition)]
    tests = [compile_condition(item)[0] for item in asked]
    pages = ["", *dict.fromkeys(key for item in asked if isinstance(item, CategoryCondition) for key in item.keys)]
    deeper = [f"{page}/{OTHER_WORDS}" for page in pages if page]
    for page, filters in itertools.product([*pages, *deeper], _list_filters(asked)):
        tried_request = replace(request, category=page, filters=filters)
        tried = make_facts(tried_request, normalised="", terms=())
        if _hold(tests, tried):
            return tried_request, replace(facts, categories=tried.categories, filters=tried.filters)
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
        options = {together, *listed, *((value,) for values in listed for value in values[:MOST_VALUES])}
        choices.append([None, *(Filter(field, values) for values in sorted(options, key=len))])
    for chosen in itertools.product(*choices):
        yield tuple(item for item in chosen if item is not None)


def _settle_shopper(
    request: SearchRequest, facts: QueryFacts, conditions: Sequence[Condition], rules: _Rules
) -> _Settled:
    """Market, language, sort order, device, segments, intent, what the words name and find: each by itself."""
    sides: tuple[tuple[str, Iterable[object]], ...] = (
        ("market", _among(rules, "markets", _values_of(conditions, "market"), ("", OTHER_WORDS))),
        ("locale", _among(rules, "locales", _values_of(conditions, "locale"), ("en", "zh"))),
        ("sort", [*SORTS]),
        ("device", ["desktop", "phone", "tablet", *_values_of(conditions, "device"), ""]),
        ("segment", _list_sets(conditions)),
        ("intent", ["", *INTENTS]),
        ("detected", _list_detected(conditions)),
        ("results", [None, 0]),
    )
    for kind, candidates in sides:
        tests = [compile_condition(item)[0] for item in conditions if item.type == kind]
        tries = (_with(facts, kind, value) for value in candidates)
        found = next((tried for tried in tries if _hold(tests, tried)), None)
        if found is None:
            return None
        facts = found
    settled = replace(
        request,
        market=facts.market,
        locale=facts.locale,
        sort=facts.sort,  # type: ignore[arg-type]
        device=facts.device,
        segments=tuple(sorted(facts.segments)),
    )
    return settled, facts


def _hold(tests: Iterable[Test], facts: QueryFacts) -> bool:
    return all(test(facts) for test in tests)


def _with(facts: QueryFacts, kind: str, value: Any) -> QueryFacts:
    if kind == "segment":
        return replace(facts, segments=value)
    if kind == "detected":
        return replace(facts, detected=value[0], numbers=value[1])
    changes: dict[str, Any] = {"found" if kind == "results" else kind: value}
    return replace(facts, **changes)


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
