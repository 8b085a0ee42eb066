"""Events in the admin: to look at, not to touch."""

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from catalog.long_lists import LongList
from feedback.models import Event


@admin.register(Event)
class EventAdmin(LongList, ModelAdmin):
    list_display = ["received_at", "action", "sku", "query", "position", "quantity", "value", "shopper_id"]
    list_filter = ["action", "received_at"]
    search_fields = ["=sku", "=shopper_id", "=session_id", "=search_id"]
    search_help_text = "SKU, shopper, session or search, exactly"
    ordering = ["-received_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        return False
