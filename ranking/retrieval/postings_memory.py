"""Posting lists this process has read before: frequent words are asked for again, and segments never change."""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence

PostingRow = tuple[str, int, bytes, bytes, bytes]
# A word of 300,000 products is 2 MB; with a million products reading it takes about 4 ms of the database and as much
# of this process, each time.
MOST_BYTES = 128 * 1024 * 1024
_ROW_BYTES = 400  # what a row costs beside its bytes


class PostingsMemory:
    """Rows by term, the longest unused forgotten first; all of them when the live segments change."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._segments: tuple[int, ...] = ()
        self._rows: OrderedDict[str, tuple[PostingRow, ...]] = OrderedDict()
        self._bytes = 0

    def find(self, segment_ids: Sequence[int], terms: Iterable[str]) -> tuple[list[PostingRow], list[str]]:
        """The known rows of these terms in these segments, and the terms that must be read."""
        rows: list[PostingRow] = []
        missing: list[str] = []
        with self._lock:
            known = self._rows if self._segments == tuple(segment_ids) else {}
            for term in terms:
                if term in known:
                    self._rows.move_to_end(term)
                    rows.extend(known[term])
                else:
                    missing.append(term)
        return rows, missing

    def keep(self, segment_ids: Sequence[int], terms: Iterable[str], rows: Iterable[PostingRow]) -> None:
        """All rows of these terms, as they were just read; a term without rows is remembered as such."""
        by_term: dict[str, list[PostingRow]] = {term: [] for term in terms}
        for row in rows:
            by_term[row[0]].append(row)
        with self._lock:
            if self._segments != tuple(segment_ids):
                self._rows.clear()
                self._segments, self._bytes = tuple(segment_ids), 0
            for term, own in by_term.items():
                if term not in self._rows:
                    self._rows[term] = tuple(own)
                    self._bytes += _size(own)
            while self._bytes > self._most_bytes and self._rows:
                self._bytes -= _size(self._rows.popitem(last=False)[1])

    def forget(self) -> None:
        with self._lock:
            self._rows.clear()
            self._segments, self._bytes = (), 0


def _size(rows: Iterable[PostingRow]) -> int:
    return _ROW_BYTES + sum(_ROW_BYTES + len(row[2]) + len(row[3]) + len(row[4]) for row in rows)


# One a process: segment ids are never used again, so another database's rows would need the same ids to be mistaken.
memory = PostingsMemory()
forget_postings = memory.forget
