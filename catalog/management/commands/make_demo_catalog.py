"""`manage.py make_demo_catalog OUT_DIR`: writes the demo catalog's lines and pictures, and imports nothing."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from catalog.demo.products import DEFAULT_PRODUCTS
from catalog.demo.writer import write_demo_catalog


class Command(BaseCommand):
    help = "Write the bilingual demo catalog: products.jsonl, reviews.jsonl, and the pictures under MEDIA_ROOT/demo."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("out_dir", type=Path)
        parser.add_argument("--products", type=int, default=DEFAULT_PRODUCTS, help="how many products to make")
        parser.add_argument("--pictures", type=Path, default=None, help="folder of the pictures")

    def handle(self, *args: Any, **options: Any) -> None:
        pictures = options["pictures"] or Path(settings.MEDIA_ROOT) / "demo"
        written = write_demo_catalog(options["out_dir"], pictures, products=options["products"])
        self.stdout.write(
            f"{written.products} products, {written.variants} variants and {written.reviews} reviews in "
            f"{options['out_dir']}; {written.pictures} pictures in {pictures}"
        )
