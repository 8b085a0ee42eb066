"""Products that may be the same thing listed twice; nothing is merged without a merchandiser's word."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.product import Product


class DuplicateSuggestion(models.Model):
    """Two products that look like one. `first` is the older; merging archives `second` and moves its variants."""

    class Status(models.TextChoices):
        OPEN = "open", _("to review")
        MERGED = "merged", _("merged")
        APART = "apart", _("two products")

    first = models.ForeignKey(Product, models.CASCADE, related_name="+", verbose_name=_("product"))
    second = models.ForeignKey(Product, models.CASCADE, related_name="+", verbose_name=_("listed again as"))
    score = models.FloatField(_("likelihood"))
    reasons = models.JSONField(_("reasons"), default=list, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)  # of both texts: an edit asks again
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    undo = models.JSONField(default=dict, blank=True, editable=False)  # what merging moved, to take it back
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair")]
        indexes = [models.Index(fields=["status", "-score"], name="duplicate_by_score")]

    def __str__(self) -> str:
        return f"{self.first_id} = {self.second_id}?"
