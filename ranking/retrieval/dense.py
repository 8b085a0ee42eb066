"""The dense leg: nearest vectors of the live embedding generation; exact search where few products are allowed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pgvector import HalfVector

from catalog.models import EmbeddingGeneration

# HNSW with a selective filter returns too few rows; below this many allowed products exact search is as fast.
EXACT_LIMIT = 20_000
SELECTIVE_SHARE = 0.3


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


def prefer_exact(allowed: NDArray[np.bool_]) -> bool:
    count = int(allowed.sum())
    return count <= EXACT_LIMIT and count < SELECTIVE_SHARE * len(allowed)
