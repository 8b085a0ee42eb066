"""Bring database, files and models to what this version needs; run before serving, as often as you like."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.errors import ShopError
from searchsite.preparation import create_first_administrator, migrate, prepare_files, prepare_models


class Command(BaseCommand):
    help = "Migrate, compile translations, collect static files, prepare the encoder, make the first administrator."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-admin", action="store_true", help="Make no administrator.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            migrate(self.tell)
            prepare_files(self.tell)
            prepare_models(self.tell)
            if not options["no_admin"]:
                create_first_administrator(self.tell)
        except ShopError as error:
            raise CommandError(error.message) from error

    def tell(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
