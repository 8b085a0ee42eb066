"""The audit log: append-only rows, each sealed with the hash of the one before (governance/audit.py writes them)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """No foreign keys: what people and rules were called then stays, whatever becomes of them. The database refuses
    changes and deletions (migration 0011).
    """

    at = models.DateTimeField(_("time"))
    actor = models.CharField(_("account"), max_length=80)
    actor_label = models.CharField(_("who"), max_length=150)
    action = models.CharField(_("action"), max_length=20)
    kind = models.CharField(_("kind"), max_length=20)
    object_id = models.CharField(_("id"), max_length=40)
    object_name = models.CharField(_("what"), max_length=200)
    version = models.PositiveIntegerField(_("version"), null=True)
    comment = models.TextField(_("comment"), blank=True)
    document = models.TextField(_("document"), blank=True)
    document_hash = models.CharField(_("hash of the document"), max_length=64, blank=True)
    previous_hash = models.CharField(_("hash of the entry before"), max_length=64, unique=True)
    hash = models.CharField(_("hash"), max_length=64, unique=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        ordering = ["-id"]
        indexes = [models.Index(fields=["kind", "object_id", "version"], name="ranking_audit_object")]

    def __str__(self) -> str:
        return f"{self.action} {self.object_name}"
