"""Step 3: every candidate's parts, their blend Σ weight·part, and the order the shopper asked for."""

import numpy as np
from numpy.typing import NDArray

from ranking.contracts import Query, Ranked
from ranking.registry import LiveState
from ranking.retrieval.pool import Pool
from ranking.scorers import Scoring
from ranking.scorers.registry import SCORERS

# Without words only what does not depend on them can rank.
QUERY_PARTS = ("bm25", "dense")


def score(query: Query, live: LiveState, pool: Pool) -> Ranked:
    ordinals = np.flatnonzero(pool.chosen)
    scoring = Scoring(live.snapshot, pool, ordinals, query.now, live.config.parameters)
    names = [
        name
        for name, weight in live.config.weights.items()
        if weight and name in SCORERS and (query.normalised or name not in QUERY_PARTS)
    ]
    parts = {name: SCORERS[name](scoring) for name in names}
    blended = np.zeros(len(ordinals), np.float32)
    for name, part in parts.items():
        blended += np.float32(live.config.weights[name]) * part
    order = _order(query, live, ordinals, blended)
    return Ranked(ordinals[order], blended[order], {name: part[order] for name, part in parts.items()})


def _order(
    query: Query, live: LiveState, ordinals: NDArray[np.int64], blended: NDArray[np.float32]
) -> NDArray[np.int64]:
    """Ties end at the product id, so pages never overlap."""
    snapshot, sort = live.snapshot, query.request.sort
    ids = snapshot.product_ids[ordinals]
    columns = snapshot.columns
    if sort in ("price_asc", "price_desc"):
        prices = snapshot.effective_price(query.now)[ordinals]
        directed = prices if sort == "price_asc" else -prices
        return np.lexsort((ids, -blended, directed, prices < 0))
    keys = {"rating": "rating_average", "newest": "created_at", "popularity": "popularity"}
    if sort in keys:
        return np.lexsort((ids, -blended, -columns[keys[sort]][ordinals]))
    return np.lexsort((ids, -blended))
