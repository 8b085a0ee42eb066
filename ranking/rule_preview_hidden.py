"""What a preview shows beyond the page itself: products that rules keep off it, and pins that cannot be shown yet.

Both must be seen by whoever arranges a page: a hidden product can be brought back, and one that is sold out today can
be given its place before it is in stock again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils import timezone

from ranking.contracts import Hit, Move, Page, ProductCard
from ranking.merchandising.actions import FilterAction, HideAction, PinAction
from ranking.merchandising.clauses import SKU_FIELD, Clause, to_filters
from ranking.merchandising.compile import CompiledRule
from ranking.merchandising.targets import Mask, Targets, find_product_ids
from ranking.pipeline import search
from ranking.registry import LiveState, live_state
from ranking.retrieval.cards import load_cards


@dataclass(frozen=True, slots=True)
class Hidden:
    """A product kept off a page; `hit.position` is where it would stand without the rules that hide."""

    hit: Hit
    move: Move


@dataclass(frozen=True, slots=True)
class Waiting:
    """A pin of the rule that this page does not show, and why."""

    sku: str
    position: int
    reason: str
    card: ProductCard


def find_hidden(before: Page, after: Page, *, draft: CompiledRule | None) -> tuple[list[Hidden], list[Hidden]]:
    """For both pages: what the page without any hiding rule would show and they do not, each with the rule that hides
    it. Costs one more search, and only where a rule that holds hides something.
    """
    live = live_state()
    matched = [_list_matched(page) for page in (before, after)]
    holding = matched[0] | matched[1]
    known = {rule.id: rule for rule in live.book.rules if rule.id in holding}
    if draft is not None:
        known[draft.id] = draft
    hiders = {rule_id: rule for rule_id, rule in known.items() if any(map(_removes, rule.actions))}
    sides = [[hiders[id_] for id_ in ids if id_ in hiders] for ids in matched]
    if not any(sides):
        return [], []
    own = {draft.id} if draft else set()
    opened = before
    if set(hiders) - own:
        opened = search(replace(before.request, explain=False, facets=(), without_rules=(*hiders, *own)))
    return _attribute(opened, before, sides[0], live), _attribute(opened, after, sides[1], live)


def _list_matched(page: Page) -> dict[str, None]:
    """In order of precedence."""
    rules = (page.ledger or {}).get("rules", ())
    return dict.fromkeys(outcome["rule_id"] for outcome in rules if outcome["status"] == "matched")


def _removes(action: object) -> bool:
    return isinstance(action, HideAction | FilterAction)


def _attribute(opened: Page, page: Page, hiders: Sequence[CompiledRule], live: LiveState) -> list[Hidden]:
    shown = {hit.product_id for hit in page.hits}
    missing = [hit for hit in opened.hits if hit.product_id not in shown]
    if not (missing and hiders):
        return []
    ordinals = live.snapshot.ordinals([hit.product_id for hit in missing]).tolist()
    masks = list(_list_masks(hiders, live, page))
    found: list[Hidden] = []
    for hit, ordinal in zip(missing, ordinals, strict=True):
        taken = next((move for move, mask in masks if ordinal >= 0 and mask[ordinal]), None)
        if taken is not None:
            found.append(Hidden(hit, taken))
    return found


def _list_masks(hiders: Sequence[CompiledRule], live: LiveState, page: Page) -> Iterator[tuple[Move, Mask]]:
    targets = Targets(live.snapshot, page.request.now or timezone.now(), _locate_skus(hiders, live))
    for rule in hiders:
        for action in rule.actions:
            if isinstance(action, FilterAction):
                yield Move(rule.id, rule.name, "filter"), ~targets.mask(to_filters(action.filters))
            elif isinstance(action, HideAction):
                yield Move(rule.id, rule.name, "hide"), targets.mask(to_filters(action.target))


def _locate_skus(hiders: Sequence[CompiledRule], live: LiveState) -> Mapping[str, int]:
    clauses = [clause for rule in hiders for action in rule.actions for clause in _clauses_of(action)]
    ids = find_product_ids([value for clause in clauses if clause.field == SKU_FIELD for value in clause.values])
    ordinals = live.snapshot.ordinals(list(ids.values())).tolist() if ids else []
    return dict(zip(ids, ordinals, strict=True))


def _clauses_of(action: object) -> tuple[Clause, ...]:
    if isinstance(action, FilterAction):
        return action.filters
    return action.target if isinstance(action, HideAction) else ()


def list_waiting(page: Page, *, draft: CompiledRule) -> list[Waiting]:
    """Pins of a rule that holds for this search but whose products the page does not show where it wants them."""
    if draft.id not in _list_matched(page):
        return []
    placed = {
        hit.product_id for hit in page.hits for move in hit.moves if (move.rule_id, move.effect) == (draft.id, "pin")
    }
    pins = [
        action
        for action in draft.actions
        if isinstance(action, PinAction) and action.position <= page.request.page_size * page.request.page
    ]
    ids = find_product_ids([pin.sku for pin in pins])
    stands = {hit.product_id: hit.position for hit in page.hits}
    absent = [
        pin for pin in pins if (id_ := ids.get(pin.sku)) and id_ not in placed and stands.get(id_) != pin.position
    ]
    cards = load_cards(
        [ids[pin.sku] for pin in absent], locale=page.request.locale, now=page.request.now or timezone.now()
    )
    reasons = [(outcome["rule_id"], outcome["reason"]) for outcome in (page.ledger or {}).get("rules", ())]
    return [
        Waiting(pin.sku, pin.position, _find_reason(pin.sku, draft.id, reasons), cards[ids[pin.sku]])
        for pin in absent
        if ids[pin.sku] in cards
    ]


def _find_reason(sku: str, rule_id: str, reasons: Sequence[tuple[str, str]]) -> str:
    """Outcomes about one pin begin with its SKU."""
    begin = f"{sku}: "
    return next(
        (reason.removeprefix(begin) for id_, reason in reasons if id_ == rule_id and reason.startswith(begin)), ""
    )
