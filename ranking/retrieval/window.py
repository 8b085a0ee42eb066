"""The vectors of the best candidates in this process: one round trip, then every similarity is a matrix product."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranking.retrieval.dense import LiveGeneration
from ranking.retrieval.snapshot import IndexSnapshot

# halfvec on the wire: int16 dimension, int16 unused, then big-endian numbers of two bytes.
_HEADER_BYTES = 4


@dataclass(frozen=True, slots=True)
class Window:
    """`ordinals` int64[m], ascending, and their vectors float32[m, d] of the live generation, of length 1."""

    ordinals: NDArray[np.int64]
    vectors: NDArray[np.float32]

    def similarity(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """Dot products float32[m] with a vector of the same space."""
        return self.vectors @ vector.astype(np.float32)

    def places(self, ordinals: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where these ordinals stand in the window; -1 for those outside it."""
        if not len(self.ordinals):
            return np.full(len(ordinals), -1, np.int64)
        at = np.minimum(np.searchsorted(self.ordinals, ordinals), len(self.ordinals) - 1)
        return np.where(self.ordinals[at] == ordinals, at, -1)


def window_statement(generation: LiveGeneration, product_ids: Sequence[int]) -> tuple[str, list[Any]]:
    """SQL for (product_id, vector in halfvec's wire form); run it with `binary=True`."""
    sql = (
        f"SELECT product_id, halfvec_send(vector::halfvec({generation.dimension})) FROM catalog_embedding "  # noqa: S608
        f"WHERE generation_id = {generation.id} AND product_id = ANY(%s)"
    )
    return sql, [list(product_ids)]


def read_window(rows: Sequence[tuple[int, bytes]], snapshot: IndexSnapshot) -> Window | None:
    """The rows of `window_statement`; None when no product of the index is among them."""
    if not rows:
        return None
    raw = b"".join(bytes(row[1])[_HEADER_BYTES:] for row in rows)
    vectors = np.frombuffer(raw, ">f2").astype(np.float32).reshape(len(rows), -1)
    ordinals = snapshot.ordinals(np.array([row[0] for row in rows], np.int64))
    known = np.flatnonzero(ordinals >= 0)
    order = known[np.argsort(ordinals[known])]
    return Window(ordinals[order], vectors[order]) if len(order) else None
