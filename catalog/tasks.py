"""The catalog's Celery doors: fetch, call the pipeline, return counts."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from celery import Task, shared_task
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import timezone, translation

from catalog import enrichment, pipeline
from catalog.errors import ShopError


class UploadTask(Task):
    """Waits out a database that is down; a job that fails for good says so in its upload's record."""

    autoretry_for = (OperationalError, InterfaceError)
    max_retries = 20
    retry_backoff = 5
    retry_backoff_max = 300
    throws = (ShopError,)

    def on_failure(self, exc: Exception, task_id: str, args: Any, kwargs: Any, einfo: Any) -> None:
        pipeline.give_up_upload(args[0] if args else kwargs["upload_id"], exc)


@shared_task(base=UploadTask)
def run_upload(upload_id: str, language: str = settings.LANGUAGE_CODE) -> dict[str, int]:
    with translation.override(language):
        counts = pipeline.ingest(upload_id)
    index_stale.delay()
    extract_stale.delay()
    extract_stale_on_gpu.delay()
    embed_stale.delay()
    return asdict(counts)


@shared_task(base=UploadTask)
def check_upload(upload_id: str, language: str = settings.LANGUAGE_CODE) -> dict[str, int]:
    with translation.override(language):
        return asdict(pipeline.ingest(upload_id, check_only=True))


@shared_task
def index_stale() -> int:
    return pipeline.index_stale()


@shared_task
def index_products(product_ids: list[int]) -> int:
    return pipeline.index_products(product_ids)


@shared_task
def merge_segments() -> int:
    return pipeline.merge_segments()


@shared_task
def embed_stale() -> int:
    embedded, more = pipeline.embed_stale()
    if more:
        embed_stale.delay()
    elif embedded:
        find_new_duplicates.delay(days=1)
    return embedded


@shared_task
def extract_stale(before: int = 0) -> int:
    """Reads what is new, `before` products of this round already; believes extractors anew after a round of many."""
    read, failed, more = enrichment.extract_stale()
    if more:
        extract_stale.delay(before + read)
    elif before + read:
        _settle_round(before + read)
    return read + failed


@shared_task
def extract_stale_on_gpu(before: int = 0) -> int:
    read, failed, more = enrichment.extract_stale(gpu=True)
    if more:
        extract_stale_on_gpu.delay(before + read)
    elif before + read:
        _settle_round(before + read)
    return read + failed


def _settle_round(read: int) -> None:
    job = refresh_confidences if enrichment.changes_confidences(read) else index_stale
    job.delay()


@shared_task
def refresh_confidences() -> int:
    judged = enrichment.refresh_confidences()
    index_stale.delay()
    return judged


@shared_task
def read_reviews() -> int:
    products, more = enrichment.read_reviews()
    if more:
        read_reviews.delay()
    return products


@shared_task
def raise_review_alerts() -> int:
    return enrichment.raise_review_alerts()


@shared_task
def find_new_duplicates(days: int | None = None) -> int:
    since = None if days is None else timezone.now() - timedelta(days=days)
    return enrichment.find_new_duplicates(since=since)


@shared_task
def embed_pictures() -> int:
    done, failed, more = enrichment.embed_pictures()
    if more:
        embed_pictures.delay()
    return done + failed


@shared_task
def settle_merge(suggestion_id: int) -> int:
    return sum(pipeline.index_products(ids) for ids in enrichment.settle_merge(suggestion_id))


@shared_task
def switch_extractor_version(version_id: int) -> int:
    changed = enrichment.switch_version(version_id)
    index_stale.delay()
    return changed


@shared_task
def forget_old_answers() -> int:
    return enrichment.forget_old_answers()
