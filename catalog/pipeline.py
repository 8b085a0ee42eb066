"""The catalog's path: upload → validate → upsert → refresh offers, then extract → embed → index."""

import itertools
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import structlog
from django.core.files.base import File
from django.db import DatabaseError, InterfaceError, OperationalError, connection, reset_queries, transaction
from django.utils.translation import gettext as _

from catalog import upload_record
from catalog.contracts import AttributeSpec, ProductRow, RawRow, Refusal, UpsertCounts, UpsertResult
from catalog.documents import stale_for_index
from catalog.errors import NotFound, RowRefused, ShopError
from catalog.locks import hold_lock
from catalog.models import Product, Upload
from catalog.read_ahead import collect_seldom, read_ahead
from catalog.readers.source import Progress
from catalog.steps import embed, index, upload, upsert, validate
from catalog.storing.state import known_attributes

logger = structlog.get_logger(__name__)
# 1,000 products of 35 attributes are about 10 MB in memory and half a second in one transaction.
INGEST_BATCH = 1000
BATCH_ATTEMPTS = 6
_Item = TypeVar("_Item")
INDEX_BATCH = 2000


def receive_upload(
    file: File,
    *,
    filename: str,
    mode: str = Upload.Mode.UPSERT,
    mapping: Mapping[str, Any] | None = None,
    user: Any = None,
) -> Upload:
    """Take a file in and propose its mapping, or take the one given; nothing is imported yet."""
    received = upload.receive_file(file, filename=filename, mode=mode, user=user)
    if mapping:
        upload.save_mapping(received, mapping)
    return received


def ingest(
    upload_id: UUID | str, *, check_only: bool = False, after_batch: Callable[[], None] | None = None
) -> UpsertCounts:
    """Upload → validate → upsert → refresh offers, batch by batch; with `check_only` tell what would happen.

    Safe to run again at any time: what is stored already counts as unchanged. A second worker on the same upload
    leaves it to the first.
    """
    record = upload_record.find_upload(upload_id)
    with hold_lock(upload_record.lock_name(record)) as held:
        if not held:
            return upload_record.read_counts(record)
        upload_record.start_upload(record, check_only=check_only)
        try:
            notes = _ingest_rows(record, check_only=check_only, after_batch=after_batch)
        except ShopError as error:
            upload_record.fail_upload(record, error.message)
            raise
        return upload_record.finish_upload(record, notes, check_only=check_only)


def give_up_upload(upload_id: UUID | str, error: Exception) -> None:
    """A job that will not be tried again: its upload says why, and may be started anew."""
    message = error.message if isinstance(error, ShopError) else _("The import stopped: %(why)s") % {"why": error}
    upload_record.fail_upload(upload_record.find_upload(upload_id), message)


def _ingest_rows(record: Upload, *, check_only: bool, after_batch: Callable[[], None] | None) -> dict[str, Any]:
    progress, notes = Progress(), dict[str, Any]()
    column_map, raw_rows = upload.open_rows(record, progress)
    replaces = record.mode == Upload.Mode.REPLACE
    validator = validate.Validator(column_map, known_attributes(), remember_listed=replaces)
    upserter = upsert.Upserter(write=not check_only, reactivate=replaces)
    batches = _prepare_batches(validator, raw_rows, progress)
    with collect_seldom() as collect, read_ahead(batches) as prepared:
        for batch in prepared:
            collect()
            reset_queries()  # with DEBUG Django would keep every statement
            result = _store_batch(record, upserter, batch)
            upload_record.note_examples(notes, result.outcomes)
            if after_batch is not None:
                after_batch()
    if validator.unknown_columns:
        notes["unknown_columns"] = validator.unknown_columns
    if replaces:
        notes |= _archive_unlisted(record, validator, allowed=column_map.allow_many_archived, check_only=check_only)
    return notes


@dataclass(frozen=True, slots=True)
class _Batch:
    """Validated rows, and where the file stood when they were read."""

    said: list[ProductRow]
    refused: list[Refusal]
    specs: Mapping[str, AttributeSpec]
    rows: int
    read_bytes: int


def _prepare_batches(
    validator: validate.Validator, raw_rows: Iterable[RawRow], progress: Progress
) -> Generator[_Batch, None, None]:
    """Runs in the read-ahead thread: it reads and validates while the batch before is being stored."""
    counter = _RowCounter(raw_rows)
    for items in _batched(validator.validate(counter), INGEST_BATCH):
        said = [item for item in items if isinstance(item, ProductRow)]
        refused = [item for item in items if isinstance(item, Refusal)]
        yield _Batch(said, refused, validator.book.specs, counter.count, progress.read_bytes)


