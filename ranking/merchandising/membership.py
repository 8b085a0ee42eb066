"""Whether a product is one that a rule's clauses mean, as the index knows it now, for many rules at once."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import numpy as np

from ranking.merchandising.clauses import SKU_FIELD, Clause, to_filters
from ranking.merchandising.targets import Targets, find_product_ids
from ranking.retrieval.snapshot import IndexSnapshot


class Ordinals(dict[str, int]):
    """Where SKUs stand in one snapshot; -1 for those not in it."""

    def __init__(self, snapshot: IndexSnapshot) -> None:
        super().__init__()
        self.snapshot = snapshot

    def learn(self, skus: Iterable[str]) -> None:
        """Reads those not known yet, in one statement."""
        unknown = [sku for sku in skus if sku not in self]
        if unknown:
            found = find_product_ids(unknown)
            places = self.snapshot.ordinals(list(found.values())).tolist() if found else []
            self |= dict.fromkeys(unknown, -1) | dict(zip(found, places, strict=True))


class Membership:
    """At one moment, over the products learnt; ordinals may be shared by threads."""

    def __init__(self, ordinals: Ordinals, now: datetime) -> None:
        self._ordinals, self._now = ordinals, now
        self._members: dict[tuple[Clause, ...], frozenset[int]] = {}
        self._known = 0

    def learn(self, skus: Iterable[str]) -> None:
        self._ordinals.learn(skus)
        if len(self._ordinals) != self._known:
            self._known = len(self._ordinals)
            self._members.clear()

    def holds(self, sku: str, clauses: Sequence[Clause]) -> bool | None:
        """None for a product that is not in the index."""
        ordinal = self._ordinals.get(sku, -1)
        if ordinal < 0:
            return None
        asked = tuple(clauses)
        if asked not in self._members:
            self._members[asked] = self._list_members(asked)
        return ordinal in self._members[asked]

    def _list_members(self, clauses: tuple[Clause, ...]) -> frozenset[int]:
        """Those among the products known here; the mask of the whole catalog would be too large to keep for each."""
        if all(clause.field == SKU_FIELD and not clause.exclude for clause in clauses):
            sets = [{self._ordinals.get(value, -1) for value in clause.values} for clause in clauses]
            return frozenset(set.intersection(*sets) - {-1})
        mask = Targets(self._ordinals.snapshot, self._now, self._ordinals).mask(to_filters(clauses))
        known = np.array(list(self._ordinals.values()), np.int64)
        known = known[known >= 0]
        return frozenset(known[mask[known]].tolist())
