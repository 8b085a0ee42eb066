"""Caps asked before a rule is saved (what would surely break one) and before it goes live (by its own example)."""

from collections.abc import Collection, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from ranking.errors import RuleRefused
from ranking.merchandising.actions import FilterAction, GroupAction, PinAction, SlotAction, list_clauses
from ranking.merchandising.cap_rows import PREFIX, Cap, describe_cap, load_caps
from ranking.merchandising.clauses import SKU_FIELD, Clause
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
            counts = {"wanted": min(wanted, cap.places), "limit": cap.limit, "places": cap.places}
            errors.setdefault(taken[0][0], words % {"cap": describe_cap(cap), **counts})
    return errors


def _list_concerned(document: RuleDocument) -> list[Cap]:
    if not any(action.type in _PUSHING for action in document.actions):
        return []
    return [cap for cap in load_caps() if not cap.market or not document.markets or cap.market in document.markets]


def _list_taken(document: RuleDocument, cap: Cap) -> list[tuple[str, int]]:
    """Field path and how many of the first places an action surely gives to products of the capped kind, counted as
    pages show them: a block stands before its result and moves what follows back.
    """
    capped = _find_capped(sorted(_list_named(document)), cap)
    blocks = [action for action in document.actions if isinstance(action, GroupAction)]
    taken: list[tuple[str, int]] = []
    for number, action in enumerate(document.actions):
        path = f"actions.{number}"
        if isinstance(action, PinAction) and action.sku in capped and _is_first(action.position, blocks, cap):
            taken.append((f"{path}.sku", 1))
        elif isinstance(action, SlotAction):
            first = sum(_is_first(position, blocks, cap) for position in action.positions)
            taken.append((f"{path}.target", _count_sure(action.target, first, first, cap, capped)))
        elif isinstance(action, GroupAction):
            room = min(action.size, cap.places - action.position + 1 - _count_before(action, blocks))
            taken.append((f"{path}.target", _count_sure(action.target, action.size, room, cap, capped)))
        elif isinstance(action, FilterAction):
            taken.append((f"{path}.filters", _count_sure(action.filters, cap.places, cap.places, cap, capped)))
    return [item for item in taken if item[1] > 0]


def _is_first(position: int, blocks: Sequence[GroupAction], cap: Cap) -> bool:
    """Whether this result is among the first places, behind the blocks that stand before it."""
    return position + sum(_size(block) for block in blocks if block.position <= position) <= cap.places


def _count_before(block: GroupAction, blocks: Sequence[GroupAction]) -> int:
    """Products of other blocks before this one; of two at one position the first written stands first."""
    at = next(number for number, other in enumerate(blocks) if other is block)
    return sum(_size(other) for number, other in enumerate(blocks) if (other.position, number) < (block.position, at))


def _size(block: GroupAction) -> int:
    """Of products that are named a block holds no more than the names."""
    named = (len(set(clause.values)) for clause in block.target if clause.field == SKU_FIELD and not clause.exclude)
    return min([block.size, *named])


def _count_sure(clauses: Sequence[Clause], size: int, room: int, cap: Cap, capped: Collection[str]) -> int:
    """Of `room` places for the first of `size` products that these clauses mean, how many are surely of the kind. Of
    products that are named there are no more than the names, and those of another kind may all come first.
    """
    if room <= 0:
        return 0
    if _means_only(clauses, cap):
        return room
    counts = [0]
    for clause in clauses:
        if clause.field == SKU_FIELD and not clause.exclude:
            others = len(set(clause.values) - set(capped))
            counts.append(min(size, room, len(set(clause.values))) - others)
    return max(counts)


def _means_only(clauses: Sequence[Clause], cap: Cap) -> bool:
    """Whether every product these clauses mean is of the capped kind."""
    return any(
        clause.field == cap.field and clause.values and not clause.exclude and set(clause.values) <= set(cap.values)
        for clause in clauses
    )


def _list_named(document: RuleDocument) -> set[str]:
    """Every SKU that the rule brings up by name."""
    pins = {action.sku for action in document.actions if isinstance(action, PinAction)}
    clauses = (clause for action in document.actions for clause in list_clauses(action)[1])
    return pins | {sku for clause in clauses if clause.field == SKU_FIELD for sku in clause.values}


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
