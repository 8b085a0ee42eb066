"""What reviews say: how one review sounds, and what a product's reviews say about each aspect of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.product import Product, Review


class ReviewOpinion(models.Model):
    """How one review sounds, by one model. `sentiment` is the chance that it is a contented one, 0..1."""

    review = models.OneToOneField(Review, models.CASCADE, primary_key=True, related_name="opinion")
    fingerprint = models.CharField(max_length=32)  # of the text and the model's name
    sentiment = models.FloatField(_("sentiment"))
    # [[aspect key, sentiment 0..1, start, end of the quoted clause in the body], …]
    aspects = models.JSONField(_("aspects"), default=list, blank=True)

    def __str__(self) -> str:
        return f"{self.review_id} {self.sentiment:.2f}"


class AspectSummary(models.Model):
    """A product's aspect over all its reviews: "battery: 86 % positive, 42 reviews"."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="aspects", verbose_name=_("product"))
    aspect = models.CharField(_("aspect"), max_length=60)  # a key of catalog/opinions/aspects; "" is the whole product
    positive = models.PositiveIntegerField(_("positive"), default=0)
    negative = models.PositiveIntegerField(_("negative"), default=0)
    # [{"review": id, "start": …, "end": …, "positive": true}, …], a few of each kind
    quotes = models.JSONField(_("quotes"), default=list, blank=True)
    # Of the row of the whole product alone: what it was made of, and 0..1 as search reads it.
    fingerprint = models.CharField(max_length=32, default="", blank=True, editable=False)
    sentiment = models.FloatField(_("sentiment"), null=True, editable=False)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("aspect of a product")
        verbose_name_plural = _("aspects of products")
        constraints = [models.UniqueConstraint(fields=["product", "aspect"], name="aspect_summary_product")]

    def __str__(self) -> str:
        return f"{self.product_id} {self.aspect}"


class OpinionAlert(models.Model):
    """A product whose share of negative reviews jumped: noticed once, until someone has seen to it."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="opinion_alerts", verbose_name=_("product"))
    share_before = models.FloatField(_("negative share before"))
    share_now = models.FloatField(_("negative share now"))
    reviews = models.PositiveIntegerField(_("recent reviews"))
    p_value = models.FloatField(_("chance of that by luck"))
    raised_at = models.DateTimeField(_("raised"), auto_now_add=True)
    seen_at = models.DateTimeField(_("seen to"), null=True, blank=True)

    class Meta:
        verbose_name = _("review alert")
        verbose_name_plural = _("review alerts")
        ordering = ["-raised_at"]
        constraints = [
            models.UniqueConstraint(fields=["product"], condition=models.Q(seen_at=None), name="opinion_alert_one_open")
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.share_before:.0%} → {self.share_now:.0%}"
