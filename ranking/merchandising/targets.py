"""Which products of the index a rule means: SKUs found in one statement, the rest by the filters shoppers use."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import numpy.typing as npt
from django.db import connection

from ranking.contracts import Filter
from ranking.merchandising.actions import PinAction
from ranking.merchandising.clauses import SKU_FIELD, WORDS_FIELD
from ranking.merchandising.match import Effect, MatchedRules
from ranking.merchandising.named import NamedVariant, find_named
from ranking.retrieval.filters import FIELD_NAMES, filter_mask
from ranking.retrieval.snapshot import IndexSnapshot
from ranking.retrieval.worded import documents_saying

Mask = npt.NDArray[np.bool_]
_FIND_SKUS = """
SELECT sku, id FROM catalog_product WHERE sku = ANY(%(skus)s)
UNION ALL SELECT sku, product_id FROM catalog_variant WHERE sku = ANY(%(skus)s)
"""


@dataclass(frozen=True)
class Targets:
    """Masks over one snapshot at one moment; `sku_ordinals` holds every SKU the matched rules name, `variants` those
    that mean one variant of a product.
    """

    snapshot: IndexSnapshot
    now: datetime
    sku_ordinals: Mapping[str, int]
    variants: Mapping[str, NamedVariant] = field(default_factory=dict)

    def find_ordinal(self, sku: str) -> int:
        """-1 when no product of the index has this SKU."""
        return self.sku_ordinals.get(sku, -1)

    def lacks_stock(self, pin: PinAction) -> bool:
        """Whether the pin wants stock and what it names is sold out; of a variant its own stock is asked."""
        ordinal, variant = self.find_ordinal(pin.sku), self.variants.get(pin.sku)
        if ordinal < 0 or not pin.obey_stock:
            return False
        return not (self.snapshot.in_stock[ordinal] if variant is None else variant.in_stock)

    def mask(self, target: Sequence[Filter]) -> Mask:
        """Products for which every clause holds."""
        mask = np.ones(len(self.snapshot.product_ids), dtype=bool)
        for item in target:
            mask &= self._mask_clause(item)
        return mask

    def _mask_clause(self, item: Filter) -> Mask:
        """A clause on an attribute that the catalog no longer has names no product; it must not break the search."""
        if item.field == SKU_FIELD:
            named = self._mask_skus(item.values)
        elif item.field == WORDS_FIELD:
            named = documents_saying(self.snapshot, item.values)
        elif item.field in FIELD_NAMES or item.field in self.snapshot.vocabulary.attributes:
            return filter_mask(self.snapshot, (item,), now=self.now)
        else:
            named = np.zeros(len(self.snapshot.product_ids), dtype=bool)
        return ~named if item.exclude else named

    def _mask_skus(self, skus: Iterable[str]) -> Mask:
        mask = np.zeros(len(self.snapshot.product_ids), dtype=bool)
        ordinals = [ordinal for ordinal in map(self.find_ordinal, skus) if ordinal >= 0]
        mask[ordinals] = True
        return mask


def locate_targets(rules: MatchedRules, snapshot: IndexSnapshot, *, now: datetime) -> Targets:
    skus = sorted(list_skus(rules))
    named = find_named(skus, now=now) if skus else {}
    ordinals = snapshot.ordinals([item.product_id for item in named.values()]).tolist() if named else []
    variants = {sku: item.variant for sku, item in named.items() if item.variant}
    return Targets(snapshot, now, dict(zip(named, ordinals, strict=True)), variants)


def list_skus(rules: MatchedRules) -> set[str]:
    """A pin's `target` is what may stand in for its product."""
    effects: tuple[Effect, ...] = (
        *rules.restricts, *rules.hides, *rules.boosts, *rules.slots, *rules.groups, *rules.pins,
    )  # fmt: skip
    named = {sku for effect in effects for item in effect.target if item.field == SKU_FIELD for sku in item.values}
    return named | {effect.pin.sku for effect in rules.pins if effect.pin}


def find_product_ids(skus: Sequence[str]) -> dict[str, int]:
    """A variant's SKU means its product: results show products."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND_SKUS, {"skus": list(skus)})
        return dict(cursor.fetchall())


@dataclass(frozen=True)
class Removal:
    """What hide and "show only" rules take away: all of it, and what each effect took first (effect, kind, mask)."""

    targets: Targets
    mask: Mask
    taken: tuple[tuple[Effect, str, Mask], ...] = ()


def find_removed(rules: MatchedRules | None, snapshot: IndexSnapshot, *, now: datetime) -> Removal | None:
    """Found once a search: retrieval spends no candidates on these products, and the rules step records them."""
    if rules is None or rules.is_empty:
        return None
    targets = locate_targets(rules, snapshot, now=now)
    mask, taken = mark_removed(rules, targets)
    return Removal(targets, mask, tuple(taken))


def mark_removed(rules: MatchedRules, targets: Targets) -> tuple[Mask, list[tuple[Effect, str, Mask]]]:
    """Hidden products and those outside a "show only": all of them, and what each effect took away first.

    A pin escapes a hide or a "show only" whose rule has a higher priority number; at the same number the pin loses. One
    that is sold out and wants stock stands nowhere, so its product is hidden like any other.
    """
    removed = np.zeros(len(targets.snapshot.product_ids), dtype=bool)
    taken: list[tuple[Effect, str, Mask]] = []
    pins = [(effect.pin, effect.rule.priority) for effect in rules.pins if effect.pin]
    pinned = [(targets.find_ordinal(pin.sku), priority) for pin, priority in pins if not targets.lacks_stock(pin)]
    for kind, effects in (("filter", rules.restricts), ("hide", rules.hides)):
        for effect in effects:
            mask = targets.mask(effect.target)
            mask = ~mask if kind == "filter" else mask
            mask[[at for at, priority in pinned if at >= 0 and priority < effect.rule.priority]] = False
            taken.append((effect, kind, mask & ~removed))
            removed |= mask
    return removed, taken
