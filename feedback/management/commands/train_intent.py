"""`manage.py train_intent`: trains the intent head for the encoder of the settings; run it again when that changes."""

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalog.encoder import get_encoder
from catalog.errors import EncoderUnavailable
from feedback.trainers.intent import train_intent
from ranking.language.intent import HEAD_FILE, write_head


class Command(BaseCommand):
    help = "Train the intent head on the generated queries and write it where searches read it (about two minutes)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--output", type=Path, default=HEAD_FILE, help="where to write the head (default: shipped)")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        try:
            encoder = get_encoder()
        except EncoderUnavailable as error:
            raise CommandError(error.message) from error
        head, report = train_intent(encoder, adapter=settings.MODEL_ENCODER_ADAPTER)
        write_head(head, options["output"])
        for name, value in report.figures.items():
            self.stdout.write(f"{name:<40} {value:.3f}")
        self.stdout.write(
            f"{report.training_queries:,} training and {report.held_out_queries:,} held-out queries, for "
            f"{head.encoder_name}; written to {options['output']} ({time.monotonic() - started:.0f} s)"
        )
