"""What every training command that reads catalogs asks for."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandParser

from feedback.trainers.lexicon import CONCEPTS

_SHARED = settings.BASE_DIR.parent / "shared" / "data"


def add_source_options(parser: CommandParser) -> None:
    parser.add_argument("--data", type=Path, default=_SHARED, help="folder of public catalogs; the demo is built in")
    parser.add_argument("--concepts", type=Path, default=CONCEPTS, help="words of both languages with one meaning")
    parser.add_argument("--threads", type=int, default=2)
