"""`manage.py export_rules [FILE]`: all rules as YAML, or their pins as CSV, to a file or to standard output."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ranking.models import Rule
from ranking.moving.pins_csv import write_pins
from ranking.rules_file import write_rules


class Command(BaseCommand):
    help = "Write all rules as YAML, or their pins as CSV; import_rules reads both back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=("searchsite", "pins"), default="searchsite")
        parser.add_argument("file", nargs="?", type=Path, help="where to write; standard output if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        rules = Rule.objects.all()
        text = write_rules(rules) if options["format"] == "searchsite" else "".join(write_pins(rules))
        if options["file"] is None:
            self.stdout.write(text, ending="")
        else:
            options["file"].write_text(text, encoding="utf-8")
