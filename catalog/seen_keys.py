"""Remembers which keys a file has had and in which row, in 12 bytes a key, so a million rows need 12 MB."""

import numpy as np

# Recent keys wait in a dict and are merged into the sorted arrays in one go.
_RECENT = 32_768


class SeenKeys:
    """Keys are kept as 64-bit hashes: among a million, two different ones meet with a chance of 1 to 37 million."""

    def __init__(self) -> None:
        self._recent: dict[int, int] = {}
        # Sorted runs, each larger than the next: few of them, and every key is merged a logarithmic number of times.
        self._runs: list[tuple[np.ndarray, np.ndarray]] = []

    def add(self, key: str, row_number: int) -> None:
        self._recent.setdefault(hash(key), row_number)
        if len(self._recent) >= _RECENT:
            self._flush()

    def find(self, key: str) -> int | None:
        """The row in which the key was added, None when it was not."""
        hashed = hash(key)
        found = self._recent.get(hashed)
        if found is not None:
            return found
        for hashes, rows in self._runs:
            place = int(np.searchsorted(hashes, hashed))
            if place < len(hashes) and hashes[place] == hashed:
                return int(rows[place])
        return None

    def __contains__(self, key: str) -> bool:
        return self.find(key) is not None

    def _flush(self) -> None:
        hashes = np.fromiter(self._recent.keys(), np.int64, len(self._recent))
        rows = np.fromiter((min(row, 2**32 - 1) for row in self._recent.values()), np.uint32, len(self._recent))
        self._recent = {}
        order = np.argsort(hashes)
        run = (hashes[order], rows[order])
        while self._runs and len(self._runs[-1][0]) <= 2 * len(run[0]):
            older = self._runs.pop()
            joined = np.concatenate((older[0], run[0]))
            order = np.argsort(joined, kind="stable")
            run = (joined[order], np.concatenate((older[1], run[1]))[order])
        self._runs.append(run)
