"""The scorers by name: one file, one number. A name used twice is refused at start."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranking.contracts import Understanding
from ranking.retrieval.pool import Pool
from ranking.retrieval.snapshot import IndexSnapshot
from ranking.retrieval.value_vectors import ValueVectors


@dataclass(frozen=True, slots=True)
class Scoring:
    """What a scorer may read: the candidates' ordinals and everything known of them.

    `parts` are the numbers of the scorers that ran before; only what learns from them (ltr) reads them.
    """

    snapshot: IndexSnapshot
    pool: Pool
    ordinals: NDArray[np.int64]
    now: datetime
    parameters: Any
    understanding: Understanding | None = None
    query_vector: NDArray[np.float32] | None = None
    value_vectors: ValueVectors | None = None
    parts: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)


Scorer = Callable[[Scoring], NDArray[np.float32]]


def collect_scorers(modules: list[ModuleType]) -> dict[str, Scorer]:
    scorers: dict[str, Scorer] = {}
    for module in modules:
        if module.NAME in scorers:
            raise ValueError(f"two scorers are called {module.NAME}; rename one in {module.__name__}")
        scorers[module.NAME] = module.score
    return scorers
