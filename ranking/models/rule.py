"""The rule a merchandiser writes. Its conditions, actions and windows are documents of merchandising/schema.py."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


class Rule(models.Model):
    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        REVIEW = "review", _("in review")
        LIVE = "live", _("live")
        PAUSED = "paused", _("paused")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=200)
    reason = models.TextField(_("why"), blank=True, help_text=_("So that others know when it may go."))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    priority = models.IntegerField(
        _("priority"), default=100, help_text=_("Of two rules that want the same, the lower number wins.")
    )
    stop_processing = models.BooleanField(_("stop after this rule"), default=False)
    conditions = models.JSONField(_("when"), default=list, blank=True)
    actions = models.JSONField(_("do"), default=list)
    windows = models.JSONField(_("time windows"), default=list, blank=True)
    markets = ArrayField(models.CharField(max_length=16), verbose_name=_("markets"), default=list, blank=True)
    locales = ArrayField(models.CharField(max_length=8), verbose_name=_("languages"), default=list, blank=True)
    tags = ArrayField(models.CharField(max_length=50), verbose_name=_("tags"), default=list, blank=True)
    holdout_share = models.FloatField(_("holdout share"), default=0)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name=_("owner"))
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    # Whose change stands here (governance/actors.py), so that nobody approves their own.
    changed_by = models.CharField(max_length=80, blank=True, editable=False)
    changed_by_label = models.CharField(_("changed by"), max_length=150, blank=True, editable=False)
    # The content that was last made live; empty: never was.
    approved_hash = models.CharField(max_length=64, blank=True, editable=False)
    comment = models.TextField(_("comment"), blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering = ["priority", "created_at", "id"]
        permissions = [("approve_rule", "Can approve rules")]
        indexes = [
            models.Index(
                fields=["updated_at"],
                name="ranking_rule_waiting",
                condition=models.Q(status="review") | ~models.Q(comment=""),
            )
        ]

    def __str__(self) -> str:
        return self.name
