"""`manage.py train_reranker`: trains the cross-encoder that reads the best candidates; no labels needed."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from catalog.encoders.adapter import write_adapter
from feedback.trainers.catalogs import read_catalogs
from feedback.trainers.lexicon import read_lexicon
from feedback.trainers.options import add_source_options
from ranking.reranker import MAX_TOKENS


class Command(BaseCommand):
    help = "Train the reranker from the catalogs' own facts, and write its adapter and head as one .npz file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--output", type=Path, required=True, help="the artifact, e.g. var/models/cross_encoder.npz"
        )
        add_source_options(parser)
        parser.add_argument("--steps", type=int, default=1500)
        parser.add_argument("--batch", type=int, default=8, help="queries a step, six products each")
        parser.add_argument("--layers", type=int, default=4)
        parser.add_argument("--seed", type=int, default=20260102)

    def handle(self, *args: Any, **options: Any) -> None:
        import torch  # noqa: PLC0415 - seconds of import that no other command should pay

        from feedback.trainers.backbone import load_tokeniser  # noqa: PLC0415 - imports torch
        from feedback.trainers.cross_encoder import CrossEncoderRecipe, CrossEncoderTrainer  # noqa: PLC0415 - the same
        from feedback.trainers.preparation import find_facts, for_cross_encoder  # noqa: PLC0415 - imports torch

        torch.set_num_threads(options["threads"])
        output: Path = options["output"]
        catalogs = read_catalogs(options["data"])
        books = find_facts(catalogs, read_lexicon(options["concepts"]), self.stdout.write)
        recipe = CrossEncoderRecipe(
            steps=options["steps"], batch=options["batch"], layers=options["layers"], seed=options["seed"]
        )
        trainer = CrossEncoderTrainer(recipe, load_tokeniser(settings.MODEL_DIR, max_tokens=MAX_TOKENS))
        ready = for_cross_encoder(catalogs, books)
        adapter = trainer.run(ready, self.stdout.write, save=lambda part: write_adapter(output, part))
        write_adapter(output, adapter)
        self.stdout.write(f"Written to {output} ({output.stat().st_size / 1e6:.1f} MB)")
