"""Learning to rank from a table of judged products: LambdaMART (Burges 2010) over the ledger's parts, for any shop.

Every part is better when greater, and the model may not say otherwise (monotone constraints).
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from feedback.trainers.ltr_table import BadTable, RankTable
from feedback.trainers.trees import flatten_tree
from ranking.rank_model import FORMAT, build_model

Parameters = Mapping[str, Any]
# Strongly regularised: judgements are few. The same on every machine: one thread, one order of rows, fixed seeds.
PARAMETERS: Parameters = {
    "objective": "lambdarank", "num_leaves": 7, "learning_rate": 0.05, "min_data_in_leaf": 40, "lambda_l2": 5.0,
    "feature_fraction": 0.7, "bagging_fraction": 0.8, "bagging_freq": 1, "lambdarank_truncation_level": 15,
    "seed": 1, "num_threads": 1, "deterministic": True, "force_row_wise": True, "use_missing": False, "verbose": -1,
}  # fmt: skip
TREES = 60
# What nobody judged is probably, not certainly, irrelevant.
UNJUDGED_WEIGHT = 0.2


def train_model(
    table: RankTable,
    *,
    parameters: Parameters = PARAMETERS,
    trees: int = TREES,
    unjudged_weight: float = UNJUDGED_WEIGHT,
) -> dict[str, Any]:
    """The model as JSON (ranking.rank_model); the same table always gives the same model.

    `unjudged_weight` 0 leaves out what nobody judged. Raises BadTable when no query has products of two grades.
    """
    import lightgbm  # noqa: PLC0415 - heavy, and needed for training alone

    table = table.choose((table.labels >= 0) | (unjudged_weight > 0))
    grades = np.maximum(table.labels, 0)
    groups = _group_sizes(table.query_ids)
    if not _has_order(grades, groups):
        raise BadTable("No query of the table has products of two different grades: there is no order to learn.")
    weights = np.where(table.labels >= 0, 1.0, unjudged_weight)
    dataset = lightgbm.Dataset(
        table.columns.astype(np.float64), grades, group=groups, weight=weights, feature_name=list(table.features)
    )
    constraints = [1] * len(table.features)
    booster = lightgbm.train({**parameters, "monotone_constraints": constraints}, dataset, num_boost_round=trees)
    judged = int((table.labels >= 0).sum())
    document = {
        "format": FORMAT,
        "features": list(table.features),
        "trees": [flatten_tree(info["tree_structure"]) for info in booster.dump_model()["tree_info"]],
        "centre": 0.0,
        "spread": 1.0,
        "about": {"queries": len(groups), "rows": len(grades), "judged": judged, "trees": trees},
    }
    raw = build_model(document).predict(table.columns)
    return {**document, "centre": float(raw.mean()), "spread": float(raw.std()) or 1.0}


def _group_sizes(query_ids: Sequence[str]) -> list[int]:
    sizes: dict[str, int] = {}
    for query_id in query_ids:
        sizes[query_id] = sizes.get(query_id, 0) + 1
    return list(sizes.values())


def _has_order(grades: NDArray[np.int64], groups: Sequence[int]) -> bool:
    parts = np.split(grades, np.cumsum(groups)[:-1]) if groups else []
    return any(part.min() < part.max() for part in parts)


def write_model(document: Mapping[str, Any], path: Path) -> None:
    """Replaced whole: a search reads the old model or the new one."""
    unfinished = path.with_suffix(".tmp")
    unfinished.write_text(json.dumps(document, separators=(",", ":")) + "\n", encoding="utf-8")
    unfinished.replace(path)


def cross_validate(
    table: RankTable, *, folds: int = 5, seed: int = 1, parameters: Parameters = PARAMETERS, trees: int = TREES
) -> NDArray[np.float64]:
    """Held-out raw scores float64[n]: each query is scored by a model that saw the other folds' queries alone."""
    queries = sorted(set(table.query_ids))
    fold_of = dict(zip(queries, np.random.default_rng(seed).permutation(len(queries)) % folds, strict=True))
    fold = np.array([fold_of[query_id] for query_id in table.query_ids])
    scores = np.zeros(len(fold))
    for number in range(min(folds, len(queries))):
        model = build_model(train_model(table.choose(fold != number), parameters=parameters, trees=trees))
        scores[fold == number] = model.predict(table.columns[fold == number])
    return scores
