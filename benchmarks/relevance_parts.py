"""Every scorer's numbers for every candidate of the judged queries, from the live pipeline's own steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.chorus import JudgedQuery
from benchmarks.relevance_systems import TRIALS, UNHURRIED, Variation, save_config
from feedback.trainers.ltr_table import UNJUDGED

# Enough for a part to be computed, too little to move anything.
TINY = 1e-6
# What ranks a shop's products rather than answers to a query is not tuned on judgements.
NOT_TUNED = ("in_stock", "popularity", "rating", "fresh", "margin")


@dataclass(frozen=True, slots=True)
class Candidates:
    """One query: `ids` int64[n], `grades` int64[n] (UNJUDGED where nobody judged), `parts` float64[n, names]."""

    query_id: str
    ids: NDArray[np.int64]
    grades: NDArray[np.int64]
    parts: NDArray[np.float64]
    judgements: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class PartTable:
    """`names` are the columns; `live` the weights of the live configuration; `notes` what could not be computed."""

    names: tuple[str, ...]
    live: Mapping[str, float]
    queries: tuple[Candidates, ...]
    notes: tuple[str, ...]


def collect_parts(queries: Sequence[JudgedQuery]) -> PartTable:
    """All registered parts but "ltr" (it is learned from the others), in one pass over the queries."""
    from ranking.registry import live_state
    from ranking.scorers.registry import SCORERS

    live = live_state().config
    tiny = {name: TINY for name in TRIALS if name in SCORERS and name != "ltr"}
    weights = {**tiny, **{name: weight for name, weight in live.weights.items() if weight and name in SCORERS}}
    config_id = save_config("all parts", Variation(weights, UNHURRIED), live.parameters)
    skus = _read_skus()
    notes: set[str] = set()
    found = [_collect(query, tuple(weights), config_id, skus, notes) for query in queries]
    return PartTable(tuple(weights), dict(live.weights), tuple(found), tuple(sorted(notes)))


def _read_skus() -> Mapping[int, int]:
    from catalog.models import Product

    return {pk: int(sku) for pk, sku in Product.objects.values_list("pk", "sku")}


def _collect(
    judged: JudgedQuery, names: tuple[str, ...], config_id: int | None, skus: Mapping[int, int], notes: set[str]
) -> Candidates:
    from ranking.contracts import SearchRequest
    from ranking.registry import live_state
    from ranking.steps.retrieve import retrieve
    from ranking.steps.score import score
    from ranking.steps.understand import understand

    live = live_state(config_id=config_id)
    query = understand(SearchRequest(query=judged.text, config_id=config_id), live)
    ranked = score(query, live, retrieve(query, live))
    notes.update((*query.notes, *getattr(ranked, "notes", ())))
    ids = np.array([skus[pk] for pk in live.snapshot.product_ids[ranked.ordinals].tolist()], np.int64)
    nothing = np.zeros(len(ids))
    columns = [np.asarray(ranked.parts.get(name, nothing), np.float64) for name in names]
    grades = np.array([judged.judgements.get(id_, UNJUDGED) for id_ in ids.tolist()], np.int64)
    return Candidates(judged.query_id, ids, grades, np.stack(columns, axis=1), judged.judgements)


def split_tuned(table: PartTable) -> tuple[dict[str, float], dict[str, float]]:
    """Weights that stay as they are (lexical relevance as the measure of all, and the shop's own parts), and the
    starting weights of those that are tuned and on by default.
    """
    fixed = {name: table.live[name] for name in table.names if name in (*NOT_TUNED, "bm25") and name in table.live}
    tuned = {name: table.live[name] for name in table.names if name not in fixed and table.live.get(name)}
    return fixed, tuned
