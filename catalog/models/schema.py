"""Which attributes matter in a category, and suggestions to tidy the vocabulary that wait for a merchandiser's word."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.product import Attribute, Category


class CategoryAttribute(models.Model):
    """One attribute in one category (subcategories included): how useful it is there, made anew by a job."""

    category = models.ForeignKey(Category, models.CASCADE, null=True, blank=True, verbose_name=_("category"))
    attribute = models.ForeignKey(Attribute, models.CASCADE, verbose_name=_("attribute"))
    products = models.PositiveIntegerField(_("products"), default=0)
    coverage = models.FloatField(_("coverage"), default=0)  # share of the category's products that have it
    entropy = models.FloatField(_("spread of values"), default=0)  # bits over its values
    demand = models.FloatField(_("asked for"), default=0)  # share of logged queries that name a value of it
    low = models.FloatField(null=True, blank=True)
    high = models.FloatField(null=True, blank=True)
    values = models.JSONField(_("values"), default=list, blank=True)  # [[value, count], …], most frequent first

    class Meta:
        verbose_name = _("attribute of a category")
        verbose_name_plural = _("attributes of categories")
        constraints = [
            models.UniqueConstraint(fields=["category", "attribute"], name="category_attribute", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.category_id} {self.attribute_id}"


class SchemaSuggestion(models.Model):
    """A change to the vocabulary that a machine suggests: two values or two attributes that mean the same."""

    class Kind(models.TextChoices):
        SAME_VALUE = "value", _("two values mean the same")
        SAME_ATTRIBUTE = "attribute", _("two attributes mean the same")

    class Status(models.TextChoices):
        OPEN = "open", _("to review")
        ACCEPTED = "accepted", _("merged")
        REJECTED = "rejected", _("kept apart")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    attribute = models.ForeignKey(Attribute, models.CASCADE, related_name="suggestions", verbose_name=_("attribute"))
    # What would go (`source`) and what it would be shown as (`target`): value keys, or attribute keys.
    source = models.CharField(_("from"), max_length=200)
    target = models.CharField(_("into"), max_length=200)
    score = models.FloatField(_("confidence"), default=0)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    products = models.PositiveIntegerField(_("products"), default=0)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("suggested merge")
        verbose_name_plural = _("suggested merges")
        constraints = [models.UniqueConstraint(fields=["kind", "attribute", "source"], name="schema_suggestion_source")]
        indexes = [models.Index(fields=["status", "-score"], name="schema_suggestion_score")]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"
