"""Which products pins may show in one search, and why not the others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext as _

from ranking.contracts import Filter
from ranking.merchandising.actions import PinAction
from ranking.merchandising.targets import Mask, Targets
from ranking.retrieval.duplicates import ALONE


@dataclass(frozen=True)
class Reach:
    """`showable` is live, in the market and not taken away by a rule; `found` by the search, before the shopper's
    `filters`; `allowed` passes them; `before` are the rows of what is found and passes; `sort` is the shopper's choice.
    """

    targets: Targets
    showable: Mask
    found: Mask
    allowed: Mask
    before: Mapping[int, int]
    sort: str
    filters: Sequence[Filter] = ()
    groups: npt.NDArray[np.int64] | None = None  # of offers of the same thing, where those show as one

    @property
    def in_stock(self) -> Mask:
        return self.targets.snapshot.in_stock

    def is_resting(self, pin: PinAction) -> bool:
        return pin.obey_sort and self.sort != "relevance"

    def refuse(self, pin: PinAction) -> str:
        """Why this pin cannot be shown, or nothing. Of a variant its own stock and options are asked."""
        ordinal = self.targets.find_ordinal(pin.sku)
        if self.is_resting(pin):
            return _("the shopper chose a sort order")
        if ordinal < 0:
            return _("no live product has this SKU")
        variant = self.targets.variants.get(pin.sku)
        is_allowed = self.allowed[ordinal] and (variant is None or variant.passes(self.filters))
        checks = (
            (not self.showable[ordinal], _("not sold here, or taken away by a rule")),
            (pin.obey_filters and not is_allowed, _("outside the shopper's filters")),
            (self.targets.lacks_stock(pin), _("out of stock")),
            (pin.obey_query and ordinal not in self.before, _("the words do not find it")),
        )
        return next((reason for failed, reason in checks if failed), "")

    def without_filters(self) -> "Reach":
        return replace(self, allowed=np.ones_like(self.allowed), filters=())

    def pick(self, ordinals: Iterable[int], taken: set[int], *, most: int) -> list[int]:
        """The first ones that are not taken; of offers of the same thing that show as one, one."""
        groups = self.groups
        seen = set() if groups is None else {int(groups[at]) for at in taken if at >= 0} - {ALONE}
        picked: list[int] = []
        for ordinal in map(int, ordinals):
            if len(picked) == most:
                break
            group = ALONE if groups is None else int(groups[ordinal])
            if ordinal not in taken and group not in seen:
                picked.append(ordinal)
                seen |= {group} - {ALONE}
        return picked

    def usable(self, *, obey_stock: bool) -> Mask:
        """What may be picked where no product is named."""
        mask = self.showable & self.allowed
        return mask & self.in_stock if obey_stock else mask
