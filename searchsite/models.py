"""API keys: who may call which part of the REST interface."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ApiKey(models.Model):
    """A scoped key. Only a hash is stored; the key itself is shown once, when it is made."""

    class Scope(models.TextChoices):
        SEARCH = "search", _("search and suggest")
        EVENTS = "events", _("send events")
        CATALOG = "catalog", _("upload and read the catalog")
        RULES_READ = "rules:read", _("read rules")
        RULES_WRITE = "rules:write", _("write rules")
        RULES_APPROVE = "rules:approve", _("approve rules")
        ADMIN = "admin", _("everything, rules included")

    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(_("begins with"), max_length=12, unique=True, editable=False)
    hashed_key = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope), verbose_name=_("may"), default=list)
    markets = ArrayField(
        models.CharField(max_length=16),
        verbose_name=_("markets"),
        default=list,
        blank=True,
        help_text=_("For which markets the key may write or approve rules, with commas between them; * for all."),
    )
    # Four eyes count people: a key is a hand of whoever made it.
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("made by"),
    )
    is_active = models.BooleanField(pgettext_lazy("API key", "active"), default=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
