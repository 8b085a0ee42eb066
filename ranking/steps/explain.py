"""Step 6: the decision ledger: what every step recorded, in one replayable account; nothing is computed again.

For every hit Σ weights[part]·parts[part] + Σ moves.points = score; pins give the position instead. `evidence` names the
attribute values that answer the query best, where their vectors are made; it is looked up for the page's hits alone.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ranking.contracts import Hit, Page, Query, Ranked
from ranking.registry import LiveState
from ranking.retrieval.pool import Pool
from ranking.retrieval.vocabulary import value_labels
from ranking.scorers.gather import make_scoring
from ranking.scorers.intent_attention import matched_because_of


def explain(query: Query, live: LiveState, pool: Pool, ranked: Ranked, page: Page) -> Mapping[str, Any]:
    evidence = _find_evidence(query, live, pool, page)
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
            "understanding": asdict(pool.understanding) if pool.understanding else None,
        },
        "relaxations": [asdict(item) for item in pool.relaxations],
        "legs": {**pool.legs, "chosen": len(ranked.ordinals)},
        "duplicates": None if ranked.duplicates is None else sum(ranked.duplicates.values()),
        "encoder": live.generation.model if live.generation and query.vector is not None else None,
        "rules": [asdict(outcome) for outcome in ranked.outcomes],
        "groups": [
            {
                "title": group.title,
                "position": group.position,
                "rule_id": group.rule_id,
                "skus": [hit.product.sku for hit in group.hits],
            }
            for group in page.groups
        ],
        "notes": list(page.notes),
        "hits": [{**_explain_hit(hit, live), "evidence": evidence.get(hit.product_id, [])} for hit in page.hits],
    }


def _explain_hit(hit: Hit, live: LiveState) -> dict[str, Any]:
    weights = live.config.weights
    shares = {name: weights.get(name, 0.0) * value for name, value in hit.parts.items()}
    return {
        "sku": hit.product.sku,
        "position": hit.position,
        "score": hit.score,
        "parts": dict(hit.parts),
        "shares": shares,
        "moves": [asdict(move) for move in hit.moves],
        "duplicates": hit.duplicates,
    }


def _find_evidence(query: Query, live: LiveState, pool: Pool, page: Page) -> dict[int, list[dict[str, Any]]]:
    """By product id the attribute values that the query attends to most, and with which share of its attention."""
    ordinals = live.snapshot.ordinals([hit.product_id for hit in page.hits])
    found = matched_because_of(make_scoring(query, live, pool, ordinals[ordinals >= 0]))
    vocabulary = live.snapshot.vocabulary
    labels = value_labels(vocabulary, {value_id for matches in found.values() for value_id, _ in matches})
    ids = live.snapshot.product_ids
    return {
        int(ids[ordinal]): [
            {
                "attribute": vocabulary.attribute_by_id[int(vocabulary.value_attribute[value_id])].key,
                "value": labels[value_id][0],
                "attention": share,
            }
            for value_id, share in matches
        ]
        for ordinal, matches in found.items()
    }
