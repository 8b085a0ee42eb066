"""Which of the tried rules hold for one query, which pins of theirs are seen, and which rules lose to which."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext as _

from ranking.contracts import Hit, Page, RuleOutcome
from ranking.merchandising.actions import Action, PinAction, SlotAction
from ranking.merchandising.compile import CompiledRule
from ranking.merchandising.schedule import find_closed_reason


@dataclass(frozen=True, slots=True)
class Loss:
    """Rule `rule` wanted something that rule `to` has instead."""

    rule: str
    name: str
    to: str
    winner: str
    reason: str


@dataclass(frozen=True, slots=True)
class PinFate:
    """Whether action number `action` of a rule is seen on the page, and why not."""

    rule: str
    action: int
    shown: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """`held` and `closed` are tried rules whose conditions hold, in force or outside their time; `lost` are live rules
    that lose to a tried one, `beaten` tried rules that lose; `marks` says what tried rules did to a SKU.
    """

    held: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    lost: tuple[Loss, ...] = ()
    beaten: tuple[Loss, ...] = ()
    pins: tuple[PinFate, ...] = ()
    marks: Mapping[str, Sequence[str]] = field(default_factory=dict)


def trace_rules(before: Page, after: Page, tried: Mapping[str, CompiledRule]) -> RuleTrace:
    own = [outcome for outcome in after.outcomes if outcome.rule_id in tried]
    held = tuple(dict.fromkeys(outcome.rule_id for outcome in own if outcome.status == "matched"))
    return RuleTrace(
        held=held,
        closed=tuple(dict.fromkeys(outcome.rule_id for outcome in own if outcome.status == "inactive")),
        lost=tuple(_list_lost(before, after, tried)),
        beaten=tuple(_list_beaten(after, own)),
        pins=tuple(fate for rule_id in held for fate in trace_pins(tried[rule_id], after)),
        marks=_mark_hits(after, tried),
    )


def _list_lost(before: Page, after: Page, tried: Mapping[str, CompiledRule]) -> Iterator[Loss]:
    """Live rules that a tried one beats, and did not beat before."""
    beaten_before = {
        (outcome.rule_id, outcome.beaten_by, outcome.reason)
        for outcome in before.outcomes
        if outcome.status == "beaten"
    }
    for outcome in after.outcomes:
        is_loss = outcome.status == "beaten" and outcome.beaten_by in tried and outcome.rule_id not in tried
        if is_loss and (outcome.rule_id, outcome.beaten_by, outcome.reason) not in beaten_before:
            yield _read_loss(outcome, after)


def _list_beaten(after: Page, own: Sequence[RuleOutcome]) -> Iterator[Loss]:
    """Where a tried rule loses to another; pins that push each other down within one rule are no conflict."""
    for outcome in own:
        if outcome.status == "beaten" and outcome.beaten_by not in ("", outcome.rule_id):
            yield _read_loss(outcome, after)


def _read_loss(outcome: RuleOutcome, after: Page) -> Loss:
    names = {other.rule_id: other.name for other in after.outcomes}
    return Loss(outcome.rule_id, outcome.name, outcome.beaten_by, names.get(outcome.beaten_by, ""), outcome.reason)


def trace_pins(rule: CompiledRule, after: Page) -> Iterator[PinFate]:
    """The fate of each pin and kept place within the compared positions; those behind are not looked at."""
    depth = after.request.page_size
    for number, action in enumerate(rule.actions):
        if not isinstance(action, PinAction | SlotAction) or action.position > depth:
            continue
        if after.redirect is not None:
            yield PinFate(rule.id, number, False, _("the shopper is sent elsewhere"))
        elif any(_is_shown(action, rule, hit) for hit in after.hits):
            yield PinFate(rule.id, number, True)
        else:
            yield PinFate(rule.id, number, False, _find_reason(action, rule, after))


def _is_shown(action: Action, rule: CompiledRule, hit: Hit) -> bool:
    moves = [move for move in hit.moves if move.rule_id == rule.id]
    if isinstance(action, PinAction):
        named = {hit.product.sku, *(variant.sku for variant in hit.product.variants)}
        return action.sku in named and any(move.effect == "pin" for move in moves)
    return isinstance(action, SlotAction) and any(
        move.effect == "slot" and (move.position or 0) in action.positions for move in moves
    )


def _find_reason(action: Action, rule: CompiledRule, after: Page) -> str:
    prefix = ""
    if isinstance(action, PinAction):
        prefix = f"{action.sku}: "
        moment = after.request.now or timezone.now()
        if find_closed_reason([window.bounds() for window in action.windows], math.inf, moment.timestamp()):
            return _("outside the pin's own dates")
    for outcome in after.outcomes:
        if outcome.rule_id == rule.id and outcome.status == "beaten" and outcome.reason.startswith(prefix):
            return outcome.reason.removeprefix(prefix)
    return _("it ended up below the compared positions")


def _mark_hits(after: Page, tried: Mapping[str, CompiledRule]) -> dict[str, list[str]]:
    marks = {
        hit.product.sku: sorted({move.effect for move in hit.moves if move.rule_id in tried}) for hit in after.hits
    }
    return {sku: effects for sku, effects in marks.items() if effects}
