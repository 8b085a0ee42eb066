"""What the health check found about rules and queries, and how far its run is."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class HealthFinding(models.Model):
    """One thing worth a merchandiser's look; the next check replaces the findings of its kind.

    `weight` sorts them, worst first. `other_id` is the second rule of a conflict, `detail` whatever the board shows.
    """

    class Kind(models.TextChoices):
        EXPIRED = "expired", _("expired")
        EXPIRING = "expiring", _("expires soon")
        PAST_WINDOW = "past_window", _("last time window is over")
        NEVER_FIRED = "never_fired", _("never used")
        ALWAYS_BEATEN = "always_beaten", _("always beaten")
        BROKEN = "broken", _("skipped, because not valid")
        DEAD_PIN = "dead_pin", _("pins what cannot be shown")
        UNKNOWN_NAME = "unknown_name", _("names what the catalog lacks")
        CONFLICT = "conflict", _("conflict")
        ZERO_RESULTS = "zero_results", _("search without results")

    kind = models.CharField(max_length=20, choices=Kind)
    rule_id = models.UUIDField(null=True, blank=True)
    other_id = models.UUIDField(null=True, blank=True)
    query = models.CharField(max_length=500, blank=True)
    locale = models.CharField(max_length=8, blank=True)
    weight = models.IntegerField(default=0)
    detail = models.JSONField(default=dict)
    found_at = models.DateTimeField()

    class Meta:
        verbose_name = _("health finding")
        verbose_name_plural = _("health findings")
        indexes = [
            models.Index("kind", models.F("weight").desc(), "id", name="health_finding_worst"),
            models.Index(fields=["rule_id"], name="health_finding_rule"),
            models.Index(fields=["other_id"], name="health_finding_other"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.rule_id or self.query}"


class HealthCheck(models.Model):
    """One run of the check. `counts`: kind → how many there are, of which findings hold the worst.

    `sweep`: how far the search for conflicts came, for the next run to go on from.
    """

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    stage = models.CharField(max_length=30, blank=True)
    stages_done = models.PositiveSmallIntegerField(default=0)
    stages = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    counts = models.JSONField(default=dict)
    sweep = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("health check")
        verbose_name_plural = _("health checks")
        get_latest_by = "id"

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"
