"""Rule documents made fast: each condition as a test on the facts, and the index hooks under which a rule is filed."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from catalog.text import analyse, normalise
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
    SegmentCondition,
    SortCondition,
)
from ranking.merchandising.facts import JOINT, RUN, QueryFacts, Wording, read_plain
from ranking.merchandising.schedule import find_closed_reason
from ranking.merchandising.schema import RuleDocument, moment_of

Test = Callable[[QueryFacts], bool]
Hooks = tuple[str, ...] | None  # None: the condition cannot be looked up, only tested
HAN_START, HAN_END = "㐀", "鿿"
PAIR = 2
# From the rarest to the most common kind of index key.
_TEXT_KINDS = ("atext", "awords", "ptext", "pwords", "apair", "ppair", "arun", "prun")
_KINDS = (*_TEXT_KINDS, "category", "under", "segment", "detected", "filter")
SELECTIVITY = {kind: rank for rank, kind in enumerate(_KINDS)}


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule ready to be tested; `order` decides who wins: priority, then age, then id."""

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
    )


def choose_hooks(candidates: Sequence[Hooks]) -> Hooks:
    """All conditions must hold, so one of them is enough to file the rule under: the most selective."""
    usable = [hooks for hooks in candidates if hooks]
    return min(usable, key=_rate_hooks) if usable else None


def _rate_hooks(hooks: tuple[str, ...]) -> int:
    """How many searches meet the worst of them, as a rank."""
    return max(SELECTIVITY.get(hook.partition(":")[0], len(SELECTIVITY)) for hook in hooks)


def compile_condition(condition: Condition) -> tuple[Test, Hooks]:
    if isinstance(condition, AlwaysCondition):
        return (lambda facts: True), None
    test, hooks = _compile_positive(condition)
    if condition.negate:
        return (lambda facts: not test(facts)), None
    return test, hooks


def _compile_positive(condition: Condition) -> tuple[Test, Hooks]:
    match condition:
        case QueryCondition():
            return _compile_query(condition)
        case CategoryCondition():
            return _compile_category(condition)
        case FilterCondition():
            return _compile_filter(condition)
        case SegmentCondition(values=values):
            wanted = frozenset(values)
            return (lambda facts: bool(wanted & facts.segments)), tuple(f"segment:{value}" for value in values)
        case DetectedCondition():
            return _compile_detected(condition)
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


def _compile_query(condition: QueryCondition) -> tuple[Test, Hooks]:
    if condition.match == "empty":
        return (lambda facts: facts.is_empty), ("query:empty",)
    if condition.match == "any":
        return (lambda facts: not facts.is_empty), ("query:any",)
    wordings = tuple(_read_value(value, use_analysis=condition.use_analysis) for value in condition.values)
    compare = COMPARISONS[condition.match]
    if condition.use_analysis:

        def test(facts: QueryFacts) -> bool:
            return any(compare(wording, value) for wording in facts.wordings for value in wordings)
    else:

        def test(facts: QueryFacts) -> bool:
            return any(compare(facts.plain, value) for value in wordings)

    mark = "a" if condition.use_analysis else "p"
    hooks: list[str] = []
    for wording in wordings:
        found = _hook_value(condition.match, wording, mark)
        if not found:
            return test, None
        hooks += found
    return test, tuple(dict.fromkeys(hooks))


def _read_value(value: str, *, use_analysis: bool) -> Wording:
    if not use_analysis:
        return read_plain(value)
    normalised = " ".join(normalise(value).split())
    return Wording(normalised, tuple(analyse(normalised)))


def _hook_value(match: str, value: Wording, mark: str) -> list[str]:
    if match == "is":
        return [f"{mark}text:{value.text}", f"{mark}words:{JOINT.join(value.words)}"]
    hooks = [f"{mark}run:{JOINT.join(value.words[:RUN])}"] if value.words else []
    if len(value.text) >= PAIR and (_is_written_together(value.text) or not value.words):
        hooks.append(f"{mark}pair:{value.text[:PAIR]}")
    return hooks


def _is_written_together(text: str) -> bool:
    """Chinese has no blanks: the segmenter may cut a phrase differently inside a longer query, so letters count too.
    One character alone is left to the segmenter: 米 must not be found in 玉米.
    """
    return len(text) >= PAIR and all(HAN_START <= letter <= HAN_END for letter in text)


def _is_same(query: Wording, value: Wording) -> bool:
    return query.text == value.text or (bool(value.words) and query.words == value.words)


def _starts(query: Wording, value: Wording) -> bool:
    if value.words and query.words[: len(value.words)] == value.words:
        return True
    return query.text.startswith(value.text) and _may_compare_letters(value, query.text[len(value.text) :][:1])


def _ends(query: Wording, value: Wording) -> bool:
    if value.words and query.words[-len(value.words) :] == value.words:
        return True
    return query.text.endswith(value.text) and _may_compare_letters(value, query.text[: -len(value.text)][-1:])


def _may_compare_letters(value: Wording, neighbour: str) -> bool:
    return _is_written_together(value.text) or (not value.words and neighbour in ("", " "))


def _contains(query: Wording, value: Wording) -> bool:
    size = len(value.words)
    if size and any(query.words[i : i + size] == value.words for i in range(len(query.words) - size + 1)):
        return True
    if _is_written_together(value.text):
        return value.text in query.text
    return not size and f" {value.text} " in f" {query.text} "


COMPARISONS: dict[str, Callable[[Wording, Wording], bool]] = {
    "is": _is_same,
    "starts": _starts,
    "ends": _ends,
    "contains": _contains,
}
