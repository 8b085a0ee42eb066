"""Building and merging index segments: documents to posting lists, pure numpy, no database.

Frequencies are those of BM25F with a length norm of its own for every field (Zaragoza et al. 2004), kept as float16.
A field's norm compares with a fixed usual length, so a product's postings never depend on other products.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from catalog.documents import ProductDocument
from catalog.text import analyse, analyse_with_length


@dataclass(frozen=True, slots=True)
class FieldShape:
    """How much a field's terms weigh, how strongly its length counts (b, 0..1), and how many terms it usually has."""

    weight: float
    b: float
    usual_length: float


# Tuned by cross-validation on judged queries: benchmarks/tune_fusion.py, docs/log.md.
FIELD_SHAPES: Mapping[str, FieldShape] = {
    "title": FieldShape(1.0, 0.75, 12),
    "brand": FieldShape(1.0, 0.0, 1),
    "category": FieldShape(1.0, 0.0, 2),
    "description": FieldShape(1.0, 0.85, 12),
    "attributes": FieldShape(0.25, 0.85, 50),
    "code": FieldShape(0.5, 0.75, 8),
}
# Bit of each field in a posting's field mask; an index made before there were masks reads as "all of them".
FIELD_BITS: Mapping[str, int] = {name: 1 << place for place, name in enumerate(FIELD_SHAPES)}
ALL_FIELDS = (1 << len(FIELD_SHAPES)) - 1
MAX_TERM_CHARACTERS = 100
# A field that says a word more often says it no better: on judged queries no worse, and stuffing buys nothing.
MAX_REPEATS = 2
Blob = bytes | memoryview
PostingRow = tuple[str, Blob, Blob, Blob]


# By term, column by column: ordinals, frequencies, field masks.
_Inverted = dict[str, tuple[list[int], list[float], bytearray]]
_Merged = dict[str, tuple[list[NDArray[np.int32]], list[NDArray[np.float16]], list[NDArray[np.uint8]]]]


@dataclass(frozen=True, slots=True)
class SegmentArrays:
    """What a segment keeps by ordinal; see catalog.models.Segment for the types."""

    product_ids: NDArray[np.int64]
    facet_offsets: NDArray[np.int32]
    facet_values: NDArray[np.int32]
    title_keys: NDArray[np.int64]

    @classmethod
    def from_bytes(cls, product_ids: Blob, offsets: Blob, values: Blob, title_keys: Blob) -> "SegmentArrays":
        ids = np.frombuffer(product_ids, "<i8")
        # An older segment has no title keys; its products are then nobody's duplicates.
        keys = np.frombuffer(title_keys, "<i8") if len(title_keys) else np.zeros(len(ids), np.int64)
        return cls(ids, np.frombuffer(offsets, "<i4"), np.frombuffer(values, "<i4"), keys)

    def to_bytes(self) -> tuple[bytes, bytes, bytes, bytes]:
        return (
            self.product_ids.astype("<i8").tobytes(),
            self.facet_offsets.astype("<i4").tobytes(),
            self.facet_values.astype("<i4").tobytes(),
            self.title_keys.astype("<i8").tobytes(),
        )


@dataclass(frozen=True, slots=True)
class BuiltSegment:
    """A segment not yet stored: its arrays and (term, ordinals, frequencies, field masks) in term order."""

    arrays: SegmentArrays
    postings: Iterable[tuple[str, bytes, bytes, bytes]]


@dataclass(frozen=True, slots=True)
class MergePart:
    """A stored segment to merge: `alive` are the ordinals still pointed to, `rows` its postings in any order."""

    segment_id: int
    arrays: SegmentArrays
    alive: NDArray[np.int32]
    rows: Iterable[PostingRow]


def build_segment(documents: Sequence[ProductDocument]) -> BuiltSegment:
    inverted: _Inverted = {}
    keys = np.zeros(len(documents), np.int64)
    for ordinal, document in enumerate(documents):
        for term, (frequency, mask) in weigh_terms(document.fields).items():
            ordinals, weights, masks = inverted.setdefault(term, ([], [], bytearray()))
            ordinals.append(ordinal)
            weights.append(frequency)
            masks.append(mask)
        keys[ordinal] = title_key(document.fields)
    offsets, values = _facet_arrays(documents)
    ids = np.array([document.product_id for document in documents], np.int64)
    return BuiltSegment(SegmentArrays(ids, offsets, values, keys), _encode(inverted))


