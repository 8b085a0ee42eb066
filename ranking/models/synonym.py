"""Words a merchandiser says mean the same: one row is one group, from suggestion to acceptance."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from catalog.text import analyse, normalise

MAX_WORDS = 50
MAX_CHARACTERS = 100
MAX_TERMS = 16  # index terms of one phrase, as ranking.language.phrase_table reads them


class Synonym(models.Model):
    """One-way: who types one of `words` also finds `alternatives`. Two-way: all of `words` find each other.

    `weight` is what a product found by the other word counts, beside one found by the typed word; 0 keeps words apart
    that the built-in zh↔en links would join. Only accepted and enabled rows have effect, with the next search.
    """

    class Kind(models.TextChoices):
        ONE_WAY = "one_way", _("one-way")
        TWO_WAY = "two_way", _("two-way")

    class Status(models.TextChoices):
        SUGGESTED = "suggested", _("suggested")
        ACCEPTED = "accepted", _("accepted")
        REJECTED = "rejected", _("rejected")

    class Source(models.TextChoices):
        MERCHANT = "merchant", _("merchant")
        CATALOG = "catalog", _("catalog")
        QUERY_LOG = "query_log", _("query log")

    kind = models.CharField(_("direction"), max_length=10, choices=Kind, default=Kind.TWO_WAY)
    words = ArrayField(models.CharField(max_length=MAX_CHARACTERS), verbose_name=_("words"), size=MAX_WORDS)
    alternatives = ArrayField(
        models.CharField(max_length=MAX_CHARACTERS),
        verbose_name=_("also finds"),
        size=MAX_WORDS,
        default=list,
        blank=True,
    )
    weight = models.FloatField(
        _("weight"),
        default=0.9,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("1 counts as much as the typed word; 0 keeps the words apart."),
    )
    locale = models.CharField(
        _("language of the shop"),
        max_length=2,
        choices=[("", _("both")), ("en", _("English")), ("zh", _("Chinese"))],
        blank=True,
        default="",
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ACCEPTED, db_index=True)
    enabled = models.BooleanField(_("enabled"), default=True)
    source = models.CharField(_("source"), max_length=10, choices=Source, default=Source.MERCHANT)
    note = models.TextField(_("why"), blank=True, help_text=_("So that others know when it may go."))
    evidence = models.JSONField(_("evidence"), default=dict, blank=True, editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, verbose_name=_("changed by")
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("synonym")
        verbose_name_plural = _("synonyms")
        ordering = ["-updated_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(weight__gte=0, weight__lte=1), name="synonym_weight_0_1"),
        ]

    def __str__(self) -> str:
        if self.kind == self.Kind.ONE_WAY:
            return f"{', '.join(self.words)} → {', '.join(self.alternatives)}"
        return " = ".join(self.words)

    def clean(self) -> None:
        words, alternatives = self.words or [], self.alternatives or []
        errors = find_errors(str(self.kind), words, alternatives) or find_repeats(words, alternatives)
        if errors:
            raise ValidationError(errors)


def find_errors(kind: str, words: list[str], alternatives: list[str]) -> dict[str, Any]:
    """Field → why the group cannot be used, in words for merchandisers; empty when it can."""
    errors: dict[str, Any] = {}
    for name, phrases in (("words", words), ("alternatives", alternatives)):
        message = _find_bad_phrase(phrases)
        if message:
            errors[name] = message
    if kind == Synonym.Kind.TWO_WAY and alternatives:
        errors.setdefault("alternatives", _("A two-way group has no direction: write all its words in one list."))
    elif kind == Synonym.Kind.TWO_WAY and len(words) < 2:
        errors.setdefault("words", _("Write at least two words that mean the same."))
    elif kind == Synonym.Kind.ONE_WAY and not words:
        errors.setdefault("words", _("Write at least one word that shoppers type."))
    elif kind == Synonym.Kind.ONE_WAY and not alternatives:
        errors.setdefault("alternatives", _("Write at least one word that should be found too."))
    return errors


def _find_bad_phrase(phrases: list[str]) -> Any:
    for phrase in phrases:
        terms = analyse(phrase)
        if not terms:
            return _("“%s” has no letter, digit or Chinese character.") % phrase
        if len(terms) > MAX_TERMS:
            return _("“%s” is too long; a synonym is a word or a short phrase.") % phrase
    return None


def find_repeats(words: list[str], alternatives: list[str]) -> dict[str, Any]:
    """Field → which of two spellings that search reads as one word is to be left out."""
    seen: dict[tuple[str, ...], str] = {}
    for name, phrases in (("words", words), ("alternatives", alternatives)):
        for phrase in phrases:
            terms = tuple(analyse(phrase))
            if terms in seen:
                told = {"second": phrase, "first": seen[terms]}
                return {name: _("“%(second)s” is already found as “%(first)s”; leave it out.") % told}
            seen[terms] = phrase
    return {}


def fold_phrases(phrases: list[str]) -> tuple[str, ...]:
    """Phrases as they are compared: normalised, in any order."""
    return tuple(sorted({normalise(phrase) for phrase in phrases}))
