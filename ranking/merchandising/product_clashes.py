"""What two rules cannot both have of positions, pinned products and the mixing of a page: (kind, what it is about).

`stronger` and `weaker` are actions of the rule that wins and of the one that loses. Blocks of products clash with
nothing: they take no position, and leave a pinned product in the list.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Literal

from ranking.merchandising.actions import Action, DiversifyAction, PinAction, SlotAction
from ranking.merchandising.compile import CompiledRule

ProductClash = tuple[Literal["position", "product", "variety"], str]
Bounds = tuple[tuple[float, float], ...]
_ALWAYS: Bounds = ((float("-inf"), float("inf")),)


def compare_places(stronger: Action, weaker: Action) -> Iterator[ProductClash]:
    match stronger, weaker:
        case PinAction(), PinAction():
            yield from _compare_pins(stronger, weaker)
        case (PinAction() | SlotAction(), SlotAction()) | (SlotAction(), PinAction(soft=False)):
            shared = sorted(set(list_positions(stronger)) & set(list_positions(weaker)))
            if shared:
                yield "position", str(shared[0])
        case DiversifyAction(), DiversifyAction():
            if stronger != weaker:
                yield "variety", weaker.field


def _compare_pins(stronger: PinAction, weaker: PinAction) -> Iterator[ProductClash]:
    """A soft pin is content with any earlier place, so that most others leave it one."""
    if stronger.sku == weaker.sku:
        agree = stronger.position <= weaker.position if weaker.soft else _stand_alike(stronger, weaker)
        if not agree:
            yield "product", stronger.sku
    elif stronger.position == weaker.position and not weaker.soft:
        yield "position", str(weaker.position)


def _stand_alike(stronger: PinAction, weaker: PinAction) -> bool:
    return stronger.position == weaker.position and not stronger.soft


def find_crowded_out(stronger: Sequence[Action], weaker: Sequence[Action]) -> Iterator[ProductClash]:
    """Soft pins of the weaker rule that the stronger one leaves no place at their position or before, beside what the
    weaker one itself puts there.
    """
    for pin in weaker:
        if isinstance(pin, PinAction) and pin.soft:
            both = (*stronger, *(action for action in weaker if action is not pin))
            others = [action for action in both if not (isinstance(action, PinAction) and action.sku == pin.sku)]
            held = {position for action in others for position in list_positions(action)}
            taken = {position for action in stronger for position in list_positions(action)}
            if pin.position in taken and all(position in held for position in range(1, pin.position + 1)):
                yield "position", str(pin.position)


def list_positions(action: Action) -> range:
    if isinstance(action, SlotAction):
        return action.positions
    return range(action.position, action.position + 1) if isinstance(action, PinAction) else range(0)


def split_by_windows(rule: CompiledRule) -> list[CompiledRule]:
    """The rule once for each set of windows that its pins have of their own, with the actions of that set alone."""
    parts: dict[Bounds, list[Action]] = {}
    for action in rule.actions:
        own = tuple(window.bounds() for window in action.windows) if isinstance(action, PinAction) else ()
        parts.setdefault(own, []).append(action)
    if set(parts) <= {()}:
        return [rule]
    return [
        replace(rule, actions=tuple(actions), windows=_intersect(rule.windows or _ALWAYS, own or _ALWAYS))
        for own, actions in parts.items()
        if _intersect(rule.windows or _ALWAYS, own or _ALWAYS)
    ]


def _intersect(one: Iterable[tuple[float, float]], two: Sequence[tuple[float, float]]) -> Bounds:
    pairs = ((max(a, c), min(b, d)) for a, b in one for c, d in two)
    return tuple((start, end) for start, end in pairs if start < end)
