"""Uploads: a file, its column mapping, its progress and the rows it refused."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Upload(models.Model):
    """One uploaded catalog file and what became of it. Counters move while the job runs."""

    class Status(models.TextChoices):
        NEW = "new", _("waiting for its mapping")
        CHECKING = "checking", _("checking")
        CHECKED = "checked", _("checked, not imported")
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("importing")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    class Mode(models.TextChoices):
        UPSERT = "upsert", _("create and update")
        REPLACE = "replace", _("create, update and archive what the file no longer lists")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file = models.FileField(_("file"), upload_to="uploads/%Y/%m/")
    filename = models.CharField(_("file name"), max_length=255)
    format = models.CharField(_("format"), max_length=10, blank=True)
    encoding = models.CharField(_("encoding"), max_length=20, blank=True)
    mode = models.CharField(_("mode"), max_length=10, choices=Mode, default=Mode.UPSERT)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.NEW)
    columns = models.JSONField(_("columns"), default=list, blank=True)
    mapping = models.JSONField(_("column mapping"), default=dict, blank=True)
    samples = models.JSONField(_("first rows"), default=list, blank=True)
    total_bytes = models.BigIntegerField(_("bytes"), default=0)
    read_bytes = models.BigIntegerField(_("bytes read"), default=0)
    rows = models.BigIntegerField(_("rows read"), default=0)
    created_count = models.BigIntegerField(pgettext_lazy("upload count", "created"), default=0)
    changed_count = models.BigIntegerField(_("changed"), default=0)
    unchanged_count = models.BigIntegerField(_("unchanged"), default=0)
    deleted_count = models.BigIntegerField(_("removed"), default=0)
    refused_count = models.BigIntegerField(_("refused"), default=0)
    error = models.TextField(_("error"), blank=True)
    # What a check found, and what the merchandiser should know: examples of outcomes, unknown columns, warnings.
    notes = models.JSONField(_("notes"), default=dict, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name=_("uploaded by")
    )
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.filename


class RefusedRow(models.Model):
    upload = models.ForeignKey(Upload, models.CASCADE, related_name="refused_rows")
    row_number = models.BigIntegerField(_("row"))
    sku = models.CharField(_("SKU"), max_length=200, blank=True)
    code = models.CharField(_("code"), max_length=50)
    column = models.CharField(_("column"), max_length=200, blank=True)
    message = models.TextField(_("reason"))
    raw = models.JSONField(_("row as read"), default=dict)

    class Meta:
        verbose_name = _("refused row")
        verbose_name_plural = _("refused rows")
        ordering = ["row_number", "id"]

    def __str__(self) -> str:
        return f"{self.row_number}: {self.message}"


class ColumnMapping(models.Model):
    """A mapping remembered for files with the same header, so the next upload needs no clicks."""

    signature = models.CharField(max_length=64, unique=True)
    mapping = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("remembered column mapping")
        verbose_name_plural = _("remembered column mappings")

    def __str__(self) -> str:
        return self.signature
