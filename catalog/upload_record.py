"""The record of an upload while it runs: claimed, counted batch by batch, and closed with what came of it."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.contracts import Outcome, Refusal, UpsertCounts, UpsertResult
from catalog.errors import NotFound
from catalog.locks import is_locked
from catalog.models import RefusedRow, Upload

# More refused rows than this are counted but not kept: no one mends them by hand.
MAX_REFUSED_KEPT = 20_000
MAX_EXAMPLES = 100
COUNTERS = ("rows", "read_bytes", "created_count", "changed_count", "unchanged_count", "deleted_count", "refused_count")
# A worker that is free takes a job within a second.
STUCK_AFTER = timedelta(seconds=60)
BUSY = (Upload.Status.CHECKING, Upload.Status.QUEUED, Upload.Status.RUNNING)


def find_upload(upload_id: UUID | str) -> Upload:
    try:
        return Upload.objects.get(pk=upload_id)
    except (Upload.DoesNotExist, ValidationError, ValueError) as error:
        raise NotFound(_("There is no such upload.")) from error


def is_at_work(upload: Upload) -> bool:
    """Whether a worker has the upload, or will soon; a job whose worker and message are both lost may start again."""
    if upload.status not in BUSY:
        return False
    enqueued = upload.started_at or upload.created_at
    return timezone.now() - enqueued < STUCK_AFTER or is_locked(lock_name(upload))


def lock_name(upload: Upload) -> str:
    return f"upload {upload.pk}"


def start_upload(upload: Upload, *, check_only: bool) -> None:
    """From the beginning, also after a worker was killed: counters and refused rows of an earlier run go."""
    RefusedRow.objects.filter(upload=upload).delete()
    for name in COUNTERS:
        setattr(upload, name, 0)
    upload.status = Upload.Status.CHECKING if check_only else Upload.Status.RUNNING
    upload.started_at, upload.finished_at, upload.error, upload.notes = timezone.now(), None, "", {}
    upload.save()


def record_batch(
    upload: Upload, result: UpsertResult, refusals: Iterable[Refusal], *, rows: int, read_bytes: int
) -> None:
    """Adds a batch to the counters, in the batch's own transaction."""
    refused = [*refusals, *result.refusals]
    counts = result.counts + UpsertCounts(refused=len(refused) - result.counts.refused)
    room = MAX_REFUSED_KEPT - upload.refused_count
    RefusedRow.objects.bulk_create(
        [
            RefusedRow(
                upload=upload, row_number=each.row_number, sku=each.sku, code=each.code, column=each.column,
                message=each.message, raw=dict(each.raw),
            )
            for each in refused[: max(room, 0)]
        ],
        batch_size=500,
    )  # fmt: skip
    Upload.objects.filter(pk=upload.pk).update(
        rows=rows,
        read_bytes=read_bytes,
        created_count=F("created_count") + counts.created,
        changed_count=F("changed_count") + counts.changed,
        unchanged_count=F("unchanged_count") + counts.unchanged,
        deleted_count=F("deleted_count") + counts.deleted,
        refused_count=F("refused_count") + counts.refused,
    )


def note_examples(notes: dict[str, Any], outcomes: Iterable[Outcome]) -> None:
    """Keeps the first products of each outcome with their row numbers, for the page of the check."""
    examples: dict[str, list[dict[str, Any]]] = notes.setdefault("examples", {})
    for outcome in outcomes:
        listed = examples.setdefault(outcome.kind, [])
        if len(listed) < MAX_EXAMPLES:
            listed.append({"row": outcome.row_number, "sku": outcome.sku, "fields": list(outcome.fields)})


def finish_upload(upload: Upload, notes: dict[str, Any], *, check_only: bool) -> UpsertCounts:
    Upload.objects.filter(pk=upload.pk).update(
        status=Upload.Status.CHECKED if check_only else Upload.Status.DONE,
        finished_at=timezone.now(),
        read_bytes=upload.total_bytes,
        notes=notes,
    )
    return read_counts(upload)


def fail_upload(upload: Upload, message: str) -> None:
    """What was committed stays; running the upload again goes on from there without harm."""
    Upload.objects.filter(pk=upload.pk).update(
        status=Upload.Status.FAILED, finished_at=timezone.now(), error=message[:2000]
    )


def read_counts(upload: Upload) -> UpsertCounts:
    upload.refresh_from_db()
    return UpsertCounts(
        upload.created_count, upload.changed_count, upload.unchanged_count, upload.deleted_count, upload.refused_count
    )


def vanish_limit() -> int:
    """The share of active products, in percent, that one file may archive without being asked."""
    return int(settings.UPLOAD_MAX_ARCHIVED_PERCENT)
