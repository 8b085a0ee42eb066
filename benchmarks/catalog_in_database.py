"""The judged catalog in the benchmarks' own database, brought in by the shop's own import, index and embed jobs."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from benchmarks.chorus import FOLDER, PRODUCTS
from benchmarks.harness import bench_database, report

if TYPE_CHECKING:
    from catalog.models import Upload

# Set by `python -m benchmarks.all`, so that one import serves every benchmark of a run.
KEEP = "BENCHMARK_KEEP_DATABASE"
# Encoding everything anew on two slow cores.
MOST_SECONDS = 7200


@contextmanager
def open_catalog(*, embedded: bool) -> Iterator[None]:
    """A database with all products indexed (and embedded); an earlier benchmark's of the same run is used again."""
    with bench_database(keep=bool(os.environ.get(KEEP))):
        from catalog.models import Product

        if Product.objects.count() != PRODUCTS:
            report("importing the judged catalog")
            import_catalog(receive_catalog())
        index_catalog()
        if embedded:
            embed_catalog()
        yield


def receive_catalog() -> "Upload":
    """The file as an upload with the mapping the shop guesses; only that its prices are cents must be said."""
    from django.core.files.base import File

    from catalog import pipeline

    path = FOLDER / "products.jsonl.gz"
    with path.open("rb") as file:
        upload = pipeline.receive_upload(File(file), filename=path.name)
    upload.mapping["columns"]["price"] = {"target": "price", "scale": "0.01"}
    upload.save(update_fields=["mapping"])
    return upload


def import_catalog(upload: "Upload") -> float:
    """Seconds the import took; what it refused is reported, not hidden."""
    from catalog import pipeline

    started = time.perf_counter()
    pipeline.ingest(upload.pk)
    seconds = time.perf_counter() - started
    upload.refresh_from_db()
    if upload.status != "done" or upload.refused_count:
        report(f"import ended as {upload.status}: {upload.refused_count} rows refused {upload.error}")
    return seconds


def index_catalog() -> int:
    from django.db import connection

    from catalog import pipeline

    done = pipeline.index_stale()
    pipeline.merge_segments()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return done


def embed_catalog() -> None:
    from benchmarks.vectors import remember_vectors
    from catalog import pipeline
    from catalog.encoder import prepare_encoder

    prepare_encoder()
    remembering = remember_vectors()
    pipeline.embed_stale(seconds=MOST_SECONDS)
    remembering.save()
