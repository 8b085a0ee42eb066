"""Rule documents made fast: each condition as a test on the facts, and the index hooks under which a rule is filed."""

import math
from dataclasses import dataclass
from datetime import datetime

from ranking.contracts import NumberNeed
from ranking.merchandising.actions import Action
from ranking.merchandising.conditions import (
    AlwaysCondition,
    CategoryCondition,
    Condition,
    DetectedCondition,
    DeviceCondition,
    FilterCondition,
    IntentCondition,
    LocaleCondition,
    MarketCondition,
    QueryCondition,
    ResultsCondition,
    SegmentCondition,
    SortCondition,
)
from ranking.merchandising.facts import QueryFacts
from ranking.merchandising.query_tests import Hooks, Test, choose_hooks, compile_query
from ranking.merchandising.schedule import find_closed_reason
from ranking.merchandising.schema import RuleDocument, moment_of


@dataclass(frozen=True, slots=True, eq=False)
class CompiledRule:
    """A rule ready to be tested, equal to itself alone; `order` decides who wins: priority, then age, then id.
    `most_found`: with how many products found it still holds, where a condition asks for that.
    """

    id: str
    name: str
    order: tuple[int, float, str]
    stop_processing: bool
    conditions: tuple[Condition, ...]
    tests: tuple[Test, ...]
    hooks: Hooks
    actions: tuple[Action, ...]
    windows: tuple[tuple[float, float], ...]
    expires: float
    markets: frozenset[str]
    locales: frozenset[str]
    holdout_share: float
    most_found: int | None = None
    is_lenient: bool = False  # some condition holds for other words than those typed, by synonyms or typing errors

    @property
    def priority(self) -> int:
        return self.order[0]

    def find_closed_reason(self, now: float) -> str:
        return find_closed_reason(self.windows, self.expires, now)


def compile_rule(document: RuleDocument, *, created_at: datetime | None) -> CompiledRule:
    """`created_at` None: a rule that is not saved yet, younger than every other."""
    rule_id = str(document.id) if document.id else "draft"
    compiled = [compile_condition(condition) for condition in document.conditions]
    return CompiledRule(
        id=rule_id,
        name=document.name,
        order=(document.priority, moment_of(created_at), rule_id),
        stop_processing=document.stop_processing,
        conditions=document.conditions,
        tests=tuple(test for test, _hooks in compiled),
        hooks=choose_hooks([hooks for _test, hooks in compiled]),
        actions=document.actions,
        windows=tuple(window.bounds() for window in document.windows),
        expires=moment_of(document.expires_at),
        markets=frozenset(document.markets),
        locales=frozenset(document.locales),
        holdout_share=document.holdout_share,
        most_found=min(
            (item.at_most for item in document.conditions if isinstance(item, ResultsCondition)), default=None
        ),
        is_lenient=any(
            item.forgives_typos or item.synonyms for item in document.conditions if isinstance(item, QueryCondition)
        ),
    )


def compile_condition(condition: Condition) -> tuple[Test, Hooks]:
    if isinstance(condition, AlwaysCondition):
        return (lambda facts: True), None
    test, hooks = _compile_positive(condition)
    if getattr(condition, "negate", False):
        return (lambda facts: not test(facts)), None
    return test, hooks


def _compile_positive(condition: Condition) -> tuple[Test, Hooks]:
    match condition:
        case QueryCondition():
            return compile_query(condition)
        case CategoryCondition():
            return _compile_category(condition)
        case FilterCondition():
            return _compile_filter(condition)
        case DetectedCondition():
            return _compile_detected(condition)
    return _compile_side(condition)


def _compile_side(condition: Condition) -> tuple[Test, Hooks]:
    """What is asked beside the words and the page."""
    match condition:
        case SegmentCondition(values=values):
            wanted = frozenset(values)
            return (lambda facts: bool(wanted & facts.segments)), tuple(f"segment:{value}" for value in values)
        case ResultsCondition(at_most=most):
            return (lambda facts: facts.found is not None and facts.found <= most), None
        case SortCondition() | MarketCondition() | LocaleCondition() | DeviceCondition() | IntentCondition():
            name, wanted = condition.type, frozenset(condition.values)
            return (lambda facts: getattr(facts, name) in wanted), tuple(f"{name}:{value}" for value in wanted)
    raise TypeError(condition)


def _compile_category(condition: CategoryCondition) -> tuple[Test, Hooks]:
    keys = frozenset(condition.keys)
    if not condition.include_children:
        return (lambda facts: bool(keys & facts.categories)), tuple(f"category:{key}" for key in keys)
    stems = tuple(f"{key}/" for key in keys)

    def test(facts: QueryFacts) -> bool:
        return any(key in keys or key.startswith(stems) for key in facts.categories)

    return test, tuple(f"under:{key}" for key in keys)


def _compile_filter(condition: FilterCondition) -> tuple[Test, Hooks]:
    wanted = frozenset(condition.values)

    def test(facts: QueryFacts) -> bool:
        chosen = facts.filters.get(condition.field)
        if chosen is None or not wanted:
            return chosen is not None
        return chosen == wanted if condition.exactly else bool(chosen & wanted)

    return test, (f"filter:{condition.field}",)


def _compile_detected(condition: DetectedCondition) -> tuple[Test, Hooks]:
    name, wanted, hooks = condition.field, frozenset(condition.values), (f"detected:{condition.field}",)
    if condition.has_range:
        low = -math.inf if condition.minimum is None else condition.minimum
        high = math.inf if condition.maximum is None else condition.maximum
        return (lambda facts: any(_meets(need, name, low, high) for need in facts.numbers)), hooks
    stems = tuple(f"{key}/" for key in wanted) if name == "category" else ()

    def test(facts: QueryFacts) -> bool:
        found = facts.detected.get(name, frozenset())
        if not wanted:
            return bool(found) or any(name in need.fields for need in facts.numbers)
        return bool(found & wanted) or (bool(stems) and any(key.startswith(stems) for key in found))

    return test, hooks


def _meets(need: NumberNeed, field: str, low: float, high: float) -> bool:
    """Whether what is asked for lies within the rule's range: a plain number, or the whole of an asked range."""
    if field not in need.fields:
        return False
    if need.target is not None:
        return low <= need.target <= high
    asked_low = -math.inf if need.minimum is None else need.minimum
    asked_high = math.inf if need.maximum is None else need.maximum
    return low <= asked_low and asked_high <= high
