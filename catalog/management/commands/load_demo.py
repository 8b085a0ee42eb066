"""`manage.py load_demo`: makes the demo catalog under VAR_DIR/demo and imports it; running it again changes nothing."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.management.base import BaseCommand, CommandError, CommandParser
from kombu.exceptions import OperationalError as BrokerError

from catalog import pipeline
from catalog.contracts import UpsertCounts
from catalog.demo.load_reviews import load_reviews
from catalog.demo.products import DEFAULT_PRODUCTS
from catalog.demo.writer import PRODUCTS_FILE, REVIEWS_FILE, write_demo_catalog
from catalog.errors import ShopError
from catalog.tasks import embed_stale, index_stale


class Command(BaseCommand):
    help = "Load the bilingual demo catalog: products, variants, pictures and reviews. Safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--products", type=int, default=DEFAULT_PRODUCTS, help="how many products to make")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.VAR_DIR) / "demo"
        written = write_demo_catalog(folder, Path(settings.MEDIA_ROOT) / "demo", products=options["products"])
        self.stdout.write(f"Made {written.products:,} products and {written.pictures:,} pictures.")
        try:
            counts = self._ingest(folder / PRODUCTS_FILE)
        except ShopError as error:
            raise CommandError(error.message) from error
        self.stdout.write(
            f"Imported: {counts.created:,} created, {counts.changed:,} changed, {counts.unchanged:,} unchanged, "
            f"{counts.refused:,} refused."
        )
        self.stdout.write(f"Reviews: {load_reviews(folder / REVIEWS_FILE):,} new of {written.reviews:,}.")
        if counts.refused:
            raise CommandError(f"{counts.refused} rows were refused; the upload in the admin tells why.")
        if counts.created or counts.changed:
            self._enqueue()

    def _ingest(self, products: Path) -> UpsertCounts:
        with products.open("rb") as lines:
            upload = pipeline.receive_upload(File(lines), filename="demo-products.jsonl")
        counts = pipeline.ingest(upload.pk)
        if counts.unchanged and counts == UpsertCounts(unchanged=counts.unchanged):
            # Every start of the shop runs this command: an upload that changed nothing is not worth a record.
            upload.file.delete(save=False)
            upload.delete()
        return counts

    def _enqueue(self) -> None:
        try:
            index_stale.delay()
            embed_stale.delay()
        except BrokerError:
            self.stderr.write("The job queue cannot be reached: indexing starts when the workers do.")
