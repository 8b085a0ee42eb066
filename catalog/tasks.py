"""The catalog's Celery doors: fetch, call the pipeline, return counts."""

from celery import shared_task

from catalog import pipeline


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
