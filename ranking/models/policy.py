"""How rules are governed: four eyes, protected traits, own brands and caps, for the shop and for single markets."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

MAX_PLACES = 100


class RulePolicy(models.Model):
    market = models.CharField(
        _("market"),
        max_length=16,
        blank=True,
        unique=True,
        help_text=_("Empty: the whole shop, where no market differs."),
    )
    four_eyes = models.BooleanField(
        _("four eyes"),
        default=False,
        help_text=_(
            "A second person approves every change before shoppers see it. Off: whoever may write rules may make them "
            "live, which is what a shop of one person needs."
        ),
    )  # fmt: skip
    superusers_exempt = models.BooleanField(
        _("superusers may approve their own changes"),
        default=False,
        help_text=_("For emergencies in small teams; every use stands in the audit log."),
    )
    protected = ArrayField(
        models.CharField(max_length=60),
        verbose_name=_("protected traits"),
        default=list,
        blank=True,
        help_text=_("No rule may treat shoppers differently by a segment whose name holds one of these words."),
    )
    own_brands = ArrayField(
        models.CharField(max_length=100),
        verbose_name=_("own brands"),
        default=list,
        blank=True,
        help_text=_("Keys of the brands that belong to the shop; caps may name them all at once."),
    )
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("rule policy")
        verbose_name_plural = _("rule policies")
        ordering = ["market"]

    def __str__(self) -> str:
        return self.market or str(_("whole shop"))


class ShareCap(models.Model):
    """No rule may push these products above a share of the first places."""

    class Kind(models.TextChoices):
        OWN_BRANDS = "own_brands", _("own brands")
        BRAND = "brand", _("brand")
        CATEGORY = "category", _("category")
        ATTRIBUTE = "attribute", _("attribute")

    policy = models.ForeignKey(RulePolicy, models.CASCADE, related_name="caps", verbose_name=_("policy"))
    kind = models.CharField(_("what"), max_length=12, choices=Kind, default=Kind.OWN_BRANDS)
    attribute = models.CharField(
        _("attribute"), max_length=100, blank=True, help_text=_("Its key, when the cap is about an attribute.")
    )
    values = ArrayField(
        models.CharField(max_length=200),
        verbose_name=_("values"),
        default=list,
        blank=True,
        help_text=_("Keys with commas between them; own brands need none."),
    )
    places = models.PositiveIntegerField(
        _("first places"), default=10, validators=[MinValueValidator(1), MaxValueValidator(MAX_PLACES)]
    )
    percent = models.PositiveIntegerField(_("at most, in percent"), default=30, validators=[MaxValueValidator(100)])

    class Meta:
        verbose_name = _("cap")
        verbose_name_plural = _("caps")
        ordering = ["policy", "id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ≤ {self.percent} % / {self.places}"


class MarketGrant(models.Model):
    """For which markets somebody may write or approve rules. Who has none may do neither (superusers may)."""

    class Right(models.TextChoices):
        WRITE = "write", _("write rules")
        APPROVE = "approve", _("approve rules")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("user")
    )
    group = models.ForeignKey(
        "auth.Group", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("group")
    )
    right = models.CharField(_("may"), max_length=10, choices=Right, default=Right.WRITE)
    all_markets = models.BooleanField(
        _("all markets"), default=False, help_text=_("Also needed for rules that name no market: they concern all.")
    )
    markets = ArrayField(
        models.CharField(max_length=16),
        verbose_name=_("markets"),
        default=list,
        blank=True,
        help_text=_("Codes with commas between them."),
    )

    class Meta:
        verbose_name = _("market permission")
        verbose_name_plural = _("market permissions")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user__isnull=False, group__isnull=True)
                | models.Q(user__isnull=True, group__isnull=False),
                name="ranking_marketgrant_one_holder",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user or self.group}: {self.get_right_display()}"
