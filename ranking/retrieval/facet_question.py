"""What a facet is asked about: the candidates, the shopper's filters, and the values the candidates hold."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from catalog.postings import expand_ranges
from ranking.contracts import Facet, FacetValue, Filter
from ranking.retrieval.duplicates import ALONE, keep_one
from ranking.retrieval.filters import Mask, filter_mask
from ranking.retrieval.snapshot import IndexSnapshot

MAX_VALUES = 60
# Documents whose values are read at a time: what a read makes stays in the processor's cache. Of 300,000 documents the
# values are counted in 21 ms so, in 57 ms at once.
_AT_A_TIME = 16_384


@dataclass(frozen=True, slots=True)
class HeldValues:
    """How many rows of a list hold each attribute value: `documents` int64 ascending, `counts` by value id.

    `repeated`, by value id, are the documents not counted, because another offer of the same thing counts for them.
    """

    snapshot: IndexSnapshot
    documents: NDArray[np.int64]
    counts: NDArray[np.int64]
    repeated: NDArray[np.int64]
    present: NDArray[np.int64]  # the value ids anybody holds, and whose they are
    present_owners: NDArray[np.int32]

    def values_of(self, attribute_id: int) -> NDArray[np.int64]:
        return self.present[self.present_owners == attribute_id]

    def count_owners(self) -> NDArray[np.int64]:
        """Values held by attribute id, a document with two of an attribute counted twice."""
        owners = np.bincount(self.present_owners, weights=self.counts[self.present], minlength=1)
        return owners.astype(np.int64)

    def pairs_of(self, attribute_id: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """(document, value id) of one attribute, document by document."""
        return read_pairs(self.snapshot, self.documents, attribute_id)


@dataclass(frozen=True, slots=True)
class LimitedPin:
    """A product that a pin brings in for one variant of it: it shows where that variant `passes` the shopper's filters,
    and counts for none of the `denied` values, which only other variants have. `key` tells it from others.
    """

    ordinal: int
    passes: Callable[[Sequence[Filter]], bool]
    denied: NDArray[np.int64]
    key: Hashable


@dataclass(frozen=True, slots=True)
class FacetQuestion:
    """What to count: candidates before the shopper's filters, the filters, and who reads the labels.

    With `groups` (duplicates.offer_groups) offers of the same thing count once a value, as the list shows them; each
    one that is `pinned` counts, as a pin is always shown. Those `beside` are in no group.
    """

    snapshot: IndexSnapshot
    candidates: Mask
    filters: tuple[Filter, ...]
    fields: tuple[str, ...] | None
    locale: str
    now: datetime
    category: str = ""
    groups: NDArray[np.int64] | None = None
    pinned: tuple[int, ...] = ()
    beside: tuple[int, ...] = ()
    limited: tuple[LimitedPin, ...] = ()
    _masks: dict[tuple[Filter, ...], Mask] = field(default_factory=dict)
    _documents: dict[tuple[Filter, ...], NDArray[np.int64]] = field(default_factory=dict)
    _offers: dict[tuple[Filter, ...], NDArray[np.int64]] = field(default_factory=dict)
    _held: dict[tuple[Filter, ...], HeldValues] = field(default_factory=dict)

    def mask_without(self, name: str) -> Mask:
        others = self._others(name)
        if others not in self._masks:
            passed = filter_mask(self.snapshot, others, now=self.now) if others else None
            mask = self.candidates if passed is None else self.candidates & passed
            refused = [pin.ordinal for pin in self.limited if not pin.passes(others)]
            if refused:
                mask = mask.copy()
                mask[refused] = False
            self._masks[others] = mask
        return self._masks[others]

    def documents_without(self, name: str) -> NDArray[np.int64]:
        """The same as ordinals: reading a column by them is much faster than by a mask."""
        others = self._others(name)
        if others not in self._documents:
            self._documents[others] = np.flatnonzero(self.mask_without(name))
        return self._documents[others]

    def held_without(self, name: str) -> HeldValues:
        others = self._others(name)
        if others not in self._held:
            self._held[others] = _gather_values(self, name)
        return self._held[others]

    def offers_without(self, name: str) -> NDArray[np.int64]:
        """Rows of `documents_without` that are one of several offers of a thing: only among them anything repeats."""
        others = self._others(name)
        if others not in self._offers:
            of = None if self.groups is None else self.groups[self.documents_without(name)]
            self._offers[others] = np.empty(0, np.int64) if of is None else np.flatnonzero(of != ALONE)
        return self._offers[others]

    def mark_repeats(self, documents: NDArray[np.int64], values: NDArray[np.integer]) -> Mask:
        """Of (document, value) rows of such offers those that another offer of the same thing counts for."""
        if self.groups is None or not len(documents):
            return np.zeros(len(documents), bool)
        pinned = np.isin(documents, self.pinned) if self.pinned else None
        return ~keep_one(self.groups[documents], values.astype(np.int64), pinned)

    def count(self, name: str, passing: Mask | None = None) -> int:
        """How many rows of a list `documents_without` are, or those of them that are `passing`."""
        documents, offers = self.documents_without(name), self.offers_without(name)
        found = len(documents) if passing is None else int(np.count_nonzero(passing))
        offers = documents[offers if passing is None else offers[passing[offers]]]
        return found - int(self.mark_repeats(offers, np.zeros(len(offers), np.int64)).sum())

    def _others(self, name: str) -> tuple[Filter, ...]:
        return tuple(item for item in self.filters if item.field != name)

    def selected(self, field: str) -> tuple[Filter, ...]:
        return tuple(item for item in self.filters if item.field == field and not item.exclude)

    def selected_values(self, field: str) -> set[str]:
        return {value for item in self.selected(field) for value in item.values}


def read_pairs(
    snapshot: IndexSnapshot, documents: NDArray[np.int64], attribute_id: int
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """(document, value id) of one attribute of these documents, document by document."""
    is_own = snapshot.vocabulary.value_attribute == attribute_id
    found = [
        (rows[own], values[own])
        for rows, values in _read_values(snapshot, documents)
        for own in (np.flatnonzero(is_own[values]),)
    ]
    empty = (np.empty(0, np.int64), np.empty(0, np.int32))
    holders, values = zip(*found, strict=True) if found else ((empty[0],), (empty[1],))
    return np.concatenate(holders), np.concatenate(values)


def _gather_values(question: FacetQuestion, name: str) -> HeldValues:
    snapshot, documents = question.snapshot, question.documents_without(name)
    by_value = snapshot.vocabulary.value_attribute
    counts = np.zeros(len(by_value), np.int64)
    for _, values in _read_values(snapshot, documents, with_holders=False):
        counts += np.bincount(values, minlength=len(by_value))
    repeated = np.zeros(len(by_value), np.int64)
    for holders, values in _read_values(snapshot, documents[question.offers_without(name)], all_at_once=True):
        repeated += np.bincount(values[question.mark_repeats(holders, values)], minlength=len(by_value))
    counts -= repeated
    for pin in question.limited:
        if question.mask_without(name)[pin.ordinal]:
            counts[pin.denied] -= 1
    present = np.flatnonzero(counts)
    return HeldValues(snapshot, documents, counts, repeated, present, by_value[present])


def _read_values(
    snapshot: IndexSnapshot,
    documents: NDArray[np.int64],
    *,
    with_holders: bool = True,
    all_at_once: bool = False,
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int32]]]:
    """Holders and values of these documents, a part of them at a time, or `all_at_once`; without `with_holders` only
    the values.
    """
    offsets, known = snapshot.facet_offsets, len(snapshot.vocabulary.value_attribute)
    nobody = np.empty(0, np.int64)
    step = max(len(documents), 1) if all_at_once else _AT_A_TIME
    for start in range(0, len(documents), step):
        part = documents[start : start + step]
        values = snapshot.facet_values[expand_ranges(offsets, part)]
        holders = np.repeat(part, offsets[part + 1] - offsets[part]) if with_holders else nobody
        fresh = values >= known
        if fresh.any():  # indexed a moment ago, with names this process has not read yet
            values, holders = values[~fresh], holders[~fresh] if with_holders else nobody
        yield holders, values


def keep_selected(values: list[FacetValue], labels: Mapping[str, str]) -> list[FacetValue]:
    """What the shopper chose stays in sight when nothing is left of it, so that it can be taken back."""
    present = {value.key for value in values}
    return values + [FacetValue(key, label, 0, True) for key, label in sorted(labels.items()) if key not in present]


def least_shown(counts: Sequence[int]) -> int:
    """The count of the last value that fits a facet: rarer ones need no label."""
    return sorted(counts, reverse=True)[MAX_VALUES - 1] if len(counts) > MAX_VALUES else 0


def make_value_facet(
    field: str, label: str, values: list[FacetValue], *, kind: Literal["value", "category"] = "value"
) -> Facet | None:
    if not values:
        return None
    ranked = sorted(values, key=lambda value: (not value.selected, -value.count, value.label))[:MAX_VALUES]
    return Facet(field, label, kind, tuple(ranked))
