"""`manage.py import_rules FILE`: shows what a file of rules would change, and with --apply changes it.

Files of other systems (--format querqy, algolia) and pins of a spreadsheet (--format pins) become rules as well.
"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalog.errors import ShopError
from ranking.governance.actors import actor_of_command
from ranking.models import Rule
from ranking.moving.formats import RULE_FORMATS
from ranking.rules_file import Change
from ranking.rules_import import import_rules
from ranking.synonyms_file import decode


class Command(BaseCommand):
    help = "Take rules over from a file (see export_rules). Without --apply nothing is changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", choices=RULE_FORMATS, default="searchsite", help="what wrote the file")
        parser.add_argument(
            "--status",
            choices=Rule.Status.values,
            default=Rule.Status.DRAFT.value,
            help="what rules of another system become that are enabled there",
        )
        parser.add_argument("--apply", action="store_true", help="make the changes; all of them or none")
        parser.add_argument("--prune", action="store_true", help="delete rules that the file does not name")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = import_rules(
                decode(options["file"].read_bytes()),
                dry_run=not options["apply"],
                prune=options["prune"],
                actor=actor_of_command("import_rules"),
                format_=options["format"],
                status=options["status"],
            )
        except OSError as error:
            raise CommandError(f"The file cannot be read: {error}") from error
        except ShopError as error:
            lines = [f"  {path}: {message}" for path, message in error.extra.get("errors", {}).items()]
            raise CommandError("\n".join([error.message, *lines])) from error
        for note in report.notes:
            self.stdout.write(f"{note.place}: {note.text}\n    {note.reason}")
        for note in report.unknown:
            self.stdout.write(f"{note.place}: {note.text}: {note.reason}")
        for change in report.changes:
            self.stdout.write(describe_change(change))
        said = ", ".join(f"{count} {kind}" for kind, count in report.counts.items())
        self.stdout.write(f"{said}{'' if options['apply'] else ' (dry run: nothing was changed; use --apply)'}")


def describe_change(change: Change) -> str:
    lines = [f"{change.kind}: {change.name} ({change.rule_id or 'new'})"]
    lines += [f"    {name}: {before!r} → {after!r}" for name, (before, after) in change.fields.items()]
    return "\n".join(lines)
