"""Which rules hold for one search and what they ask for, with every rule's fate on record."""

import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ranking.contracts import Filter, RuleOutcome
from ranking.merchandising.actions import Action, BoostAction, PinAction, list_clauses
from ranking.merchandising.book import RuleBook, compile_drafts, order_of
from ranking.merchandising.clauses import to_filters
from ranking.merchandising.compile import CompiledRule
from ranking.merchandising.describe import describe_condition
from ranking.merchandising.facts import QueryFacts, Reading
from ranking.merchandising.schedule import find_closed_reason

ALL_RULES = "all"
# The list of MatchedRules in which an action's effect is; of all other kinds: `page`.
_LISTS = {
    "filter": "restricts", "hide": "hides", "boost": "boosts", "slot": "slots", "diversify": "varieties",
    "group": "groups",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Effect:
    """One action of a rule that holds: `target` filters must all hold (a pin's: what may stand in for it); `strength`
    is for boosts, `pin` for pins, `action` for all others.
    """

    rule: CompiledRule
    target: tuple[Filter, ...] = ()
    strength: int = 0
    pin: PinAction | None = None
    action: Action | None = None


@dataclass(frozen=True, slots=True)
class MatchedRules:
    """What the rules that hold ask for, each list in order of precedence."""

    restricts: tuple[Effect, ...] = ()
    hides: tuple[Effect, ...] = ()
    boosts: tuple[Effect, ...] = ()
    pins: tuple[Effect, ...] = ()
    slots: tuple[Effect, ...] = ()
    varieties: tuple[Effect, ...] = ()
    groups: tuple[Effect, ...] = ()
    page: tuple[Effect, ...] = ()  # sort, layout, redirect, banner, facets, words: what concerns no single product
    outcomes: tuple[RuleOutcome, ...] = ()
    # Up to how many products found some rule would hold that waits to know; None: no rule waits.
    waits_for: int | None = None

    @property
    def filters(self) -> tuple[Filter, ...]:
        """The "show only" clauses. To narrow retrieval use targets.find_removed: it survives unknown attributes."""
        return tuple(item for effect in self.restricts for item in effect.target)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked of the products themselves."""
        asked = (self.restricts, self.hides, self.boosts, self.pins, self.slots, self.varieties, self.groups)
        return not any(asked)


def match_rules(
    book: RuleBook,
    facts: QueryFacts,
    *,
    now: datetime,
    drafts: Sequence[Any] = (),
    without: Sequence[str] = (),
    explain_limit: int = 0,
) -> MatchedRules:
    """`drafts` join the book or replace the rule of the same id; `without` leaves rules out (`all`: every live one).
    `explain_limit`: how many rules that do not hold are named, those that came closest first.
    """
    extra = compile_drafts(drafts)
    left_out = {*without, *(rule.id for rule in extra)}
    live = [] if ALL_RULES in left_out else [rule for rule in book.find_candidates(facts) if rule.id not in left_out]
    candidates = [*live, *extra]
    holding = [rule for rule in candidates if does_hold(rule, facts)]
    winners, outcomes = select_rules(
        sorted(candidates if explain_limit else holding, key=order_of), frozenset(holding), facts, now=now.timestamp()
    )
    outcomes.extend(book.broken)
    if explain_limit and ALL_RULES not in left_out:
        named = {outcome.rule_id for outcome in outcomes} | left_out
        missing = (rule for rule in book.rules if rule.id not in named)
        outcomes.extend(islice(explain_misses(missing, facts), max(explain_limit - len(outcomes), 0)))
    effects = collect_effects(winners, outcomes, now=now.timestamp())
    return replace(effects, waits_for=find_wait(candidates, facts, now=now.timestamp()))


def select_rules(
    candidates: Sequence[CompiledRule], holding: Collection[CompiledRule], facts: QueryFacts, *, now: float
) -> tuple[list[CompiledRule], list[RuleOutcome]]:
    """Those of the holding ones that are at work, and the fate of every candidate, in their order (of precedence)."""
    winners: list[CompiledRule] = []
    outcomes: list[RuleOutcome] = []
    stopper: CompiledRule | None = None
    ways = Ways(facts)
    for rule in candidates:
        if rule not in holding:
            outcomes.append(RuleOutcome(rule.id, rule.name, "not_matched", find_miss(rule, facts) or ""))
            continue
        closed = rule.find_closed_reason(now)
        if closed:
            outcomes.append(RuleOutcome(rule.id, rule.name, "inactive", closed))
        elif is_held_out(rule, facts.shopper):
            outcomes.append(RuleOutcome(rule.id, rule.name, "held_out", _("This shopper is in the group without it.")))
        elif stopper is not None:
            reason = _("“%s” says that no later rule applies.") % stopper.name
            outcomes.append(RuleOutcome(rule.id, rule.name, "beaten", reason, stopper.id))
        else:
            winners.append(rule)
            outcomes.append(RuleOutcome(rule.id, rule.name, "matched", explain_reading(rule, ways)))
            stopper = rule if rule.stop_processing else None
    return winners, outcomes


def find_wait(candidates: Sequence[CompiledRule], facts: QueryFacts, *, now: float) -> int | None:
    """Up to how many products found a rule would hold that asks for it, as long as that is not known."""
    if facts.found is not None:
        return None
    nothing = replace(facts, found=0)
    waiting = (
        rule.most_found
        for rule in candidates
        if rule.most_found is not None and does_hold(rule, nothing) and not rule.find_closed_reason(now)
    )
    return max(waiting, default=None)


def does_hold(rule: CompiledRule, facts: QueryFacts) -> bool:
    """The same as `find_miss`, without words: thousands of candidates are tried, and few are talked about."""
    if (rule.markets and facts.market not in rule.markets) or (rule.locales and facts.locale not in rule.locales):
        return False
    for test in rule.tests:  # noqa: SIM110 - a generator costs more than most tests
        if not test(facts):
            return False
    return True


def find_miss(rule: CompiledRule, facts: QueryFacts) -> str | None:
    """None when every condition holds; else the first that does not, in plain words."""
    if rule.markets and facts.market not in rule.markets:
        return _("Only for other markets.")
    if rule.locales and facts.locale not in rule.locales:
        return _("Only for other languages.")
    for condition, test in zip(rule.conditions, rule.tests, strict=True):
        if not test(facts):
            return _("Does not hold: %s.") % describe_condition(condition)
    return None


class Ways:
    """The search with its words as typed and nothing else, then with each other way of reading them by itself. They are
    made once a search, and only as far as some rule asks.
    """

    def __init__(self, facts: QueryFacts) -> None:
        self.facts = facts
        self.strict = replace(facts, readings=(), find_same=tuple, forgives=False)
        self._made: list[tuple[QueryFacts, str]] = []
        self._more = self._list_others()

    def list_others(self) -> Iterator[tuple[QueryFacts, str]]:
        """Each with the sentence that says what it is."""
        yield from self._made
        for way in self._more:
            self._made.append(way)
            yield way

    def _list_others(self) -> Iterator[tuple[QueryFacts, str]]:
        for reading in self.facts.readings:
            yield replace(self.strict, readings=(reading,)), _say_reading(reading)
        yield replace(self.strict, forgives=self.facts.forgives), _("By words that are nearly the same.")
        for reading in self.facts.find_same():
            yield replace(self.strict, find_same=_only(reading)), _say_reading(reading)


def explain_reading(rule: CompiledRule, ways: Ways) -> str:
    """Why a rule holds that does not hold for the words as typed: how little is found, or by which reading of the
    words; else empty.
    """
    facts = ways.facts
    if rule.most_found is not None and facts.found is not None:
        return ngettext("The search finds %d product.", "The search finds %d products.", facts.found) % facts.found
    if not (facts.readings or rule.is_lenient) or does_hold(rule, ways.strict):
        return ""
    return next((sentence for way, sentence in ways.list_others() if does_hold(rule, way)), "")


def _say_reading(reading: Reading) -> str:
    sentences = {
        "corrected": _("By the corrected words “%s”."),
        "translated": _("By “%s”, the same in the other language."),
        "synonym": _("By “%s”, the same by the list of synonyms."),
    }
    return sentences[reading.kind] % reading.wording.text


def _only(reading: Reading) -> Callable[[], tuple[Reading, ...]]:
    return lambda: (reading,)


def explain_misses(rules: Iterator[CompiledRule], facts: QueryFacts) -> Iterator[RuleOutcome]:
    for rule in rules:
        yield RuleOutcome(rule.id, rule.name, "not_matched", find_miss(rule, facts) or "")


def is_held_out(rule: CompiledRule, shopper: str) -> bool:
    """The same shopper is always in the same group of a rule; without a shopper (a preview) nobody is held out."""
    if not (rule.holdout_share and shopper):
        return False
    digest = hashlib.blake2b(f"{rule.id}:{shopper}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64 < rule.holdout_share


def collect_effects(winners: Sequence[CompiledRule], outcomes: Sequence[RuleOutcome], *, now: float) -> MatchedRules:
    found: dict[str, list[Effect]] = {}
    closed: list[RuleOutcome] = []
    for rule in winners:
        for action in rule.actions:
            if isinstance(action, PinAction) and (reason := _find_closed_pin(action, now)):
                closed.append(RuleOutcome(rule.id, rule.name, "inactive", f"{action.sku}: {reason}"))
                continue
            kind, effect = _make_effect(rule, action)
            found.setdefault(kind, []).append(effect)
    lists: dict[str, Any] = {kind: tuple(effects) for kind, effects in found.items()}
    return MatchedRules(**lists, outcomes=(*outcomes, *closed))


def _find_closed_pin(pin: PinAction, now: float) -> str:
    """Why this pin alone is not in force, or nothing: pins may have windows of their own."""
    if not pin.windows:
        return ""
    return find_closed_reason([window.bounds() for window in pin.windows], float("inf"), now)


def _make_effect(rule: CompiledRule, action: Action) -> tuple[str, Effect]:
    """The list of MatchedRules it belongs to, and the effect."""
    target = to_filters(list_clauses(action)[1])
    if isinstance(action, PinAction):
        return "pins", Effect(rule, target, pin=action)
    strength = action.strength if isinstance(action, BoostAction) else 0
    return _LISTS.get(action.type, "page"), Effect(rule, target, strength, action=action)
