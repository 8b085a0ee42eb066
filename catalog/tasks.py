"""The catalog's Celery doors: fetch, call the pipeline, return counts."""

from dataclasses import asdict
from typing import Any

from celery import Task, shared_task
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import translation

from catalog import pipeline
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
    return embedded
