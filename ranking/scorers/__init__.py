"""The scorers by name: one file, one number. A name used twice is refused at start."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranking.retrieval.pool import Pool
from ranking.retrieval.snapshot import IndexSnapshot


@dataclass(frozen=True, slots=True)
class Scoring:
    """What a scorer may read: the candidates' ordinals and everything known of them."""

    snapshot: IndexSnapshot
    pool: Pool
    ordinals: NDArray[np.int64]
    now: datetime
    parameters: Any


Scorer = Callable[[Scoring], NDArray[np.float32]]


def collect_scorers(modules: list[ModuleType]) -> dict[str, Scorer]:
    scorers: dict[str, Scorer] = {}
    for module in modules:
        if module.NAME in scorers:
            raise ValueError(f"two scorers are called {module.NAME}; rename one in {module.__name__}")
        scorers[module.NAME] = module.score
    return scorers
