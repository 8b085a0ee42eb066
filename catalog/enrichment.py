"""The path of what machines add to the catalog: read texts → weigh the evidence → settle; schemas, reviews, duplicates,
pictures. Every job works on what is stale or new, for a bounded time, and may run twice without harm.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from catalog import evidence, proposals
from catalog.extractors.loading import configured_extractors
from catalog.llm.store import purge_answers
from catalog.locks import hold_lock
from catalog.models import Extraction, Product
from catalog.pictures.colours import ColourHints, hint_colours
from catalog.pictures.model import configured_model, get_picture_model
from catalog.review import merge_decisions
from catalog.schema.induction import Demand, schemas_are_due
from catalog.schema.induction import refresh_schemas as count_schemas
from catalog.schema.pairs import Concepts
from catalog.schema.suggestions import suggest_merges as find_merges
from catalog.steps import extract, find_duplicates, index, opinions, picture

# Reviews and products a transaction.
REVIEW_BATCH = 500
# Weighing every proposal again costs 5 s per 1,000 products. Fewer new readings than this share of all hardly move how
# far an extractor is believed; they wait for the night.
BULK_SHARE = 0.05


def extract_stale(
    *, gpu: bool = False, seconds: float = 300.0, after_chunk: Callable[[int], None] | None = None
) -> tuple[int, int, bool]:
    """Read every product whose text an extractor has not read yet, then settle what was found.

    Returns how many were read, how many failed, and whether time ran out before all were. One process a kind of worker
    at a time; a second caller returns at once.
    """
    started, done, failed = time.monotonic(), 0, 0
    with hold_lock(f"extract {'gpu' if gpu else 'cpu'}") as held:
        if held and schemas_are_due():
            count_schemas()
        for extractor in configured_extractors(gpu=gpu) if held else ():
            version = extract.open_version(extractor)
            if version.status != version.Status.LIVE:
                continue
            for product_ids in extract.stale_chunks(version.pk):
                if time.monotonic() - started > seconds:
                    return done, failed, True
                read, faults = extract.extract_chunk(version, extractor, product_ids)
                done, failed = done + read, failed + faults
                if after_chunk is not None:
                    after_chunk(read)
    return done, failed, False


def refresh_confidences() -> int:
    """Count anew how far each extractor can be believed, and weigh all proposals again; returns how many findings were
    judged. Products whose attributes change by it are indexed again by the next `index_stale`.
    """
    with hold_lock("confidences") as held:
        if not held:
            return 0
        judged = evidence.refresh_calibration()
        for product_ids in evidence.products_with_evidence():
            evidence.recombine(product_ids)
        return judged


def changes_confidences(read: int) -> bool:
    """Whether so many new readings are a share of all that can move how far extractors are believed."""
    return read >= BULK_SHARE * Extraction.objects.count()


def refresh_schemas(demand: Demand | None = None) -> int:
    """Which attributes matter in each category; how many rows were written."""
    return count_schemas(demand=demand)


def suggest_merges(concepts: Concepts | None = None) -> int:
    """Pairs of values and of attributes that may mean the same, for a merchandiser to decide; how many are new."""
    return find_merges(concepts=concepts)


def read_reviews(*, seconds: float = 300.0) -> tuple[int, bool]:
    """Judge new and changed reviews, then sum up the products they are about, as search sees them at once.

    Returns how many products were summed up, and whether time ran out before all were.
    """
    started, done = time.monotonic(), 0
    with hold_lock("opinions") as held:
        while held and (review_ids := opinions.read_stale_reviews(REVIEW_BATCH)):
            if time.monotonic() - started > seconds:
                return done, True
            opinions.judge_reviews(review_ids)
        while held and (product_ids := opinions.read_stale_products(REVIEW_BATCH)):
            if time.monotonic() - started > seconds:
                return done, True
            with transaction.atomic():
                summed = opinions.summarise_products(product_ids)
                index.refresh_offers(summed)
            done += len(summed)
    return done, False


def raise_review_alerts() -> int:
    """Products whose share of negative reviews jumped; how many new alerts wait."""
    with hold_lock("opinions") as held:
        return len(opinions.raise_alerts()) if held else 0


def find_new_duplicates(*, since: datetime | None = None) -> int:
    """Compare products changed since then (all of them where it is None) with those most alike; how many pairs wait."""
    with hold_lock("duplicates") as held:
        if not held:
            return 0
        if since is None:
            return sum(find_duplicates.find_duplicates(batch) for batch in find_duplicates.every_batch())
        changed = Product.objects.filter(updated_at__gte=since, status=Product.Status.ACTIVE)
        return find_duplicates.find_duplicates(list(changed.order_by("id").values_list("id", flat=True)))


def embed_pictures(*, seconds: float = 300.0) -> tuple[int, int, bool]:
    """Read the first pictures of products that the configured model has not read yet; none without a model.

    Returns how many were embedded, how many failed, and whether time ran out before all were.
    """
    started, done = time.monotonic(), picture.PictureCounts()
    if not configured_model():
        return 0, 0, False
    model = get_picture_model()
    with hold_lock("pictures") as held:
        for product_ids in picture.stale_batches(model) if held else ():
            if time.monotonic() - started > seconds:
                return done.done, done.failed, True
            done += picture.embed_pictures(product_ids, model)
            _propose_colours(product_ids, model.model_name)
    return done.done, done.failed, False


def _propose_colours(product_ids: Sequence[int], model_name: str) -> None:
    """Colours seen in pictures, as implied values that wait for a person."""
    products, _ = extract.load_readable(product_ids)
    seen = picture.load_colours(product_ids, model_name)
    version = extract.open_version(ColourHints())
    if version.status == version.Status.LIVE:
        found = {item.product_id: hint_colours(item, seen.get(item.product_id, ())) for item in products}
        extract.store_findings(version, found)


def forget_old_answers() -> int:
    """Cached answers of language models that are old or too many; how many went."""
    return purge_answers(days=settings.MODEL_LLM_CACHE_DAYS, rows=settings.MODEL_LLM_CACHE_ROWS)


def settle_merge(suggestion_id: int) -> Iterator[list[int]]:
    """Bring a decided merge to the products it is about, batch by batch; yields the ids of those that changed."""
    return merge_decisions.settle_merge(suggestion_id)


def switch_version(version_id: int) -> int:
    """Make one extractor version count and weigh its products again; how many products that were."""
    return len(proposals.switch_version(version_id, recombine=evidence.recombine))
