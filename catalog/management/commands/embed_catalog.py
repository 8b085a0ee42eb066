"""`manage.py embed_catalog`: embeds what is stale in this process, with honest counts, and ends when all is done."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalog import pipeline
from catalog.errors import EncoderUnavailable


class Command(BaseCommand):
    help = "Embed every product whose text changed; products already embedded are left alone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seconds", type=float, default=86_400.0, help="stop after this long and go on next time")

    def handle(self, *args: Any, **options: Any) -> None:
        self._started, self._done = time.monotonic(), 0
        try:
            embedded, more = pipeline.embed_stale(seconds=options["seconds"], after_chunk=self._report)
        except EncoderUnavailable as error:
            raise CommandError(error.message) from error
        ready, total = pipeline.count_embedded()
        rest = "time is up, run it again for the rest" if more else "nothing is left"
        self.stdout.write(f"{embedded:,} embedded; {ready:,} of {total:,} products are found by meaning; {rest}")

    def _report(self, count: int) -> None:
        self._done += count
        seconds = max(time.monotonic() - self._started, 1e-3)
        self.stdout.write(f"{self._done:,} embedded, {self._done / seconds:.0f} a second")
