"""The catalog's columns in this process: what filters, facets and scorers read, kept equal to the database.

Each search compares the "index" version and, when it moved, fetches only rows that are newer. Arrays are replaced,
never changed in place, so a search under way keeps a consistent picture (copy-on-write).
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from catalog.postings import SegmentArrays
from ranking.retrieval import index_reader
from ranking.retrieval.vocabulary import Vocabulary, current_vocabulary

# Filter masks of a million products take a megabyte each.
_MEMORY_SIZE = 256
T = TypeVar("T")


@dataclass(frozen=True)
class IndexSnapshot:
    """All documents of all live segments; arrays are parallel, positions are called ordinals.

    Prices are minor units (-1 none), times are seconds since the epoch (sale bounds: 0 and 2**62 when open).
    A dead ordinal (deleted, archived, or indexed again elsewhere) has `live` False.
    """

    version: int
    segments: tuple[tuple[int, int, int], ...]  # (segment id, first ordinal, count)
    product_ids: NDArray[np.int64]
    facet_offsets: NDArray[np.int64]
    facet_values: NDArray[np.int32]
    title_keys: NDArray[np.int64]
    columns: Mapping[str, NDArray[Any]]
    vocabulary: Vocabulary
    _sorted_ids: NDArray[np.int64]
    _sorted_ordinals: NDArray[np.int64]
    _memory: dict[Any, Any] = field(default_factory=dict)

    @property
    def versions(self) -> tuple[int, int]:
        return self.version, self.vocabulary.version

    @property
    def live(self) -> NDArray[np.bool_]:
        return self.columns["live"]

    @property
    def in_stock(self) -> NDArray[np.bool_]:
        return self.columns["in_stock"]

    @property
    def category(self) -> NDArray[np.int64]:
        return self.columns["category_id"]

    @property
    def brand(self) -> NDArray[np.int64]:
        return self.columns["brand_id"]

    @property
    def document_count(self) -> int:
        return max(int(self._sorted_ids.size), 1)

    def price_epoch(self, now: datetime) -> int:
        """How many sales have begun or ended by now: while it is the same, no price changes."""
        bounds = self.remember(("sale bounds",), self._sale_bounds)
        return int(np.searchsorted(bounds, now.timestamp(), side="right"))

    def _sale_bounds(self) -> NDArray[np.float64]:
        on_offer = self.columns["sale_price"] >= 0
        return np.unique(np.concatenate([self.columns[name][on_offer] for name in ("sale_from", "sale_until")]))

    def on_sale(self, now: datetime) -> NDArray[np.bool_]:
        columns, second = self.columns, now.timestamp()
        return self.remember(
            ("on sale", self.price_epoch(now)),
            lambda: (columns["sale_price"] >= 0) & (columns["sale_from"] <= second) & (second < columns["sale_until"]),
        )

    def effective_price(self, now: datetime) -> NDArray[np.int64]:
        """Minor units at this moment: the sale price inside its window, else the price. Read only."""
        return self.remember(
            ("price", self.price_epoch(now)),
            lambda: np.where(self.on_sale(now), self.columns["sale_price"], self.columns["price"]),
        )

    def ordinals(self, product_ids: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
        """Where these products stand; -1 for those not in the index."""
        wanted = np.asarray(product_ids, np.int64)
        if not len(self._sorted_ids):
            return np.full(len(wanted), -1, np.int64)
        at = np.minimum(np.searchsorted(self._sorted_ids, wanted), len(self._sorted_ids) - 1)
        return np.where(self._sorted_ids[at] == wanted, self._sorted_ordinals[at], -1)

    def remember(self, key: Any, build: Callable[[], T]) -> T:
        """What depends on this snapshot alone is computed once; the memory dies with the snapshot."""
        found = self._memory.get(key)
        if found is None:
            if len(self._memory) >= _MEMORY_SIZE:
                self._memory.clear()
            found = self._memory[key] = build()
        return found


_lock = threading.Lock()
_current: IndexSnapshot | None = None


def current_snapshot(*, index_version: int, vocabulary_version: int) -> IndexSnapshot:
    """The snapshot at these live versions or newer; loads what is missing, once per process."""
    global _current  # noqa: PLW0603 - one snapshot a process is the point
    snapshot = _current
    if snapshot is not None and snapshot.versions == (index_version, vocabulary_version):
        return snapshot
    with _lock:
        vocabulary = current_vocabulary(vocabulary_version)
        if _current is None or _current.version != index_version:
            _current = _load(_current, vocabulary)
        if _current.vocabulary is not vocabulary:
            _current = replace(_current, vocabulary=vocabulary, _memory={})
        return _current


def forget_snapshot() -> None:
    """Drop what this process holds (tests that truncate tables, and after a fork)."""
    global _current  # noqa: PLW0603
    with _lock:
        _current = None


def _load(known: IndexSnapshot | None, vocabulary: Vocabulary) -> IndexSnapshot:
    with index_reader.consistent_read() as cursor:
        version = index_reader.read_version(cursor, "index")
        segment_ids = index_reader.read_segment_ids(cursor)
        if known is None or version < known.version:
            return _build(cursor, version, segment_ids, vocabulary)
        if set(segment_ids) == {segment_id for segment_id, _, _ in known.segments}:
            return _apply_changes(known, version, index_reader.read_documents(cursor, newer_than=known.version))
        return _build(cursor, version, segment_ids, vocabulary, known)


def _build(
    cursor: Any,
    version: int,
    segment_ids: Sequence[int],
    vocabulary: Vocabulary,
    known: IndexSnapshot | None = None,
) -> IndexSnapshot:
    """All arrays anew; immutable parts of segments already known are copied, not fetched."""
    held = _known_parts(known) if known else {}
    fetched = index_reader.read_segments(cursor, [id_ for id_ in segment_ids if id_ not in held])
    parts = [(id_, held.get(id_) or fetched[id_]) for id_ in segment_ids]
    first, segments = 0, []
    for id_, part in parts:
        segments.append((id_, first, len(part.product_ids)))
        first += len(part.product_ids)
    rows = index_reader.read_documents(cursor, newer_than=known.version if known else None)
    columns = {name: np.zeros(first, kind) for name, kind in index_reader.COLUMN_TYPES.items()}
    if known:
        _carry_columns(known, segments, columns)
    arrays = [part for _, part in parts]
    sizes = [np.diff(part.facet_offsets) for part in arrays]
    empty = IndexSnapshot(
        version=version,
        segments=tuple(segments),
        product_ids=_join([part.product_ids for part in arrays], np.int64),
        facet_offsets=np.concatenate([[0], np.cumsum(_join(sizes, np.int64))]),
        facet_values=_join([part.facet_values for part in arrays], np.int32),
        title_keys=_join([part.title_keys for part in arrays], np.int64),
        columns=columns,
        vocabulary=vocabulary,
        _sorted_ids=np.empty(0, np.int64),
        _sorted_ordinals=np.empty(0, np.int64),
    )
    return _apply_changes(_sort_ids(empty) if known else empty, version, rows)


def _carry_columns(
    known: IndexSnapshot, segments: Sequence[tuple[int, int, int]], columns: Mapping[str, NDArray[Any]]
) -> None:
    """What is known of the documents of segments that stay: a new segment must not mean reading a million rows."""
    starts = {id_: first for id_, first, _ in known.segments}
    for id_, first, count in segments:
        if id_ in starts:
            for name, column in columns.items():
                column[first : first + count] = known.columns[name][starts[id_] : starts[id_] + count]


def _apply_changes(known: IndexSnapshot, version: int, rows: NDArray[Any]) -> IndexSnapshot:
    columns = {name: array.copy() for name, array in known.columns.items()}
    before = known.ordinals(rows["product_id"])
    columns["live"][before[before >= 0]] = False
    at, rows = _locate(known, rows)
    for name in columns:
        columns[name][at] = rows[name]
    return _sort_ids(replace(known, version=version, columns=columns, _memory={}))


def _sort_ids(snapshot: IndexSnapshot) -> IndexSnapshot:
    indexed = np.flatnonzero(snapshot.live)
    order = np.argsort(snapshot.product_ids[indexed], kind="stable")
    return replace(snapshot, _sorted_ids=snapshot.product_ids[indexed][order], _sorted_ordinals=indexed[order])


def _locate(known: IndexSnapshot, rows: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Global ordinals of rows, and the rows that have one (a row may point into no segment, or a retired one)."""
    ids = np.array([id_ for id_, _, _ in known.segments], np.int64)
    starts = np.array([first for _, first, _ in known.segments], np.int64)
    if not len(ids) or not len(rows):
        return np.empty(0, np.int64), rows[:0]
    order = np.argsort(ids)
    at = np.minimum(np.searchsorted(ids, rows["segment_id"], sorter=order), len(ids) - 1)
    segment = order[at]
    found = ids[segment] == rows["segment_id"]
    return (starts[segment] + rows["ordinal"])[found], rows[found]


def _known_parts(known: IndexSnapshot) -> dict[int, SegmentArrays]:
    parts = {}
    for id_, first, count in known.segments:
        offsets = known.facet_offsets[first : first + count + 1]
        parts[id_] = SegmentArrays(
            known.product_ids[first : first + count],
            (offsets - offsets[0]).astype(np.int32),
            known.facet_values[offsets[0] : offsets[-1]],
            known.title_keys[first : first + count],
        )
    return parts


def _join(arrays: Sequence[NDArray[Any]], kind: Any) -> NDArray[Any]:
    return np.concatenate(arrays).astype(kind, copy=False) if arrays else np.empty(0, kind)
