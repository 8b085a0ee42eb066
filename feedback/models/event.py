"""One thing a shopper did with a product, tied to the search that showed it (User Behavior Insights form)."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class Event(models.Model):
    class Action(models.TextChoices):
        VIEW = "view", _("view")
        CLICK = "click", _("click")
        CART = "cart", _("add to cart")
        PURCHASE = "purchase", _("purchase")
        RATING = "rating", _("rating")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    action = models.CharField(_("action"), max_length=10, choices=Action)
    search_id = models.UUIDField(_("search"), null=True, blank=True, db_index=True)
    sku = models.CharField(_("SKU"), max_length=100)
    position = models.PositiveIntegerField(_("position"), null=True, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"), null=True, blank=True)
    value = models.DecimalField(_("value"), max_digits=12, decimal_places=2, null=True, blank=True)
    shopper_id = models.CharField(_("shopper"), max_length=100, blank=True)
    session_id = models.CharField(_("session"), max_length=100, blank=True)
    query = models.CharField(_("query"), max_length=500, blank=True)
    happened_at = models.DateTimeField(_("happened"))
    received_at = models.DateTimeField(_("received"), auto_now_add=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-received_at"]

    def __str__(self) -> str:
        return f"{self.action} {self.sku}"
