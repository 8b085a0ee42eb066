"""What shoppers searched for and which rules answered, summed by day: no shopper, no session, no single search."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class QueryDay(models.Model):
    """One day's searches for the same words at the same place. An empty `query` is browsing.

    `zero_results` counts searches for which nothing held all that was asked, before anything was let go; `relaxed`
    those of them that found something once it was. `last_total`: how many products the last of these searches showed.
    """

    day = models.DateField(_("day"))
    query = models.CharField(_("query"), max_length=500, blank=True)
    locale = models.CharField(_("language of the shop"), max_length=8, blank=True)
    market = models.CharField(_("market"), max_length=16, blank=True)
    category = models.CharField(_("category"), max_length=300, blank=True)
    searches = models.PositiveIntegerField(_("searches"), default=0)
    zero_results = models.PositiveIntegerField(_("without results"), default=0)
    relaxed = models.PositiveIntegerField(_("relaxed"), default=0)
    last_total = models.PositiveIntegerField(_("products found last"), default=0)

    class Meta:
        verbose_name = _("searches of a day")
        verbose_name_plural = _("query log")
        constraints = [
            models.UniqueConstraint(fields=["day", "query", "locale", "market", "category"], name="query_day_unique")
        ]
        indexes = [
            models.Index("day", models.F("searches").desc(), name="query_day_searches"),
            models.Index(
                "day",
                models.F("zero_results").desc(),
                name="query_day_zero",
                condition=models.Q(zero_results__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.query}"


class RuleDay(models.Model):
    """How often a rule's conditions held on one day, in searches of shoppers; a deleted rule keeps its counts.

    `matched` includes `beaten`: searches in which stronger rules left nothing of it. `held_out`: the shopper was in the
    group without it.
    """

    day = models.DateField(_("day"))
    rule_id = models.UUIDField(_("rule"))
    matched = models.PositiveIntegerField(_("matched"), default=0)
    beaten = models.PositiveIntegerField(_("beaten"), default=0)
    held_out = models.PositiveIntegerField(_("held out"), default=0)
    last_at = models.DateTimeField(_("last"))

    class Meta:
        verbose_name = _("a rule's day")
        verbose_name_plural = _("rule counts")
        constraints = [models.UniqueConstraint(fields=["rule_id", "day"], name="rule_day_unique")]
        indexes = [models.Index(fields=["day"], name="rule_day_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.rule_id}"
