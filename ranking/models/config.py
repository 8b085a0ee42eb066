"""How parts are weighed: versioned, exactly one live."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RankingConfig(models.Model):
    """Weights of the scorers (Σ weight·part) and the parameters of retrieval, as data."""

    name = models.CharField(_("name"), max_length=100)
    note = models.TextField(_("why it was made"), blank=True)
    weights = models.JSONField(_("weights"), default=dict)
    parameters = models.JSONField(_("parameters"), default=dict, blank=True)
    is_live = models.BooleanField(_("live"), default=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("ranking configuration")
        verbose_name_plural = _("ranking configurations")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_live"], condition=models.Q(is_live=True), name="ranking_config_one_live"
            )
        ]

    def __str__(self) -> str:
        return self.name
