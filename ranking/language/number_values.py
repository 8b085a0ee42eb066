"""Which numbers the catalog's number attributes hold, counted by category: what a "55 inch" may be about.

One row per (attribute, value, category) with the products that have it; a question is two binary searches and a sum.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from catalog.units import dimension_of
from ranking.retrieval.snapshot import IndexSnapshot
from ranking.retrieval.vocabulary import AttributeNode

# 16 bytes a row. A catalog with more kinds of numbers than this is counted over all its categories together.
MAX_ROWS = 2_000_000


@dataclass(frozen=True)
class NumberValues:
    """`fields` are the number attributes with a unit; rows of fields[i] are starts[i]:starts[i + 1], by value.

    `values` float64 in the attribute's canonical unit, `categories` int32 ids (-1: none), `counts` int32.
    """

    fields: tuple[AttributeNode, ...]
    starts: NDArray[np.int64]
    values: NDArray[np.float64]
    categories: NDArray[np.int32]
    counts: NDArray[np.int32]

    @cached_property
    def by_dimension(self) -> Mapping[str, tuple[AttributeNode, ...]]:
        found: dict[str, tuple[AttributeNode, ...]] = {}
        for node in self.fields:
            dimension = dimension_of(node.unit) or ""
            found[dimension] = (*found.get(dimension, ()), node)
        return found

    @cached_property
    def places(self) -> Mapping[str, int]:
        return {node.key: place for place, node in enumerate(self.fields)}

    def count_documents(
        self, key: str, minimum: float | None, maximum: float | None, *, categories: Collection[int] | None = None
    ) -> int:
        """Products whose `key` is within the bounds (inclusive), in these categories only when they are given."""
        place = self.places.get(key)
        if place is None:
            return 0
        rows = slice(int(self.starts[place]), int(self.starts[place + 1]))
        values = self.values[rows]
        low = 0 if minimum is None else int(np.searchsorted(values, minimum, side="left"))
        high = len(values) if maximum is None else int(np.searchsorted(values, maximum, side="right"))
        if high <= low:
            return 0
        counts = self.counts[rows][low:high]
        if categories is not None:
            counts = counts[np.isin(self.categories[rows][low:high], list(categories))]
        return int(counts.sum())


def count_numbers(snapshot: IndexSnapshot, attributes: Iterable[AttributeNode]) -> NumberValues:
    """Counts every number of these attributes in the index, to three significant digits as index terms are."""
    fields = tuple(node for node in attributes if node.kind == "number" and dimension_of(node.unit))
    place_of = np.full(len(snapshot.vocabulary.value_attribute), -1, np.int64)
    owners = snapshot.vocabulary.value_attribute
    for number, node in enumerate(fields):
        place_of[owners == node.id] = number
    ids, documents = _held_values(snapshot, place_of >= 0)
    values, ranks = np.unique(_round(snapshot.vocabulary.value_number), return_inverse=True)
    categories, belongs = np.unique(snapshot.category[documents], return_inverse=True)
    # One integer a (field, value, category), so that one sort counts them: 0.5 s for five million.
    keys = (place_of[ids] * len(values) + ranks[ids]) * max(len(categories), 1) + belongs
    keys, counts = np.unique(keys, return_counts=True)
    if len(keys) > MAX_ROWS:
        keys, counts = _drop_categories(keys, counts, len(categories))
        categories = np.full(len(categories), -1, np.int64)
    rest, category = np.divmod(keys, max(len(categories), 1))
    place, rank = np.divmod(rest, max(len(values), 1))
    return NumberValues(
        fields=fields,
        starts=np.searchsorted(place, np.arange(len(fields) + 1)),
        values=values[rank],
        categories=categories[category].astype(np.int32),
        counts=counts.astype(np.int32),
    )


def _drop_categories(
    keys: NDArray[np.int64], counts: NDArray[np.int64], width: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    pairs, places = np.unique(keys // width, return_inverse=True)
    return pairs * width, np.bincount(places, counts).astype(np.int64)


def _round(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Three significant digits; zero and NaN stay."""
    known = np.isfinite(numbers) & (numbers != 0)
    power = np.where(known, 10.0 ** (np.floor(np.log10(np.abs(np.where(known, numbers, 1.0)))) - 2), 1.0)
    return np.where(known, np.round(numbers / power) * power, np.nan_to_num(numbers, nan=0.0, posinf=0.0, neginf=0.0))


def _held_values(snapshot: IndexSnapshot, wanted: NDArray[np.bool_]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The marked attribute value ids of living products, and the ordinal each stands at."""
    known = snapshot.facet_values < len(wanted)
    at = np.flatnonzero(known & wanted[np.where(known, snapshot.facet_values, 0)])
    documents = (np.searchsorted(snapshot.facet_offsets, at, side="right") - 1).astype(np.int32)
    alive = snapshot.live[documents]
    return snapshot.facet_values[at[alive]], documents[alive]
