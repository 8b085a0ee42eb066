"""`manage.py export_query_log [FILE]`: what shoppers searched for, by day, as CSV."""

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ranking.query_log.csv_file import export_log


class Command(BaseCommand):
    help = "Write the query log as CSV; import_query_log reads it back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="where to write; standard output if left out")
        parser.add_argument("--since", type=date.fromisoformat, help="the first day; everything if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["file"] is None:
            export_log(self.stdout, since=options["since"])
            return
        # With the mark by which spreadsheets know UTF-8.
        with options["file"].open("w", encoding="utf-8-sig", newline="") as file:
            count = export_log(file, since=options["since"])
        self.stdout.write(f"{count} rows")
