"""`manage.py verify_audit`: whether the audit log's chain holds, and where it breaks."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ranking.governance.audit import verify_chain


class Command(BaseCommand):
    help = "Check every entry of the audit log against its hash and the one before."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--expect",
            default="",
            metavar="HASH",
            help="a hash that an earlier run printed; it must still be in the chain, or the log's end was cut off",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = verify_chain(expected=options["expect"].strip().lower())
        if verdict.broken_at is not None:
            raise CommandError(
                f"The chain breaks at entry {verdict.broken_at}: {verdict.problem}. "
                f"The {verdict.count} entries before it hold."
            )
        if not verdict.seen:
            raise CommandError(
                f"All {verdict.count} entries hold, but {options['expect']} is not among them: entries are missing."
            )
        self.stdout.write(f"The chain holds: {verdict.count} entries. Keep this hash somewhere else: {verdict.head}")