def _store_batch(record: Upload, upserter: upsert.Upserter, batch: _Batch) -> UpsertResult:
    """One transaction a batch. A lost connection or a deadlock is tried again, for about half a minute."""
    for attempt in itertools.count(1):
        try:
            with transaction.atomic():
                result = upserter.upsert(batch.said, batch.specs)
                upload_record.record_batch(record, result, batch.refused, rows=batch.rows, read_bytes=batch.read_bytes)
                if result.changed_ids:
                    index.refresh_offers(result.changed_ids)
            return result
        except (OperationalError, InterfaceError, DatabaseError) as error:
            if attempt >= BATCH_ATTEMPTS or connection.in_atomic_block:
                raise
            logger.warning("upload_batch_retried", upload=str(record.pk), attempt=attempt, error=str(error))
            upserter.forget()
            connection.close_if_unusable_or_obsolete()
            time.sleep(min(0.2 * 4 ** (attempt - 1), 10))
    raise AssertionError  # pragma: no cover - the loop ends by return or raise


def _archive_unlisted(
    record: Upload, validator: validate.Validator, *, allowed: bool, check_only: bool
) -> dict[str, Any]:
    """Mode "replace": what the file no longer lists goes out of sale, unless that is suspiciously much."""
    missing, active = upsert.find_unlisted(validator.listed, started_at=record.started_at)
    if not missing:
        return {}
    percent = round(100 * len(missing) / max(active, 1))
    if not allowed and (percent > upload_record.vanish_limit() or validator.unreadable_rows):
        message = _(
            "The rows were imported, but nothing was archived: %(missing)d of %(active)d products (%(percent)d %%) are "
            "not in the file, and %(unreadable)d rows could not be read. Check the file, or allow it and import again."
        ) % {"missing": len(missing), "active": active, "percent": percent, "unreadable": validator.unreadable_rows}
        return {"not_archived": len(missing), "warnings": [message]}
    if not check_only:
        for chunk in _batched(missing, 10 * INGEST_BATCH):
            with transaction.atomic():
                upsert.archive(chunk)
                index.refresh_offers(chunk)
    Upload.objects.filter(pk=record.pk).update(deleted_count=record.deleted_count + len(missing))
    return {"archived": len(missing)}


def set_mapping(upload_id: UUID | str, mapping: Mapping[str, Any]) -> Upload:
    """Check and keep another mapping for an upload that is not being worked on."""
    record = upload_record.find_upload(upload_id)
    upload.save_mapping(record, mapping)
    return record


def put_product(data: Mapping[str, Any]) -> tuple[Product, bool]:
    """Create or change one product given in the native shape; tells whether it is new."""
    validator = validate.Validator(upload.NATIVE_MAP, known_attributes())
    with transaction.atomic():
        (item,) = validator.validate([RawRow(1, data)])
        if isinstance(item, Refusal):
            raise RowRefused(item.message, field=item.column, reason=item.code)
        result = upsert.Upserter().upsert([item])
        for refusal in result.refusals:
            raise RowRefused(refusal.message, field=refusal.column, reason=refusal.code)
        index.refresh_offers(result.changed_ids)
    return Product.objects.get(sku=item.sku), bool(result.counts.created)


def delete_product(sku: str) -> None:
    """Delete a product; the same transaction takes it out of search."""
    with transaction.atomic():
        result = upsert.Upserter().upsert([ProductRow(sku=sku, row_number=1, deleted=True)])
        if not result.counts.deleted:
            raise NotFound(_("There is no product with this SKU."))


class _RowCounter:
    """Counts the rows that pass, for the progress bar."""

    def __init__(self, rows: Iterable[RawRow]) -> None:
        self._rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[RawRow]:
        for row in self._rows:
            self.count += 1
            yield row


def _batched(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    iterator = iter(items)
    while batch := list(itertools.islice(iterator, size)):
        yield batch


def product_changed(product_ids: Sequence[int]) -> None:
    """Make price, stock, status and markets of edited products visible to search at the caller's commit."""
    index.refresh_offers(product_ids)


def product_edited(product_ids: Sequence[int]) -> None:
    """After people changed products: search sees it at commit, and the next upload compares with what they wrote."""
    for chunk in _batched(product_ids, INGEST_BATCH):
        upsert.settle_edited(chunk)
        product_changed(chunk)


def set_status(product_ids: Sequence[int], status: str) -> None:
    """Put products on sale or take them off."""
    with transaction.atomic():
        Product.objects.filter(id__in=product_ids).update(status=status)
        product_edited(product_ids)


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


def embed_stale(*, seconds: float = 300.0, after_chunk: Callable[[int], None] | None = None) -> tuple[int, bool]:
    """Embed every product whose vector is missing or of another text, in every generation that is kept fresh.

    Several workers may run it at once, each takes other products. Returns how many were embedded and whether time ran
    out before all were.
    """
    started, done = time.monotonic(), 0
    for generation, encoder in embed.open_generations():
        for product_ids in embed.stale_chunks(generation.pk):
            if time.monotonic() - started > seconds:
                return done, True
            count = embed.embed_chunk(generation, encoder, product_ids)
            done += count
            if after_chunk is not None:
                after_chunk(count)
        embed.promote_if_complete(generation)
    return done, False


def count_embedded() -> tuple[int, int]:
    """How many active products can be found by meaning, and how many there are."""
    return embed.count_embedded()
