"""What machines read out of product texts: evidence, proposals for review, and which extractor version counts.

`Evidence` is one extractor's finding with its place in the text; `Proposal` is the value that all live evidence of it
together supports, and what became of it. Only accepted proposals reach `Product.extracted`, which search reads.
"""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.product import Product


class ExtractorVersion(models.Model):
    """One version of one extractor. Exactly one version of each counts; the others keep their evidence, so that
    going back restores what was shown before.
    """

    class Status(models.TextChoices):
        LIVE = "live", _("in use")
        RETIRED = "retired", _("kept, not in use")

    name = models.CharField(_("extractor"), max_length=40)
    version = models.CharField(_("version"), max_length=80)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.LIVE)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("extractor version")
        verbose_name_plural = _("extractor versions")
        ordering = ["name", "-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="extractor_version_name"),
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(status="live"), name="extractor_version_one_live"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Extraction(models.Model):
    """That one extractor version read one product's text, or why it could not. `fingerprint` is of the text read."""

    class Status(models.TextChoices):
        DONE = "done", _("read")
        FAILED = "failed", _("failed")

    product = models.ForeignKey(Product, models.CASCADE, related_name="extractions", verbose_name=_("product"))
    version = models.ForeignKey(ExtractorVersion, models.CASCADE, verbose_name=_("extractor version"))
    fingerprint = models.CharField(max_length=32)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DONE)
    code = models.CharField(_("reason"), max_length=40, blank=True)
    message = models.CharField(_("message"), max_length=500, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=1)
    try_after = models.DateTimeField(_("next try"), null=True, blank=True)
    read_at = models.DateTimeField(_("read"), auto_now=True)

    class Meta:
        verbose_name = _("extraction")
        verbose_name_plural = _("extractions")
        constraints = [models.UniqueConstraint(fields=["product", "version"], name="extraction_product_version")]
        indexes = [models.Index(fields=["status", "try_after"], name="extraction_failed")]

    def __str__(self) -> str:
        return f"{self.product_id} {self.status}"


class Evidence(models.Model):
    """One value that one extractor version found in one product. An empty `field` means implied, not stated."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="evidence", verbose_name=_("product"))
    version = models.ForeignKey(ExtractorVersion, models.CASCADE, verbose_name=_("extractor version"))
    attribute = models.CharField(_("attribute"), max_length=120)
    value_key = models.CharField(max_length=200)
    value = models.JSONField(_("value"))
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    field = models.CharField(_("text"), max_length=20, blank=True)
    start = models.IntegerField(null=True)
    end = models.IntegerField(null=True)
    quote = models.CharField(_("as written"), max_length=500, blank=True)
    confidence = models.FloatField(_("confidence"))

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        indexes = [models.Index(fields=["product", "attribute"], name="evidence_product_attribute")]

    def __str__(self) -> str:
        return f"{self.attribute}: {self.value}"


class Proposal(models.Model):
    """A value proposed for a product, and what became of it.

    `confidence` is calibrated over all live evidence. `decided_by` empty and status accepted means: above the
    attribute's threshold. A person's decision outlives every extractor version.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("to review")
        ACCEPTED = "accepted", _("accepted")
        REJECTED = "rejected", _("rejected")
        WITHDRAWN = "withdrawn", _("no longer supported by the text")

    product = models.ForeignKey(Product, models.CASCADE, related_name="proposals", verbose_name=_("product"))
    attribute = models.CharField(_("attribute"), max_length=120)
    value_key = models.CharField(max_length=200)
    value = models.JSONField(_("value"))
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    field = models.CharField(_("text"), max_length=20, blank=True)
    quote = models.CharField(_("as written"), max_length=500, blank=True)
    is_stated = models.BooleanField(_("stated in the text"), default=True)
    # The catalog itself says another value of this attribute: never accepted without a person.
    contradicts = models.BooleanField(_("contradicts the catalog"), default=False)
    confidence = models.FloatField(_("confidence"), default=0)
    extractors = ArrayField(models.CharField(max_length=40), verbose_name=_("found by"), default=list, blank=True)
    impact = models.FloatField(_("impact"), default=0)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    # What a person wrote instead; the wrong value stays in `value` as training data.
    edited_value = models.JSONField(_("corrected value"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("proposed value")
        verbose_name_plural = _("proposed values")
        constraints = [models.UniqueConstraint(fields=["product", "attribute", "value_key"], name="proposal_value")]
        indexes = [
            models.Index(fields=["status", "confidence"], name="proposal_by_confidence"),
            models.Index(fields=["status", "-impact"], name="proposal_by_impact"),
            models.Index(fields=["attribute", "status"], name="proposal_by_attribute"),
        ]

    def __str__(self) -> str:
        return f"{self.attribute}: {self.value}"


class Calibration(models.Model):
    """How far one extractor can be believed for one attribute: right and wrong findings, counted where the catalog or
    a person says the truth, per step of the extractor's own confidence.
    """

    extractor = models.CharField(_("extractor"), max_length=40)
    attribute = models.CharField(_("attribute"), max_length=120, blank=True)
    step = models.PositiveSmallIntegerField(_("confidence step"))
    right = models.FloatField(_("right"), default=0)
    wrong = models.FloatField(_("wrong"), default=0)

    class Meta:
        verbose_name = _("calibration")
        verbose_name_plural = _("calibrations")
        constraints = [
            models.UniqueConstraint(fields=["extractor", "attribute", "step"], name="calibration_extractor_attribute")
        ]

    def __str__(self) -> str:
        return f"{self.extractor} {self.attribute} {self.step}"
