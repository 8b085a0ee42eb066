"""What a facet is asked about: the candidates, the shopper's filters, and the values the candidates hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from catalog.postings import expand_ranges
from ranking.contracts import Facet, FacetValue, Filter
from ranking.retrieval.filters import Mask, filter_mask
from ranking.retrieval.snapshot import IndexSnapshot

MAX_VALUES = 60


@dataclass(frozen=True, slots=True)
class HeldValues:
    """Attribute values of a set of documents, one entry a document and value: who holds it, whose value, which."""

    holders: NDArray[np.int64]
    owners: NDArray[np.int32]
    values: NDArray[np.int32]
    counts: NDArray[np.int64]  # documents by value id
    present: NDArray[np.int64]  # the value ids anybody holds, and whose they are
    present_owners: NDArray[np.int32]

    def values_of(self, attribute_id: int) -> NDArray[np.int64]:
        return self.present[self.present_owners == attribute_id]


@dataclass(frozen=True, slots=True)
class FacetQuestion:
    """What to count: candidates before the shopper's filters, the filters, and who reads the labels."""

    snapshot: IndexSnapshot
    candidates: Mask
    filters: tuple[Filter, ...]
    fields: tuple[str, ...] | None
    locale: str
    now: datetime
    category: str = ""
    _masks: dict[tuple[Filter, ...], Mask] = field(default_factory=dict)
    _held: dict[tuple[Filter, ...], HeldValues] = field(default_factory=dict)

    def mask_without(self, name: str) -> Mask:
        others = self._others(name)
        if others not in self._masks:
            self._masks[others] = self.candidates & filter_mask(self.snapshot, others, now=self.now)
        return self._masks[others]

    def held_without(self, name: str) -> HeldValues:
        others = self._others(name)
        if others not in self._held:
            self._held[others] = _gather_values(self.snapshot, self.mask_without(name))
        return self._held[others]

    def _others(self, name: str) -> tuple[Filter, ...]:
        return tuple(item for item in self.filters if item.field != name)

    def selected(self, field: str) -> tuple[Filter, ...]:
        return tuple(item for item in self.filters if item.field == field and not item.exclude)

    def selected_values(self, field: str) -> set[str]:
        return {value for item in self.selected(field) for value in item.values}


def _gather_values(snapshot: IndexSnapshot, mask: Mask) -> HeldValues:
    documents = np.flatnonzero(mask)
    sizes = snapshot.facet_offsets[documents + 1] - snapshot.facet_offsets[documents]
    values = snapshot.facet_values[expand_ranges(snapshot.facet_offsets, documents)]
    holders = np.repeat(documents, sizes)
    known = values < len(snapshot.vocabulary.value_attribute)
    if not known.all():  # indexed a moment ago, with names this process has not read yet
        values, holders = values[known], holders[known]
    by_value = snapshot.vocabulary.value_attribute
    counts = np.bincount(values, minlength=len(by_value))
    present = np.flatnonzero(counts)
    return HeldValues(holders, by_value[values], values, counts, present, by_value[present])


def keep_selected(values: list[FacetValue], labels: Mapping[str, str]) -> list[FacetValue]:
    """What the shopper chose stays in sight when nothing is left of it, so that it can be taken back."""
    present = {value.key for value in values}
    return values + [FacetValue(key, label, 0, True) for key, label in sorted(labels.items()) if key not in present]


def make_value_facet(
    field: str, label: str, values: list[FacetValue], *, kind: Literal["value", "category"] = "value"
) -> Facet | None:
    if not values:
        return None
    ranked = sorted(values, key=lambda value: (not value.selected, -value.count, value.label))[:MAX_VALUES]
    return Facet(field, label, kind, tuple(ranked))
