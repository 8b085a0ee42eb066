"""Building and merging index segments: documents to posting lists, pure numpy, no database.

Frequencies are those of BM25F with a length norm of its own for every field (Zaragoza et al. 2004), kept as float16.
A field's norm compares with a fixed usual length, so a product's postings never depend on other products.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from catalog.documents import ProductDocument
from catalog.text import analyse_with_length


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
MAX_TERM_CHARACTERS = 100
Blob = bytes | memoryview


@dataclass(frozen=True, slots=True)
class SegmentArrays:
    """What a segment keeps by ordinal; see catalog.models.Segment for the types."""

    product_ids: NDArray[np.int64]
    facet_offsets: NDArray[np.int32]
    facet_values: NDArray[np.int32]

    @classmethod
    def from_bytes(cls, product_ids: Blob, offsets: Blob, values: Blob) -> "SegmentArrays":
        return cls(
            np.frombuffer(product_ids, "<i8"),
            np.frombuffer(offsets, "<i4"),
            np.frombuffer(values, "<i4"),
        )

    def to_bytes(self) -> tuple[bytes, bytes, bytes]:
        return (
            self.product_ids.astype("<i8").tobytes(),
            self.facet_offsets.astype("<i4").tobytes(),
            self.facet_values.astype("<i4").tobytes(),
        )


@dataclass(frozen=True, slots=True)
class BuiltSegment:
    """A segment not yet stored: its arrays and (term, ordinals, frequencies) in term order."""

    arrays: SegmentArrays
    postings: Iterable[tuple[str, bytes, bytes]]


@dataclass(frozen=True, slots=True)
class MergePart:
    """A stored segment to merge: `alive` are the ordinals still pointed to, `rows` its postings in any order."""

    segment_id: int
    arrays: SegmentArrays
    alive: NDArray[np.int32]
    rows: Iterable[tuple[str, Blob, Blob]]


def build_segment(documents: Sequence[ProductDocument]) -> BuiltSegment:
    inverted: dict[str, tuple[list[int], list[float]]] = {}
    for ordinal, document in enumerate(documents):
        for term, frequency in weigh_terms(document.fields).items():
            ordinals, weights = inverted.setdefault(term, ([], []))
            ordinals.append(ordinal)
            weights.append(frequency)
    offsets, values = _facet_arrays(documents)
    ids = np.array([document.product_id for document in documents], np.int64)
    return BuiltSegment(SegmentArrays(ids, offsets, values), _encode(inverted))


def weigh_terms(fields: Mapping[str, str]) -> dict[str, float]:
    """BM25F's frequency of every term of a document: Σ over fields of weight · count / length norm."""
    weights: dict[str, float] = {}
    for field, text in fields.items():
        shape = FIELD_SHAPES[field]
        terms, length = analyse_with_length(text)
        factor = shape.weight / (1 - shape.b + shape.b * length / shape.usual_length)
        for term, count in Counter(terms).items():
            if len(term) <= MAX_TERM_CHARACTERS:
                weights[term] = weights.get(term, 0.0) + factor * count
    return weights


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
    merged: dict[str, tuple[list[NDArray[np.int32]], list[NDArray[np.float16]]]] = {}
    for part, remap in zip(parts, remaps, strict=True):
        _merge_rows(part.rows, remap, merged)
    arrays = _concatenate([(part.arrays, np.sort(part.alive)) for part in parts])
    rows = (
        (term, np.concatenate(ordinals).tobytes(), np.concatenate(frequencies).tobytes())
        for term, (ordinals, frequencies) in sorted(merged.items())
    )
    columns = tuple(np.concatenate(column) for column in zip(*moved, strict=True))
    return BuiltSegment(arrays, rows), columns


def _merge_rows(
    rows: Iterable[tuple[str, Blob, Blob]],
    remap: NDArray[np.int32],
    merged: dict[str, tuple[list[NDArray[np.int32]], list[NDArray[np.float16]]]],
) -> None:
    for term, ordinals, frequencies in rows:
        fresh = remap[np.frombuffer(ordinals, "<i4")]
        keep = fresh >= 0
        if keep.any():
            kept_ordinals, kept_frequencies = merged.setdefault(term, ([], []))
            kept_ordinals.append(fresh[keep])
            kept_frequencies.append(np.frombuffer(frequencies, "<f2")[keep])


def _concatenate(parts: Sequence[tuple[SegmentArrays, NDArray[np.int32]]]) -> SegmentArrays:
    sizes = [np.diff(arrays.facet_offsets)[alive] for arrays, alive in parts]
    values = [arrays.facet_values[expand_ranges(arrays.facet_offsets, alive)] for arrays, alive in parts]
    return SegmentArrays(
        np.concatenate([arrays.product_ids[alive] for arrays, alive in parts]),
        np.concatenate([[0], np.cumsum(np.concatenate(sizes))]).astype(np.int32),
        np.concatenate(values),
    )


def expand_ranges(offsets: NDArray[np.integer], rows: NDArray[np.integer]) -> NDArray[np.int64]:
    """Indexes into the values of a compressed-row matrix for these rows, in row order."""
    starts = offsets[rows].astype(np.int64)
    sizes = offsets[rows + 1] - starts
    ends = np.cumsum(sizes)
    if not len(ends):
        return np.empty(0, np.int64)
    return np.arange(ends[-1]) + np.repeat(starts - (ends - sizes), sizes)


def _encode(inverted: Mapping[str, tuple[list[int], list[float]]]) -> Iterator[tuple[str, bytes, bytes]]:
    for term in sorted(inverted):
        ordinals, weights = inverted[term]
        yield term, np.array(ordinals, "<i4").tobytes(), np.array(weights, "<f2").tobytes()


def _facet_arrays(documents: Sequence[ProductDocument]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    rows = [sorted({entry.value_id for entry in document.facets}) for document in documents]
    offsets = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int32)
    return offsets, np.array([value for row in rows for value in row], np.int32)
