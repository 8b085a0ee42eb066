"""`manage.py export_rules [FILE]`: all rules as YAML, to a file or to standard output."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ranking.models import Rule
from ranking.rules_file import write_rules


class Command(BaseCommand):
    help = "Write all rules as YAML; import_rules reads it back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="where to write; standard output if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        text = write_rules(Rule.objects.all())
        if options["file"] is None:
            self.stdout.write(text, ending="")
        else:
            options["file"].write_text(text, encoding="utf-8")
