"""What-if runs over the query log, what came of each query, and judgements of which products answer a query."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

MAX_GRADE = 4


class Simulation(models.Model):
    """One question "what would these rules change?" (`question`: merchandising/whatif_question.py) and its answer.

    `seconds` is the work done so far, over all workers; `beat_at` the last sign of life.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=200)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.QUEUED)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name=_("asked by")
    )
    language = models.CharField(max_length=10, default="en")
    question = models.JSONField(_("question"), default=dict)
    done = models.PositiveIntegerField(_("queries done"), default=0)
    total = models.PositiveIntegerField(_("queries"), default=0)
    result = models.JSONField(_("result"), default=dict, blank=True)
    messages = models.JSONField(_("messages"), default=list, blank=True)
    versions = models.JSONField(default=dict, blank=True)
    seconds = models.FloatField(_("seconds"), default=0)
    created_at = models.DateTimeField(_("asked"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    beat_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("simulation")
        verbose_name_plural = _("simulations")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["status", "beat_at"], name="simulation_at_work")]

    def __str__(self) -> str:
        return self.name


class SimulatedQuery(models.Model):
    """One query of a simulation; `row` is what merchandising/whatif.py found out, None until it is asked.

    `impact` is searches × change, by which the most affected stand first.
    """

    simulation = models.ForeignKey(Simulation, models.CASCADE, related_name="queries")
    place = models.PositiveIntegerField()
    query = models.CharField(_("query"), max_length=500, blank=True)
    locale = models.CharField(max_length=8, blank=True)
    market = models.CharField(max_length=16, blank=True)
    category = models.CharField(max_length=300, blank=True)
    searches = models.PositiveBigIntegerField(_("searches"), default=1)
    impact = models.FloatField(default=0)
    zero = models.CharField(max_length=8, blank=True)
    row = models.JSONField(null=True)

    class Meta:
        verbose_name = _("simulated query")
        verbose_name_plural = _("simulated queries")
        ordering = ["-impact", "place"]
        constraints = [models.UniqueConstraint(fields=["simulation", "place"], name="simulated_query_place")]
        indexes = [models.Index("simulation", models.F("impact").desc(), "place", name="simulated_query_impact")]

    def __str__(self) -> str:
        return self.query


class QueryJudgement(models.Model):
    """How well a product answers a query, by a person: 0 (judged, and no answer) to MAX_GRADE (exactly it).

    `query` is normalised as search does; a product nobody judged has no row, and is not called irrelevant.
    """

    query = models.CharField(_("query"), max_length=500)
    locale = models.CharField(_("language of the shop"), max_length=8)
    sku = models.CharField(_("SKU"), max_length=200)
    grade = models.PositiveSmallIntegerField(_("grade"), validators=[MaxValueValidator(MAX_GRADE)])
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("judgement")
        verbose_name_plural = _("judgements")
        ordering = ["query", "locale", "-grade", "sku"]
        constraints = [models.UniqueConstraint(fields=["query", "locale", "sku"], name="query_judgement_once")]

    def __str__(self) -> str:
        return f"{self.query}: {self.sku}"
