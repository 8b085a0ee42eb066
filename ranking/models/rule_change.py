"""What waits beside a live rule: the change somebody proposes, or that it be deleted. The live version is served on."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ranking.models.rule import Rule


class RuleChange(models.Model):
    """At most one a rule. Made live, it is copied into the rule and gone; history and audit log keep its trail."""

    class Kind(models.TextChoices):
        EDIT = "edit", _("change")
        DELETE = "delete", _("deletion")

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        REVIEW = "review", _("in review")

    rule = models.OneToOneField(Rule, models.CASCADE, related_name="pending", verbose_name=_("rule"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.EDIT)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    document = models.JSONField(_("proposed rule"), default=dict)
    version = models.PositiveIntegerField(_("version"))
    changed_by = models.CharField(max_length=80, blank=True)
    changed_by_label = models.CharField(_("changed by"), max_length=150, blank=True)
    comment = models.TextField(_("comment"), blank=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("waiting change")
        verbose_name_plural = _("waiting changes")
        ordering = ["updated_at", "id"]

    def __str__(self) -> str:
        return str(self.rule)
