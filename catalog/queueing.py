"""Hands uploads to the workers: what every door calls, so that a second click or a missing broker harms nothing."""

from collections.abc import Sequence
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError as BrokerError

from catalog.errors import BrokerUnavailable, UploadBusy
from catalog.models import Upload
from catalog.tasks import check_upload, index_products, run_upload, settle_merge, switch_extractor_version
from catalog.upload_record import BUSY, is_at_work

logger = structlog.get_logger(__name__)


def enqueue_upload(upload: Upload, *, check_only: bool) -> None:
    """Starts a check or an import once the caller's transaction commits; refused while one is running."""
    with transaction.atomic():
        held = Upload.objects.select_for_update().get(pk=upload.pk)
        if is_at_work(held):
            raise UploadBusy(_("This upload is being worked on. Wait until it is done."))
        before = held.status if held.status not in BUSY else Upload.Status.NEW
        held.status = Upload.Status.CHECKING if check_only else Upload.Status.QUEUED
        held.error, held.started_at = "", timezone.now()
        held.save(update_fields=["status", "error", "started_at"])
        transaction.on_commit(lambda: _send(check_upload if check_only else run_upload, held, before))
    upload.refresh_from_db()


def enqueue_indexing(product_ids: Sequence[int]) -> None:
    """Edited products into the index once the caller commits; without a broker the next beat finds them."""

    def send() -> None:
        try:
            index_products.apply_async(
                args=(list(product_ids),), retry_policy={"max_retries": 1, "interval_start": 0.1}
            )
        except BrokerError as error:
            logger.warning("indexing_waits_for_beat", products=len(product_ids), reason=str(error))

    if product_ids:
        transaction.on_commit(send)


def enqueue_merge(suggestion_id: int) -> None:
    """A decided merge of many products, once the caller commits."""
    _send_on_commit(settle_merge, suggestion_id)


def enqueue_version_switch(version_id: int) -> None:
    """Another extractor version for many products, once the caller commits."""
    _send_on_commit(switch_extractor_version, version_id)


def _send_on_commit(task: Any, *arguments: Any) -> None:
    def send() -> None:
        try:
            task.apply_async(args=arguments, retry_policy={"max_retries": 1, "interval_start": 0.1})
        except BrokerError as error:
            raise BrokerUnavailable(
                _("The job queue cannot be reached, so nothing was started. Try it again soon.")
            ) from error

    transaction.on_commit(send)


def _send(task: Any, upload: Upload, before: str) -> None:
    try:
        # The worker writes the reasons down: in the language of whoever asked.
        arguments = (str(upload.pk), get_language() or settings.LANGUAGE_CODE)
        task.apply_async(args=arguments, retry_policy={"max_retries": 1, "interval_start": 0.1})
    except BrokerError as error:
        Upload.objects.filter(pk=upload.pk).update(status=before)
        raise BrokerUnavailable(
            _("The job queue cannot be reached, so nothing was started. The upload is kept: start it again soon.")
        ) from error
