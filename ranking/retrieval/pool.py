"""The candidate pool of one search: what both legs found, before and after the shopper's filters."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ranking.contracts import Relaxation, Understanding
from ranking.merchandising.targets import Removal
from ranking.retrieval.filters import Mask
from ranking.retrieval.window import Window


@dataclass(frozen=True, slots=True)
class Pool:
    """Arrays over all ordinals. `candidates`: found by a leg (or all, when browsing); `chosen`: and pass the shopper's
    filters; `allowed`: may be shown under the shopper's filters whether found or not (what a pin may bring in).
    `similarity` is the cosine, NaN where unknown; `dense_range` its lowest and highest value among the dense hits.
    `removal` is what hide and "show only" rules took away; `field_coverage` the share of the query's idf that each
    field of a document holds. `window` has the vectors of the best candidates; `cross` the scores of those that the
    cross-encoder read, NaN elsewhere. `understanding` is the query's, settled by what its words found. `strict` is how
    many products hold what was asked for before anything was let go, counted only where a rule waits to know.
    `is_virtual`: a rule alone says what the category page holds.
    """

    candidates: Mask
    chosen: Mask
    allowed: Mask
    bm25: NDArray[np.float32]
    similarity: NDArray[np.float32]
    dense_range: tuple[float, float]
    legs: Mapping[str, int]
    removal: Removal | None
    relaxations: tuple[Relaxation, ...] = ()
    field_coverage: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    window: Window | None = None
    cross: NDArray[np.float32] | None = None
    understanding: Understanding | None = None
    strict: int | None = None
    is_virtual: bool = False
