"""The catalog's path: upload → validate → upsert → refresh offers, then extract → embed → index."""

import time
from collections.abc import Sequence

from catalog.documents import stale_for_index
from catalog.locks import hold_lock
from catalog.steps import index

INDEX_BATCH = 2000


def product_changed(product_ids: Sequence[int]) -> None:
    """Make price, stock, status and markets of edited products visible to search at the caller's commit."""
    index.refresh_offers(product_ids)


def index_stale(*, seconds: float = 600.0) -> int:
    """Index every product whose text changed, in batches that are each searchable at once; returns how many.

    One process at a time; a second caller returns 0, because the first goes on until nothing is stale.
    """
    started, done = time.monotonic(), 0
    with hold_lock("index") as held:
        while held and time.monotonic() - started < seconds:
            product_ids = stale_for_index(INDEX_BATCH)
            if not product_ids:
                break
            done += index.index_products(product_ids)
    return done


def index_products(product_ids: Sequence[int]) -> int:
    """Index these products now: what an edit of a few products enqueues."""
    return index.index_products(product_ids)


def merge_segments() -> int:
    """Merge what many small edits left behind; returns how many segments became one."""
    with hold_lock("merge") as held:
        return index.merge_segments() if held else 0
