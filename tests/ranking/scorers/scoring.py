"""What a scorer reads, made by hand over the small bilingual shop (tests/shop.py)."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from django.utils import timezone
from numpy.typing import NDArray

from catalog.models import Product
from ranking.contracts import Entity, NumberNeed, Understanding
from ranking.registry import live_state
from ranking.retrieval.pool import Pool
from ranking.retrieval.snapshot import IndexSnapshot
from ranking.retrieval.window import Window
from ranking.scorers import Scorer, Scoring

BySku = Mapping[str, float]


def ordinals_of(snapshot: IndexSnapshot) -> dict[str, int]:
    rows = list(Product.objects.values_list("sku", "id"))
    return dict(zip([sku for sku, _ in rows], snapshot.ordinals([id_ for _, id_ in rows]).tolist(), strict=True))


def make_scoring(
    *,
    bm25: BySku | None = None,
    similarity: BySku | None = None,
    coverage: Mapping[str, BySku] | None = None,
    vectors: Mapping[str, list[float]] | None = None,
    **fields: Any,
) -> Scoring:
    """All products are candidates, in the order of the index; numbers by SKU, what is not named is 0 (or unknown)."""
    snapshot = live_state().snapshot
    places = ordinals_of(snapshot)
    count = len(snapshot.product_ids)

    def spread(values: BySku | None, missing: float = 0.0) -> NDArray[np.float32]:
        column = np.full(count, missing, np.float32)
        for sku, value in (values or {}).items():
            column[places[sku]] = value
        return column

    cosines = spread(similarity, np.nan)
    known = cosines[~np.isnan(cosines)]
    reach = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    everything = np.ones(count, bool)
    pool = Pool(
        everything,
        everything,
        everything,
        spread(bm25),
        cosines,
        reach,
        {},
        None,
        field_coverage={name: spread(values) for name, values in (coverage or {}).items()},
        window=make_window(snapshot, vectors) if vectors else None,
    )
    return Scoring(snapshot, pool, np.arange(count), timezone.now(), {}, **fields)


def make_window(snapshot: IndexSnapshot, vectors: Mapping[str, list[float]]) -> Window:
    places = ordinals_of(snapshot)
    rows = sorted((places[sku], vector) for sku, vector in vectors.items())
    table = np.array([vector for _, vector in rows], np.float32)
    return Window(np.array([at for at, _ in rows], np.int64), table / np.linalg.norm(table, axis=1, keepdims=True))


def score_by_sku(score: Scorer, scoring: Scoring) -> dict[str, float]:
    """The scorer's numbers, checked to be float32 within 0..1."""
    part = score(scoring)
    assert part.dtype == np.float32
    assert len(part) == len(scoring.ordinals)
    assert ((part >= 0) & (part <= 1)).all()
    names = {at: sku for sku, at in ordinals_of(scoring.snapshot).items()}
    return {names[at]: round(float(value), 3) for at, value in zip(scoring.ordinals.tolist(), part, strict=True)}


def make_understanding(text: str, **found: Any) -> Understanding:
    return Understanding(text=text, language="en", terms=(text,), **found)


def brand(key: str, text: str = "", *, confidence: float = 0.9, start: int = 0, end: int = 5) -> Entity:
    return Entity("brand", "brand", key, text or key, confidence, start, end)


def category(key: str, confidence: float) -> Entity:
    return Entity("category", "category", key, "", confidence)


def attribute(field: str, key: str, *, confidence: float = 0.8, start: int = 6, end: int = 11) -> Entity:
    return Entity("attribute", field, key, key, confidence, start, end)


def number(field: str, **bounds: float) -> NumberNeed:
    dimension, unit = ("price", "") if field == "price" else ("volume", "l")
    return NumberNeed(dimension, unit, "", 0, 0, fields=(field,), **bounds)
