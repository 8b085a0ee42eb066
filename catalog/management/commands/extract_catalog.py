"""`manage.py extract_catalog`: reads what is stale in this process, with honest counts, and ends when all is done."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from catalog import enrichment, pipeline


class Command(BaseCommand):
    help = "Read attributes out of every product whose text changed; products already read are left alone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seconds", type=float, default=86_400.0, help="stop after this long and go on next time")
        parser.add_argument("--gpu", action="store_true", help="the language model instead of the other extractors")

    def handle(self, *args: Any, **options: Any) -> None:
        self._started, self._done = time.monotonic(), 0
        read, failed, more = enrichment.extract_stale(
            gpu=options["gpu"], seconds=options["seconds"], after_chunk=self._report
        )
        judged = enrichment.refresh_confidences()
        indexed = pipeline.index_stale()
        rest = "time is up, run it again for the rest" if more else "nothing is left"
        self.stdout.write(f"{read:,} readings, {failed:,} failed; {judged:,} findings judged")
        self.stdout.write(f"{indexed:,} products indexed again; {rest}")

    def _report(self, count: int) -> None:
        self._done += count
        seconds = max(time.monotonic() - self._started, 1e-3)
        self.stdout.write(f"{self._done:,} readings, {self._done / seconds:.0f} a second")
