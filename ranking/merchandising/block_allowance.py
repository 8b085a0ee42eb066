"""How many products of a capped kind the blocks of a search may hold, block after block."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext as _

from ranking.contracts import RuleOutcome
from ranking.merchandising.actions import GroupAction
from ranking.merchandising.cap_rows import Cap, describe_cap
from ranking.merchandising.match import Effect
from ranking.merchandising.targets import Mask, Targets

Ordinals = npt.NDArray[np.int64]


@dataclass
class BlockAllowance:
    """How many products of each capped kind blocks may still bring into the first places. It does not depend on the
    shopper's filters, as no block's choice does, so that facets stay true: what stood there before is the list's.
    """

    caps: Sequence[tuple[Cap, Mask]]
    left: dict[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, caps: Sequence[Cap], targets: Targets, *, market: str) -> Self:
        concerned = [(cap, targets.mask(cap.target)) for cap in caps if cap.market in ("", market)]
        return cls(concerned, {cap.id: cap.limit for cap, _kind in concerned})

    def hold_back(self, found: Ordinals, action: GroupAction) -> tuple[Ordinals, list[Cap]]:
        """What the block may choose from, best first, and the caps that keep some of its best products out."""
        stopped = []
        for cap, kind in self.caps:
            if _room(cap, action) <= self.left[cap.id]:
                continue
            of_kind = kind[found]
            surplus = of_kind & (np.cumsum(of_kind) > self.left[cap.id])
            if surplus[: action.size].any():
                stopped.append(cap)
            found = found[~surplus]
        return found, stopped

    def spend(self, chosen: Ordinals, action: GroupAction) -> None:
        for cap, kind in self.caps:
            taken = min(int(kind[chosen].sum()), _room(cap, action))
            self.left[cap.id] -= max(taken, 0)


def _room(cap: Cap, action: GroupAction) -> int:
    """How many of the first places the block can reach, where it stands behind its own number of results."""
    return cap.places - action.position + 1


def report_held_back(effect: Effect, cap: Cap) -> RuleOutcome:
    reason = _("A cap keeps products out of the block: %s.") % describe_cap(cap)
    return RuleOutcome(effect.rule.id, effect.rule.name, "beaten", reason, cap.id)
