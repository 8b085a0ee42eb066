"""What waits beside a policy: a change that loosens it, until a second person agrees. Meanwhile the policy holds."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ranking.models.policy import RulePolicy


class PolicyProposal(models.Model):
    """At most one a row of the policies, a row that does not exist yet included. Decided on, it is gone; the audit log
    keeps its trail.
    """

    class Kind(models.TextChoices):
        CREATE = "create", _("new policy")
        CHANGE = "change", _("change of the policy")
        DELETE = "delete", _("deletion of the policy")

    class Status(models.TextChoices):
        REVIEW = "review", _("in review")
        RETURNED = "returned", _("sent back")

    market = models.CharField(_("market"), max_length=16, blank=True, unique=True)
    policy = models.OneToOneField(
        RulePolicy, models.CASCADE, null=True, blank=True, related_name="proposal", verbose_name=_("policy")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.CHANGE)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.REVIEW)
    document = models.JSONField(_("proposed policy"), default=dict)
    # Of the policies it was proposed against: it is not approved on top of others.
    base_hash = models.CharField(max_length=64)
    proposed_by = models.CharField(max_length=80)
    proposed_by_label = models.CharField(_("proposed by"), max_length=150)
    comment = models.TextField(_("comment"), blank=True)
    proposed_at = models.DateTimeField(_("proposed"))

    class Meta:
        verbose_name = _("waiting change of a policy")
        verbose_name_plural = _("waiting changes of policies")
        ordering = ["proposed_at", "id"]

    def __str__(self) -> str:
        return self.market or str(_("whole shop"))
