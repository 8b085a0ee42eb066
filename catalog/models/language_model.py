"""What language models answered, kept so that the same text costs nothing twice, and what they took day by day."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LanguageModelAnswer(models.Model):
    """A checked answer. `key` is the hash of model, settings, prompt (the text in it) and the shape asked for."""

    key = models.CharField(max_length=64, primary_key=True)
    model = models.CharField(_("model"), max_length=200)
    text = models.TextField(_("answer"))
    logprobs = models.JSONField(default=list, blank=True)  # [[first character, natural log-probability], …]
    prompt_tokens = models.PositiveIntegerField(default=0)
    generated_tokens = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("language model answer")
        verbose_name_plural = _("language model answers")
        indexes = [models.Index(fields=["created_at"], name="language_answer_created")]

    def __str__(self) -> str:
        return f"{self.model} {self.key[:12]}"


class LanguageModelUsage(models.Model):
    """One model on one day (UTC). `cost` is estimated from the prices in the settings at the time."""

    day = models.DateField(_("day"))
    model = models.CharField(_("model"), max_length=200)
    calls = models.PositiveBigIntegerField(_("calls"), default=0)
    cache_hits = models.PositiveBigIntegerField(_("answers from the cache"), default=0)
    faults = models.PositiveBigIntegerField(_("failed calls"), default=0)
    prompt_tokens = models.PositiveBigIntegerField(_("tokens read"), default=0)
    generated_tokens = models.PositiveBigIntegerField(_("tokens written"), default=0)
    seconds = models.FloatField(_("seconds"), default=0)
    cost = models.FloatField(_("estimated cost"), default=0)

    class Meta:
        verbose_name = _("language model usage")
        verbose_name_plural = _("language model usage")
        ordering = ["-day", "model"]
        constraints = [models.UniqueConstraint(fields=["day", "model"], name="language_usage_day_model")]

    def __str__(self) -> str:
        return f"{self.day} {self.model}"
