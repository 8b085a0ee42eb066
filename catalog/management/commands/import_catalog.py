"""`manage.py import_catalog FILE`: imports a catalog file in this process, with progress and a summary."""

import json
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError
from kombu.exceptions import OperationalError as BrokerError

from catalog import pipeline
from catalog.errors import ShopError
from catalog.mapping import SCALED
from catalog.models import Upload
from catalog.tasks import embed_stale, index_stale

_SHOWN_REFUSALS = 20


class Command(BaseCommand):
    help = "Import products from a CSV, XLSX, JSON or JSON lines file (gz too). Running it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", type=Path, help='JSON file: {"columns": {"column": "target"}}')
        parser.add_argument("--mode", choices=Upload.Mode.values, default=Upload.Mode.UPSERT)
        parser.add_argument("--price-scale", metavar="FACTOR", help="0.01 when the file gives prices in cents")
        parser.add_argument("--dry-run", action="store_true", help="tell what would happen and change nothing")
        parser.add_argument("--show-mapping", action="store_true", help="print the mapping and stop")
        parser.add_argument(
            "--allow-archiving", action="store_true", help="mode replace: archive however many are missing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            upload = self._receive(options)
            if options["show_mapping"]:
                self.stdout.write(json.dumps(upload.mapping, ensure_ascii=False, indent=2))
                return
            self._ingest(upload, dry_run=options["dry_run"])
        except ShopError as error:
            raise CommandError(error.message) from error

    def _receive(self, options: dict[str, Any]) -> Upload:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        mapping = _read_mapping(options["mapping"])
        with path.open("rb") as file:
            upload = pipeline.receive_upload(File(file), filename=path.name, mode=options["mode"], mapping=mapping)
        changed = json.loads(json.dumps(upload.mapping))
        if options["price_scale"]:
            for column in changed["columns"].values():
                if column["target"] in SCALED:
                    column["scale"] = options["price_scale"]
        if options["allow_archiving"]:
            changed["allow_many_archived"] = True
        return upload if changed == upload.mapping else pipeline.set_mapping(upload.pk, changed)

    def _ingest(self, upload: Upload, *, dry_run: bool) -> None:
        started = time.monotonic()
        progress = _ProgressLine(upload, self.stdout)
        pipeline.ingest(upload.pk, check_only=dry_run, after_batch=progress.show)
        progress.end()
        upload.refresh_from_db()
        self._summarise(upload, seconds=time.monotonic() - started, dry_run=dry_run)
        if not dry_run:
            self._enqueue()

    def _enqueue(self) -> None:
        try:
            index_stale.delay()
            embed_stale.delay()
        except BrokerError:
            self.stderr.write("The job queue cannot be reached: indexing starts when the workers do.")

    def _summarise(self, upload: Upload, *, seconds: float, dry_run: bool) -> None:
        title = "Would be" if dry_run else "Imported"
        self.stdout.write(f"{title}: {upload.filename}, {upload.rows:,} rows in {seconds:.1f} s")
        for label, count in (
            ("created", upload.created_count),
            ("changed", upload.changed_count),
            ("unchanged", upload.unchanged_count),
            ("removed", upload.deleted_count),
            ("refused", upload.refused_count),
        ):
            self.stdout.write(f"  {label:<10} {count:>10,}")
        for row in upload.refused_rows.all()[:_SHOWN_REFUSALS]:
            self.stdout.write(f"  row {row.row_number} {row.sku}: {row.message}")
        if upload.refused_count > _SHOWN_REFUSALS:
            self.stdout.write(
                f"  … and {upload.refused_count - _SHOWN_REFUSALS:,} more; the admin lists and downloads them"
            )
        if names := upload.notes.get("unknown_columns"):
            self.stdout.write(f"  left out, because the mapping does not name them: {', '.join(names[:30])}")
        for warning in upload.notes.get("warnings", ()):
            self.stdout.write(f"  {warning}")


class _ProgressLine:
    """One line that is written over on a terminal, and one line every ten seconds in a log."""

    def __init__(self, upload: Upload, out: Any) -> None:
        self._upload, self._out = upload, out
        self._terminal = sys.stdout.isatty()
        self._shown_at = time.monotonic()

    def show(self) -> None:
        if not self._terminal and time.monotonic() - self._shown_at < 10:
            return
        self._shown_at = time.monotonic()
        self._upload.refresh_from_db(fields=["rows", "read_bytes"])
        percent = 100 * self._upload.read_bytes / max(self._upload.total_bytes, 1)
        text = f"{self._upload.rows:,} rows, {percent:.0f} % of the file"
        self._out.write(f"\r{text}" if self._terminal else text, ending="" if self._terminal else "\n")

    def end(self) -> None:
        if self._terminal:
            self._out.write("")


def _read_mapping(path: Path | None) -> dict[str, Any] | None:
    if path is None:
        return None
    try:
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(f"The mapping {path} cannot be read: {error}") from error
    if not isinstance(data, dict):
        raise CommandError(f"The mapping {path} must be a JSON object.")
    return data if "columns" in data else {"columns": data}
