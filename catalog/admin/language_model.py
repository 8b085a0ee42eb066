"""Admin of what language models took: calls, tokens and cost by day; nothing here can be changed."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from catalog.models import LanguageModelUsage


@admin.register(LanguageModelUsage)
class LanguageModelUsageAdmin(ModelAdmin):
    list_display = [
        "day", "model", "calls", "cache_hits", "faults", "prompt_tokens", "generated_tokens", "show_seconds",
        "show_cost",
    ]  # fmt: skip
    list_filter = ["model"]
    date_hierarchy = "day"
    ordering = ["-day", "model"]
    show_full_result_count = False
    list_per_page = 60

    @display(description=_("seconds"), ordering="seconds")
    def show_seconds(self, usage: LanguageModelUsage) -> str:
        return f"{usage.seconds:,.0f}"

    @display(description=_("estimated cost"), ordering="cost")
    def show_cost(self, usage: LanguageModelUsage) -> str:
        return f"{usage.cost:,.2f}"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
