"""Which attribute values candidates hold, as two parallel arrays, for a bounded number of them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from catalog.postings import expand_ranges
from ranking.retrieval.snapshot import IndexSnapshot


@dataclass(frozen=True, slots=True)
class HeldValues:
    """`values` int32[k] are AttributeValue ids; `rows` int64[k], ascending, says which candidate holds each."""

    count: int
    rows: NDArray[np.int64]
    values: NDArray[np.int32]

    def choose(self, places: NDArray[np.integer] | NDArray[np.bool_]) -> "HeldValues":
        return HeldValues(self.count, self.rows[places], self.values[places])

    def best(self, worth: NDArray[np.float64]) -> NDArray[np.float32]:
        """Per candidate the greatest of its values' worths float64[k]; 0 where it has none above."""
        best = np.zeros(self.count, np.float64)
        np.maximum.at(best, self.rows, worth)
        return best.astype(np.float32)


def held_values(snapshot: IndexSnapshot, ordinals: NDArray[np.int64]) -> HeldValues:
    places = expand_ranges(snapshot.facet_offsets, ordinals)
    sizes = snapshot.facet_offsets[ordinals + 1] - snapshot.facet_offsets[ordinals]
    rows = np.repeat(np.arange(len(ordinals)), sizes)
    return HeldValues(len(ordinals), rows, snapshot.facet_values[places])
