"""`manage.py train_pictures`: trains the small picture network on the demo's own drawings."""

from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandParser

from catalog.pictures.network import SHIPPED, write_network
from feedback.trainers.pictures import draw_gallery, hold_out, make_views, recall_at, train_network


class Command(BaseCommand):
    help = "Trains the picture network on the demo's drawings (about five minutes); MODEL_PICTURES=demo uses it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", type=Path, default=SHIPPED)
        parser.add_argument("--steps", type=int, default=500)
        parser.add_argument("--threads", type=int, default=2)

    def handle(self, *args: Any, **options: Any) -> None:
        import torch  # noqa: PLC0415 - seconds of import that no other command should pay

        torch.set_num_threads(options["threads"])
        gallery = draw_gallery()
        unseen = hold_out(gallery)
        self.stdout.write(f"{len(unseen)} drawings, {int(unseen.sum())} of silhouettes that training never sees")
        network = train_network(gallery.choose(~unseen), steps=options["steps"], report=self.stdout.write)
        options["out"].parent.mkdir(parents=True, exist_ok=True)
        write_network(network, options["out"])
        vectors = network.encode_pictures(list(gallery.pictures))
        views = network.encode_pictures(list(make_views(gallery.pictures, seed=987_654_321)))
        wanted = np.arange(len(views))
        for name, rows in (("seen silhouettes", ~unseen), ("held-out silhouettes", unseen)):
            first = recall_at(views[rows], vectors, wanted[rows], within=1)
            self.stdout.write(f"recall@1 of {name}, new views: {first:.3f}")
        self.stdout.write(
            self.style.SUCCESS(f"Written to {options['out'].name}, {options['out'].stat().st_size} bytes.")
        )
