"""Offers of the same thing shown as one: which rows of an order stay, and what each of them stands for.

Two products are offers of the same thing when title and brand have the same words (catalog.postings.title_key), and
brand and attribute values are the same: a kettle in another colour is another kettle. Counting follows the same rule: a
facet value counts groups that hold it, not products, so a click on it returns exactly that many rows
(docs/adr/0007-facet-truth.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ranking.retrieval.held_values import held_values
from ranking.retrieval.snapshot import IndexSnapshot

Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]
ALONE = -1


@dataclass(frozen=True, slots=True)
class Collapsed:
    """`rows` int64[m]: the rows that stay, in their order; `hidden`: by ordinal how many offers it stands for beside
    itself (only where there are any).
    """

    rows: Integers
    hidden: Mapping[int, int] = field(default_factory=dict)


def offer_groups(snapshot: IndexSnapshot) -> Integers:
    """By ordinal int64[N] the number of its group; ALONE where no living product is an offer of the same thing."""
    return snapshot.remember(("offer groups",), lambda: _group_offers(snapshot))


def _group_offers(snapshot: IndexSnapshot) -> Integers:
    """Once a snapshot; attribute values are compared only where title and brand are the same."""
    groups = np.full(len(snapshot.product_ids), ALONE, np.int64)
    titled = np.flatnonzero(snapshot.live & (snapshot.title_keys != 0))
    if not len(titled):
        return groups
    alike = _number_pairs(snapshot.title_keys[titled], snapshot.brand[titled])
    titled, alike = titled[alike != ALONE], alike[alike != ALONE]
    groups[titled] = _number_pairs(alike, _digest_values(snapshot, titled))
    return groups


def _number_pairs(first: Integers, second: Integers) -> Integers:
    """Of parallel arrays the number of each pair; ALONE where a pair comes once."""
    order = np.lexsort((second, first))
    number = np.cumsum(_mark_starts(first[order], second[order])) - 1
    shared = np.bincount(number)[number] > 1 if len(number) else np.empty(0, bool)
    groups = np.full(len(first), ALONE, np.int64)
    groups[order[shared]] = number[shared]
    return groups


def _digest_values(snapshot: IndexSnapshot, ordinals: Integers) -> Integers:
    """int64[n], equal for equal sets of attribute values: the sum of the values' mixed bits (splitmix64)."""
    held = held_values(snapshot, ordinals)
    bits = held.values.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    digests = np.zeros(held.count, np.uint64)
    np.add.at(digests, held.rows, bits ^ (bits >> np.uint64(27)))
    return digests.view(np.int64)


def keep_one(groups: Integers, values: Integers, pinned: Mask | None = None) -> Mask:
    """Which rows stay when each group keeps one row a value: the pinned ones, or else the first.

    All are parallel [n]; a row that is ALONE always stays.
    """
    keep = np.ones(len(groups), bool)
    shared = np.flatnonzero(groups != ALONE)
    if len(shared):
        keep[shared] = _keep_one(groups[shared], values[shared], None if pinned is None else pinned[shared])
    return keep


def _keep_one(groups: Integers, values: Integers, pinned: Mask | None) -> Mask:
    # Stable: the first row of each leads, a pinned one before it.
    order = np.lexsort((values, groups) if pinned is None else (~pinned, values, groups))
    keep = np.empty(len(groups), bool)
    keep[order] = _mark_starts(groups[order], values[order])
    return keep if pinned is None else keep | pinned


def groups_without(snapshot: IndexSnapshot, beside: Sequence[int]) -> Integers:
    """The groups, where these products are in none: they are shown beside the other offers of the same thing."""
    groups = offer_groups(snapshot)
    if beside:
        groups = groups.copy()
        groups[list(beside)] = ALONE
    return groups


def collapse_offers(
    ordinals: Integers, snapshot: IndexSnapshot, *, pinned: Sequence[int] = (), beside: Sequence[int] = ()
) -> Collapsed:
    """One row a group of an order of ordinals int64[n]: the best placed one; what is pinned stays and stands for its
    group, also a product that a pin is about to bring in from outside the order. What stands `beside` is in no group.
    """
    present = np.arange(len(ordinals))
    of = groups_without(snapshot, beside)
    rows = np.flatnonzero(of[ordinals] != ALONE)
    if not len(rows):
        return Collapsed(present)
    known = ordinals[rows]
    if len(pinned):
        known = np.concatenate([known, np.setdiff1d(np.array(pinned, np.int64), ordinals)])
    held = np.isin(known, np.array(pinned, np.int64)) if len(pinned) else None
    keep = keep_one(of[known], np.zeros(len(known), np.int64), held)
    gone = np.zeros(len(ordinals), bool)
    gone[rows[~keep[: len(rows)]]] = True
    return Collapsed(present[~gone], _count_hidden(known, of[known], keep))


def _count_hidden(ordinals: Integers, groups: Integers, keep: Mask) -> dict[int, int]:
    """Of two pinned offers of one group the one placed better before speaks for those that are not shown."""
    gone, counts = np.unique(groups[~keep], return_counts=True)
    speakers = np.flatnonzero(keep & np.isin(groups, gone))
    _, first = np.unique(groups[speakers], return_index=True)
    return dict(zip(ordinals[speakers[first]].tolist(), counts.tolist(), strict=True))


def _mark_starts(first: Integers, second: Integers) -> Mask:
    """Of two sorted parallel arrays where a new pair begins."""
    starts = np.ones(len(first), bool)
    starts[1:] = (first[1:] != first[:-1]) | (second[1:] != second[:-1])
    return starts
