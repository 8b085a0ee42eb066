"""Trains the ranking model from a table of judged products (the format: feedback/trainers/ltr_table.py)."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from feedback.trainers.ltr import TREES, UNJUDGED_WEIGHT, train_model, write_model
from feedback.trainers.ltr_table import BadTable, read_table


class Command(BaseCommand):
    help = "Trains learning to rank from a table of judged products; set MODEL_LTR to the file it writes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("table", type=Path, help="tab-separated rows: query_id, product_id, label, and the parts")
        parser.add_argument("model", type=Path, help="the JSON file to write")
        parser.add_argument("--trees", type=int, default=TREES)
        parser.add_argument("--unjudged-weight", type=float, default=UNJUDGED_WEIGHT)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            table = read_table(options["table"])
            document = train_model(table, trees=options["trees"], unjudged_weight=options["unjudged_weight"])
        except (BadTable, OSError) as error:
            raise CommandError(str(error)) from error
        write_model(document, options["model"])
        about = document["about"]
        self.stdout.write(f"{about['rows']} rows of {about['queries']} queries, parts: {', '.join(table.features)}")
        self.stdout.write(
            self.style.SUCCESS(f"Written to {options['model'].name}; MODEL_LTR names the file that serves.")
        )
