"""Everything that the scorers of one search may read, gathered once."""

import numpy as np
from numpy.typing import NDArray

from ranking.contracts import Query
from ranking.registry import LiveState
from ranking.retrieval.pool import Pool
from ranking.retrieval.value_vectors import current_value_vectors
from ranking.scorers import Scoring, intent_attention


def make_scoring(query: Query, live: LiveState, pool: Pool, ordinals: NDArray[np.int64]) -> Scoring:
    """Vectors of attribute values are opened only where the attention over them counts, or is to be explained."""
    attends = live.config.weights.get(intent_attention.NAME) or query.request.explain
    return Scoring(
        live.snapshot,
        pool,
        ordinals,
        query.now,
        live.config.parameters,
        understanding=pool.understanding,
        query_vector=query.vector,
        value_vectors=current_value_vectors(live.generation) if attends else None,
    )
