"""Step 6: the decision ledger: what every step recorded, in one replayable account; nothing is computed again.

For every hit Σ weights[part]·parts[part] + Σ moves.points = score; pins give the position instead.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ranking.contracts import Hit, Page, Query, Ranked
from ranking.registry import LiveState
from ranking.retrieval.pool import Pool


def explain(query: Query, live: LiveState, pool: Pool, ranked: Ranked, page: Page) -> Mapping[str, Any]:
    return {
        "versions": dict(live.versions),
        "config": {
            "id": live.config.id,
            "name": live.config.name,
            "weights": dict(live.config.weights),
            "parameters": dict(live.config.parameters),
        },
        "query": {
            "normalised": query.normalised,
            "terms": list(query.terms),
            "language": query.language,
            "at": query.now.isoformat(),
            "understanding": asdict(query.understanding) if query.understanding else None,
        },
        "relaxations": [asdict(item) for item in pool.relaxations],
        "legs": {**pool.legs, "chosen": len(ranked.ordinals)},
        "encoder": live.generation.model if live.generation and query.vector is not None else None,
        "rules": [asdict(outcome) for outcome in ranked.outcomes],
        "notes": list(query.notes),
        "hits": [_explain_hit(hit, live) for hit in page.hits],
    }


def _explain_hit(hit: Hit, live: LiveState) -> dict[str, Any]:
    weights = live.config.weights
    shares = {name: weights[name] * value for name, value in hit.parts.items()}
    return {
        "sku": hit.product.sku,
        "position": hit.position,
        "score": hit.score,
        "parts": dict(hit.parts),
        "shares": shares,
        "moves": [asdict(move) for move in hit.moves],
    }
