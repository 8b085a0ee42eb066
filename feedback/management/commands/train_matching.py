"""`manage.py train_matching`: trains the matcher of duplicate offers from published pairs and pairs of the demo."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalog.duplicates.matching import SHIPPED, write_model
from catalog.encoder import get_encoder
from feedback.trainers.matching import encode_offers, measure, tabulate, train_matcher
from feedback.trainers.matching_data import SETS, SPLITS, make_pairs, read_pairs


class Command(BaseCommand):
    help = "Trains the matcher that finds products listed twice; the file it writes is read at the next start."

    def add_arguments(self, parser: CommandParser) -> None:
        data = settings.BASE_DIR.parent / "shared" / "data"
        parser.add_argument("--data", type=Path, default=data, help="folder that holds product_matching")
        parser.add_argument("--out", type=Path, default=SHIPPED)

    def handle(self, *args: Any, **options: Any) -> None:
        folder = options["data"] / "product_matching"
        if not folder.is_dir():
            raise CommandError(f"There are no labelled pairs at {folder.name} in the folder given by --data.")
        pairs = {
            split: [*(pair for name in SETS for pair in read_pairs(folder, name, split)), *make_pairs(split)]
            for split in SPLITS
        }
        everything = [pair for split in SPLITS for pair in pairs[split]]
        encoder = get_encoder()
        self.stdout.write(f"{len(everything)} pairs; their texts are encoded, about 15 minutes on two cores")
        vectors = encode_offers([*pairs["train"], *pairs["valid"]], encoder)
        train, valid = (tabulate(pairs[split], vectors, counted_in=everything) for split in ("train", "valid"))
        model = train_matcher(train, valid, encoder=encoder.model_name)
        options["out"].parent.mkdir(parents=True, exist_ok=True)
        write_model(model, options["out"])
        scores = model.predict(valid.features)
        for name in sorted(set(valid.sources)):
            rows = valid.sources == name
            figures = measure(valid.labels[rows], scores[rows] >= model.suggest_at)
            self.stdout.write(
                f"{name}: precision {figures.precision:.3f}, recall {figures.recall:.3f}, F1 {figures.f1:.3f} (valid)"
            )
        self.stdout.write(
            self.style.SUCCESS(f"Written to {options['out'].name}; suggests from {model.suggest_at:.2f}.")
        )
