"""Products whose pictures are like a given one: exact search over the vectors of the live picture model.

Exact, because shops have one picture a product; an HNSW index over a cast, as dense.py has, is the next step for a shop
with very many.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import connection
from numpy.typing import NDArray
from pgvector import HalfVector

from ranking.contracts import Hit
from ranking.registry import live_state
from ranking.retrieval.cards import load_cards
from ranking.retrieval.filters import live_mask


@dataclass(frozen=True, slots=True)
class PictureHits:
    """`model` made the vectors; `compared` pictures were looked at; hits' scores are cosines."""

    model: str
    compared: int
    hits: tuple[Hit, ...]


def find_like(
    vector: NDArray[np.float32], *, model: str, locale: str, market: str = "", limit: int = 24, now: datetime
) -> PictureHits:
    """The nearest products on sale in this market, best first. `vector` float32[d], unit length, made by `model`."""
    live = live_state()
    shown = live.snapshot.product_ids[live_mask(live.snapshot, market=market)]
    text, dimension = HalfVector(vector).to_text(), len(vector)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.product_id, -(e.vector <#> %s::halfvec) AS cosine FROM catalog_pictureembedding e "
            "JOIN catalog_product p ON p.id = e.product_id AND p.images ->> 0 <> '' "
            "WHERE e.model = %s AND vector_dims(e.vector) = %s AND e.product_id = ANY(%s) "
            "ORDER BY cosine DESC, e.product_id LIMIT %s",
            [text, model, dimension, shown.tolist(), limit],
        )
        rows = cursor.fetchall()
        cursor.execute("SELECT count(*) FROM catalog_pictureembedding WHERE model = %s AND vector IS NOT NULL", [model])
        compared = int(cursor.fetchone()[0])
    cards = load_cards([row[0] for row in rows], locale=locale, now=now)
    found = [(product_id, float(cosine)) for product_id, cosine in rows if product_id in cards]
    hits = tuple(
        Hit(product_id=product_id, position=place, score=cosine, parts={}, moves=(), product=cards[product_id])
        for place, (product_id, cosine) in enumerate(found, start=1)
    )
    return PictureHits(model, compared, hits)