def weigh_terms(fields: Mapping[str, str]) -> dict[str, tuple[float, int]]:
    """Of every term of a document BM25F's frequency, Σ over fields of weight · count / length norm, and its fields;
    a field counts a term MAX_REPEATS times at most."""
    weights: dict[str, tuple[float, int]] = {}
    for field, text in fields.items():
        shape, bit = FIELD_SHAPES[field], FIELD_BITS[field]
        terms, length = analyse_with_length(text)
        factor = shape.weight / (1 - shape.b + shape.b * length / shape.usual_length)
        for term, count in Counter(terms).items():
            if len(term) <= MAX_TERM_CHARACTERS:
                frequency, mask = weights.get(term, (0.0, 0))
                weights[term] = frequency + factor * min(count, MAX_REPEATS), mask | bit
    return weights


def title_key(fields: Mapping[str, str]) -> int:
    """Equal for offers of the same thing: the same words in title and brand, in any order; 0 without a title."""
    words = sorted(set(analyse(f"{fields.get('title', '')} {fields.get('brand', '')}")))
    if not words or not fields.get("title"):
        return 0
    digest = hashlib.blake2b("\0".join(words).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def merge_parts(parts: Sequence[MergePart]) -> tuple[BuiltSegment, tuple[NDArray[np.int64], ...]]:
    """One segment of the parts' living documents, and which (product, segment, ordinal) became which new ordinal."""
    moved: list[tuple[NDArray[np.int64], ...]] = []
    remaps: list[NDArray[np.int32]] = []
    base = 0
    for part in parts:
        alive = np.sort(part.alive)
        fresh = np.arange(base, base + len(alive), dtype=np.int32)
        remap = np.full(len(part.arrays.product_ids), -1, np.int32)
        remap[alive] = fresh
        remaps.append(remap)
        segment_ids = np.full(len(alive), part.segment_id, np.int64)
        moved.append((part.arrays.product_ids[alive], segment_ids, alive.astype(np.int64), fresh.astype(np.int64)))
        base += len(alive)
    merged: _Merged = {}
    for part, remap in zip(parts, remaps, strict=True):
        _merge_rows(part.rows, remap, merged)
    arrays = _concatenate([(part.arrays, np.sort(part.alive)) for part in parts])
    rows = (
        (term, np.concatenate(ordinals).tobytes(), np.concatenate(tf).tobytes(), np.concatenate(masks).tobytes())
        for term, (ordinals, tf, masks) in sorted(merged.items())
    )
    moves = tuple(np.concatenate(column) for column in zip(*moved, strict=True))
    return BuiltSegment(arrays, rows), moves


def _merge_rows(rows: Iterable[PostingRow], remap: NDArray[np.int32], merged: _Merged) -> None:
    for term, ordinals, frequencies, masks in rows:
        fresh = remap[np.frombuffer(ordinals, "<i4")]
        keep = fresh >= 0
        if keep.any():
            kept_ordinals, kept_frequencies, kept_masks = merged.setdefault(term, ([], [], []))
            kept_ordinals.append(fresh[keep])
            kept_frequencies.append(np.frombuffer(frequencies, "<f2")[keep])
            kept_masks.append(read_masks(masks, len(fresh))[keep])


def read_masks(masks: Blob, count: int) -> NDArray[np.uint8]:
    """One field mask (FIELD_BITS) a posting."""
    return np.frombuffer(masks, np.uint8) if len(masks) else np.full(count, ALL_FIELDS, np.uint8)


def _concatenate(parts: Sequence[tuple[SegmentArrays, NDArray[np.int32]]]) -> SegmentArrays:
    sizes = [np.diff(arrays.facet_offsets)[alive] for arrays, alive in parts]
    values = [arrays.facet_values[expand_ranges(arrays.facet_offsets, alive)] for arrays, alive in parts]
    return SegmentArrays(
        np.concatenate([arrays.product_ids[alive] for arrays, alive in parts]),
        np.concatenate([[0], np.cumsum(np.concatenate(sizes))]).astype(np.int32),
        np.concatenate(values),
        np.concatenate([arrays.title_keys[alive] for arrays, alive in parts]),
    )


def expand_ranges(offsets: NDArray[np.integer], rows: NDArray[np.integer]) -> NDArray[np.int64]:
    """Indexes into the values of a compressed-row matrix for these rows, in row order."""
    starts = offsets[rows].astype(np.int64)
    sizes = offsets[rows + 1] - starts
    ends = np.cumsum(sizes)
    if not len(ends):
        return np.empty(0, np.int64)
    return np.arange(ends[-1]) + np.repeat(starts - (ends - sizes), sizes)


def _encode(inverted: _Inverted) -> Iterator[tuple[str, bytes, bytes, bytes]]:
    for term in sorted(inverted):
        ordinals, weights, masks = inverted[term]
        yield term, np.array(ordinals, "<i4").tobytes(), np.array(weights, "<f2").tobytes(), bytes(masks)


def _facet_arrays(documents: Sequence[ProductDocument]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    rows = [sorted({entry.value_id for entry in document.facets}) for document in documents]
    offsets = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int32)
    return offsets, np.array([value for row in rows for value in row], np.int32)
