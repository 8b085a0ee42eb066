"""Compile the translations with Python alone."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from searchsite.translations import TranslationRefused, compile_translations


class Command(BaseCommand):
    help = "Compile changed .po files to .mo (no gettext needed)."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = compile_translations()
        except TranslationRefused as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"Translations: {count} compiled." if count else "Translations: up to date.")
