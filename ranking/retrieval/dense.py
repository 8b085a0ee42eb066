"""The dense leg: nearest vectors of the live embedding generation; exact search where few products are allowed.

What counts as near is a similarity, not a rank: `threshold` gives it from the unfiltered order, so the set of near
products is the same whatever the shopper filters by (docs/adr/0007-facet-truth.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray
from pgvector import HalfVector

from catalog.models import EmbeddingGeneration

# HNSW with a selective filter returns too few rows; below this many allowed products exact search is as fast.
EXACT_LIMIT = 20_000
SELECTIVE_SHARE = 0.35
# The most that HNSW returns (pgvector's bound on hnsw.ef_search).
MAX_NEAREST = 1000


@dataclass(frozen=True, slots=True)
class LiveGeneration:
    id: int
    model: str
    dimension: int


_cache: tuple[int, LiveGeneration | None] = (-1, None)


def live_generation(version: int) -> LiveGeneration | None:
    """The generation searches use, at this "embedding" version; None before the first product is embedded."""
    global _cache  # noqa: PLW0603 - one small value a process, replaced whole
    if _cache[0] != version:
        row = EmbeddingGeneration.objects.filter(status="live").values_list("id", "model", "dimension").first()
        _cache = (version, LiveGeneration(*row) if row else None)
    return _cache[1]


def forget_generation() -> None:
    global _cache  # noqa: PLW0603
    _cache = (-1, None)


def nearest_statement(
    generation: LiveGeneration, vector: NDArray[np.float32], *, limit: int, only_ids: Sequence[int] | None
) -> tuple[str, list[Any]]:
    """SQL for (product_id, cosine), best first; casts and literal id let the generation's partial index serve."""
    cast = f"vector::halfvec({generation.dimension})"
    query = HalfVector(vector).to_text()
    where, parameters = f"generation_id = {generation.id}", [query]
    order = f"{cast} <#> %s::halfvec({generation.dimension})"
    if only_ids is not None:
        where += " AND product_id = ANY(%s)"
        parameters.append(list(only_ids))
        # Adding zero hides the expression from the index: an exact scan of the few allowed rows.
        order = f"({order}) + 0"
    sql = f"SELECT product_id, -({cast} <#> %s::halfvec({generation.dimension})) FROM catalog_embedding WHERE {where} "  # noqa: S608
    return sql + f"ORDER BY {order} LIMIT %s", [*parameters, query, limit]


def similarity_statement(
    generation: LiveGeneration, vector: NDArray[np.float32], product_ids: Sequence[int]
) -> tuple[str, list[Any]]:
    """SQL for the cosine of named products: what the lexical leg found and the dense leg did not reach."""
    cast = f"vector::halfvec({generation.dimension})"
    sql = (
        f"SELECT product_id, -({cast} <#> %s::halfvec({generation.dimension})) FROM catalog_embedding "  # noqa: S608
        f"WHERE generation_id = {generation.id} AND product_id = ANY(%s)"
    )
    return sql, [HalfVector(vector).to_text(), list(product_ids)]


def stored_vector(generation: LiveGeneration, product_id: int) -> NDArray[np.float32] | None:
    """A product's own vector; None while it is not embedded in this generation."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT vector::text FROM catalog_embedding WHERE generation_id = %s AND product_id = %s",
            [generation.id, product_id],
        )
        row = cursor.fetchone()
    return np.array(row[0].strip("[]").split(","), np.float32) if row else None


def prefer_exact(allowed: NDArray[np.bool_], *, total: int | None = None) -> bool:
    """`total`: how many products live; an index that waits to be merged has more ordinals than products."""
    count = int(allowed.sum())
    return count <= EXACT_LIMIT and count < SELECTIVE_SHARE * (len(allowed) if total is None else total)


@dataclass(frozen=True, slots=True)
class Leg:
    """How the nearest of the allowed products are asked for: exactly among them, or so many of HNSW at large."""

    exact: bool
    limit: int
    ef_search: int


def plan_leg(allowed: NDArray[np.bool_], *, total: int, limit: int, ef_search: int) -> Leg:
    """`allowed` bool[N] of `total` living products. What HNSW returns from outside is dropped afterwards, so as many
    more are asked for.
    """
    if prefer_exact(allowed, total=total):
        return Leg(True, limit, min(max(ef_search, limit), MAX_NEAREST))
    asked = min(int(limit * total / max(int(allowed.sum()), 1)) + 1, MAX_NEAREST)
    return Leg(False, asked, min(max(ef_search, asked), MAX_NEAREST))


def threshold(cosines: NDArray[np.float32], *, limit: int, margin: float, floor: float) -> float:
    """The least cosine of a near product, from cosines in falling order: within `margin` of the best and not below
    `floor`, raised where more than `limit` products are that near. inf when nothing is.
    """
    if not len(cosines):
        return float("inf")
    least = max(float(cosines[0]) - margin, floor)
    return max(least, float(cosines[limit - 1])) if len(cosines) >= limit else least


def is_cut_short(
    cosines: NDArray[np.float32], *, limit: int, margin: float, floor: float, best: float | None = None
) -> bool:
    """Whether a leg ended at its limit while still near: more products are as near, and should be asked for.

    `cosines` as the database gave them; `best` is that of the nearest allowed one where others are among them.
    """
    if len(cosines) < limit:
        return False
    highest = float(cosines.max()) if best is None else best
    return float(cosines[:limit].min()) >= max(highest - margin, floor)
