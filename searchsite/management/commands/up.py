"""Run the whole shop on this machine: embedded servers where none is named, web, workers and the demo catalog."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from searchsite.supervision.console import Console
from searchsite.supervision.errors import SupervisionError
from searchsite.supervision.folder import ShopFolder, explain_disk_error
from searchsite.supervision.options import UpOptions
from searchsite.supervision.supervisor import Supervisor


class Command(BaseCommand):
    help = "Start the shop on this machine and keep it running until Ctrl-C."
    # The database they look at does not run yet.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--catalog", type=Path, help="A CSV, XLSX or JSONL file (.gz too) instead of the demo.")
        parser.add_argument("--price-scale", default="", metavar="FACTOR", help="0.01 when its prices are in cents.")
        parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0 lets other machines in; see ALLOWED_HOSTS.")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-demo", action="store_true", help="Leave an empty catalog empty.")

    def handle(self, *args: Any, **options: Any) -> None:
        catalog: Path | None = options["catalog"]
        if catalog and not catalog.is_file():
            raise CommandError(f"There is no file {catalog}. Give the path of a CSV, XLSX or JSONL file (.gz too).")
        folder = ShopFolder(settings.VAR_DIR.absolute())
        try:
            folder.prepare()
            Supervisor(
                UpOptions(
                    root=settings.BASE_DIR,
                    folder=folder,
                    host=options["host"],
                    port=options["port"],
                    public_host=name_for_people(options["host"]),
                    catalog=catalog.absolute() if catalog else None,
                    price_scale=options["price_scale"],
                    demo=not options["no_demo"],
                    database_url=os.environ.get("DATABASE_URL", ""),
                    broker_url=os.environ.get("CELERY_BROKER_URL", ""),
                    broker_options=tuple(settings.CELERY_BROKER_TRANSPORT_OPTIONS.items()),
                ),
                Console(),
            ).run()
        except SupervisionError as error:
            raise CommandError(error.message) from error
        except OSError as error:
            raise CommandError(explain_disk_error(error, folder.var).message) from error


def name_for_people(host: str) -> str:
    """What to type into a browser: a name the shop answers to, whatever address it listens on."""
    allowed = settings.ALLOWED_HOSTS
    shown = f"[{host}]" if ":" in host else host
    if shown in allowed or ("*" in allowed and host not in ("0.0.0.0", "::")):
        return shown
    return next((name.lstrip(".") for name in allowed if name != "*"), "localhost")
