"""Step 3: every candidate's parts, their blend Σ weight·part, and the order the shopper asked for."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ranking.contracts import Query, Ranked
from ranking.diversity import diversify
from ranking.registry import LiveState
from ranking.reranker import get_reranker, text_of_product
from ranking.retrieval.ordering import order_by_score
from ranking.retrieval.pool import Pool
from ranking.retrieval.reading_texts import load_reading_texts
from ranking.scorers import Scoring, cross_encoder, ltr
from ranking.scorers.gather import make_scoring
from ranking.scorers.registry import NEED_WORDS, SCORERS

Parts = Mapping[str, NDArray[np.float32]]


def score(query: Query, live: LiveState, pool: Pool) -> Ranked:
    ordinals = np.flatnonzero(pool.chosen)
    wanted, model_note = list_parts(query, live)
    scoring = make_scoring(query, live, pool, ordinals)
    parts = _compute(scoring, [name for name in wanted if name not in (cross_encoder.NAME, ltr.NAME)])
    notes = [model_note] if model_note else []
    if cross_encoder.NAME in wanted:
        pool, read_notes = _read_best(query, live, pool, ordinals, _blend(live, parts, len(ordinals)))
        notes += read_notes
        parts |= _compute(replace(scoring, pool=pool), [cross_encoder.NAME])
    if ltr.NAME in wanted:
        parts |= _compute(replace(scoring, parts=parts), [ltr.NAME])
    blended = _blend(live, parts, len(ordinals))
    order = _order(query, live, ordinals, blended)
    order = order[_diversify(query, live, pool, ordinals[order], blended[order])]
    ranked_parts = {name: part[order] for name, part in parts.items()}
    return Ranked(ordinals[order], blended[order], ranked_parts, notes=tuple(notes))


def list_parts(query: Query, live: LiveState) -> tuple[list[str], str]:
    """Names of the parts to compute, in the order they run, and why learning to rank is off although it is weighed.

    The parts that a learned model was trained on are computed even where their own weight is 0.
    """
    weights = live.config.weights
    usable = [name for name in SCORERS if query.normalised or name not in NEED_WORDS]
    named = {name for name in usable if weights.get(name)}
    note = ""
    if ltr.NAME in named:
        model, note = ltr.current_model(usable)
        named = named | set(model.features) if model else named - {ltr.NAME}
    return [name for name in usable if name in named], note


def _compute(scoring: Scoring, names: list[str]) -> dict[str, NDArray[np.float32]]:
    return {name: SCORERS[name](scoring) for name in names}


def _blend(live: LiveState, parts: Parts, count: int) -> NDArray[np.float32]:
    blended = np.zeros(count, np.float32)
    for name, part in parts.items():
        blended += np.float32(live.config.weights.get(name, 0.0)) * part
    return blended


def _read_best(
    query: Query, live: LiveState, pool: Pool, ordinals: NDArray[np.int64], blended: NDArray[np.float32]
) -> tuple[Pool, list[str]]:
    """The pool with what the cross-encoder says of the best candidates, as many as it reads in its time."""
    reranker, reason = get_reranker()
    if reranker is None or pool.understanding is None:
        return pool, [reason] if reason else []
    parameters = live.config.parameters
    best = ordinals[np.argsort(-blended, kind="stable")[: int(parameters["rerank_top"])]]
    ids = live.snapshot.product_ids[best].tolist()
    texts = [text_of_product(*parts) for parts in load_reading_texts(ids, query.language)]
    scores, notes = reranker.rerank(pool.understanding.text, texts, budget_ms=parameters["rerank_budget_ms"])
    cross = np.full(len(pool.chosen), np.nan, np.float32)
    cross[best] = scores
    return replace(pool, cross=cross), list(notes)


def _diversify(
    query: Query, live: LiveState, pool: Pool, ordinals: NDArray[np.int64], scores: NDArray[np.float32]
) -> NDArray[np.int64]:
    weight = live.config.parameters["diversity"] if query.sort == "relevance" else 0.0
    return diversify(ordinals, scores, weight=weight, snapshot=live.snapshot, window=pool.window)


def _order(
    query: Query, live: LiveState, ordinals: NDArray[np.int64], blended: NDArray[np.float32]
) -> NDArray[np.int64]:
    """Ties end at the product id, so pages never overlap."""
    snapshot, sort = live.snapshot, query.sort
    ids = snapshot.product_ids[ordinals]
    columns = snapshot.columns
    if sort in ("price_asc", "price_desc"):
        prices = snapshot.effective_price(query.now)[ordinals]
        directed = prices if sort == "price_asc" else -prices
        return np.lexsort((ids, -blended, directed, prices < 0))
    keys = {"rating": "rating_average", "newest": "created_at", "popularity": "popularity"}
    if sort in keys:
        return np.lexsort((ids, -blended, -columns[keys[sort]][ordinals]))
    return order_by_score(blended, ids)
