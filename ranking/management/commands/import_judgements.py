"""`manage.py import_judgements FILE`: which products answer a query, from a CSV that people filled in."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ranking.errors import JudgementsRefused
from ranking.judgement_store import import_judgements


class Command(BaseCommand):
    help = "Take judgements over from a CSV file with the columns query, locale, sku and grade (0 to 4)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            counts = import_judgements(options["file"].read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"The file cannot be read: {error}") from error
        except JudgementsRefused as error:
            lines = [f"  {line}: {message}" for line, message in error.extra["errors"].items()]
            raise CommandError("\n".join([error.message, *lines])) from error
        self.stdout.write(f"{counts.written} judgements of {counts.queries} queries")
