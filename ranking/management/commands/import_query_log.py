"""`manage.py import_query_log FILE`: takes over what another search has counted, all of it or nothing."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ranking.errors import QueryLogRefused
from ranking.query_log.csv_file import import_log


class Command(BaseCommand):
    help = "Take over searches from a CSV file: columns query, searches; day, locale, market, category, zero_results."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--day", type=date.fromisoformat, help="of rows that name none; yesterday if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        day = options["day"] or timezone.localdate() - timedelta(days=1)
        try:
            with options["file"].open(encoding="utf-8-sig", newline="") as file:
                count = import_log(file, day=day)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"The file cannot be read: {error}. Save it as CSV in UTF-8.") from error
        except QueryLogRefused as error:
            lines = [f"  line {item['line']}: {item['message']}" for item in error.extra["errors"]]
            raise CommandError("\n".join([error.message, *lines])) from error
        self.stdout.write(f"{count} rows taken over")
