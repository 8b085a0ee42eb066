"""Caps asked before a rule is saved (what would surely break one) and before it goes live (by its own example)."""

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from ranking.errors import RuleRefused
from ranking.merchandising.actions import FilterAction, PinAction, SlotAction
from ranking.merchandising.cap_rows import PREFIX, Cap, describe_cap, load_caps
from ranking.merchandising.clauses import Clause
from ranking.merchandising.compile import compile_rule
from ranking.merchandising.meeting import find_meeting
from ranking.merchandising.schema import RuleDocument
from ranking.merchandising.targets import Targets, find_product_ids
from ranking.registry import live_state
from ranking.rule_preview import preview_fate

# What moves products towards the front; the rest cannot break a cap.
_PUSHING = ("pin", "slot", "boost", "filter", "hide", "substitute", "group")


def find_cap_errors(document: RuleDocument) -> dict[str, str]:
    """Field path → which cap the rule's own pins and places would break, whatever is searched."""
    errors: dict[str, str] = {}
    for cap in _list_concerned(document):
        taken = _list_taken(document, cap)
        wanted = sum(count for _path, count in taken)
        if wanted > cap.limit:
            words = _(
                "A cap does not allow this: %(cap)s. The rule takes %(wanted)d of the first %(places)d places; "
                "%(limit)d are allowed."
            )
            details = {"cap": describe_cap(cap), "wanted": wanted, "limit": cap.limit, "places": cap.places}
            errors.setdefault(taken[0][0], words % details)
    return errors


def _list_concerned(document: RuleDocument) -> list[Cap]:
    if not any(action.type in _PUSHING for action in document.actions):
        return []
    return [cap for cap in load_caps() if not cap.market or not document.markets or cap.market in document.markets]


def _list_taken(document: RuleDocument, cap: Cap) -> list[tuple[str, int]]:
    """Field path and how many of the first places an action surely gives to products of the capped kind."""
    pins = [action for action in document.actions if isinstance(action, PinAction) and action.position <= cap.places]
    capped = _find_capped([pin.sku for pin in pins], cap)
    taken: list[tuple[str, int]] = []
    for number, action in enumerate(document.actions):
        path = f"actions.{number}"
        if isinstance(action, PinAction) and action.position <= cap.places and action.sku in capped:
            taken.append((f"{path}.sku", 1))
        elif isinstance(action, SlotAction) and _means_only(action.target, cap):
            taken.append((f"{path}.target", sum(position <= cap.places for position in action.positions)))
        elif isinstance(action, FilterAction) and _means_only(action.filters, cap):
            taken.append((f"{path}.filters", cap.places))
    return [item for item in taken if item[1]]


def _means_only(clauses: Sequence[Clause], cap: Cap) -> bool:
    """Whether every product these clauses mean is of the capped kind."""
    return any(
        clause.field == cap.field and clause.values and not clause.exclude and set(clause.values) <= set(cap.values)
        for clause in clauses
    )


def _find_capped(skus: Sequence[str], cap: Cap) -> set[str]:
    found = find_product_ids(list(skus)) if skus else {}
    if not found:
        return set()
    snapshot = live_state().snapshot
    ordinals = snapshot.ordinals(list(found.values())).tolist()
    mask = Targets(snapshot, timezone.now(), {}).mask(cap.target)
    return {sku for sku, ordinal in zip(found, ordinals, strict=True) if ordinal >= 0 and mask[ordinal]}


def check_example(document: RuleDocument) -> None:
    """The page of a search in which the rule holds: no cap may have to hold it back there."""
    caps = _list_concerned(document)
    if not caps:
        return
    rule = compile_rule(document, created_at=None)
    witness = find_meeting(rule, rule, now=timezone.now())
    if witness is None:
        return
    stopped = {cap.id: cap for cap in caps}
    for outcome in preview_fate(document, witness.request, at=witness.at):
        cap = stopped.get(str(outcome["beaten_by"])) if str(outcome["beaten_by"]).startswith(PREFIX) else None
        if cap is not None:
            words = _("A cap would hold this rule back in a search for “%(query)s”: %(cap)s. Pin or boost less.")
            message = words % {"query": witness.request.query or "*", "cap": describe_cap(cap)}
            raise RuleRefused(_("The shop's rule policy does not allow this rule."), errors={"actions": message})
