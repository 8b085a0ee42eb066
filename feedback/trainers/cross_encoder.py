"""Trains the reranker: the encoder's first layers read query and product together and say how much of it is met.

LoRA and a linear head; binary cross-entropy against the share of facts met keeps the score absolute, and a listwise
softmax over the group (Cao et al. 2007) orders what competes for one query.
"""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from catalog.encoders.adapter import Adapter
from catalog.encoders.tokeniser import Tokeniser
from feedback.trainers.backbone import load_backbone, pool_mean
from feedback.trainers.facts import FactBook
from feedback.trainers.loop import train
from feedback.trainers.lora import add_lora, export_lora, to_floats
from feedback.trainers.pairs import Group, make_group
from ranking.reranker import QUERY_TOKENS


@dataclass(frozen=True, slots=True)
class CrossEncoderRecipe:
    """Numbers of one training run; `batch` counts groups. `sharpness` turns grades into the listwise target."""

    steps: int = 1500
    batch: int = 8
    layers: int = 4
    rank: int = 32
    learning_rate: float = 1e-3
    warm_up: int = 50
    sharpness: float = 6.0
    listwise: float = 0.5
    seed: int = 20260102


@dataclass(frozen=True)
class ReadingCatalog:
    """One catalog ready for reading: `versions` hold its products' texts once a language version."""

    book: FactBook
    versions: Sequence[Sequence[str]]
    languages: tuple[str, ...]
    share: float  # of the batches


class CrossEncoderTrainer:
    def __init__(self, recipe: CrossEncoderRecipe, tokeniser: Tokeniser) -> None:
        self._recipe = recipe
        self._tokeniser = tokeniser
        self._random = random.Random(recipe.seed)
        self.model = add_lora(load_backbone(layers=recipe.layers), rank=recipe.rank, seed=recipe.seed)
        self.head = torch.nn.Linear(384, 1)
        torch.nn.init.normal_(self.head.weight, std=0.02)

    def run(
        self,
        catalogs: Sequence[ReadingCatalog],
        report: Callable[[str], None],
        *,
        save: Callable[[Adapter], None] = lambda adapter: None,
    ) -> Adapter:
        """`save` gets what is trained so far every few minutes."""
        trained = [parameter for parameter in self.model.parameters() if parameter.requires_grad]
        self.model.train()
        return train(
            [*trained, *self.head.parameters()],
            (self.loss(self._next_groups(catalogs)) for _ in range(self._recipe.steps)),
            self._recipe,
            export=self.export,
            report=report,
            save=save,
        )

    def export(self, step: int, started: float) -> Adapter:
        notes = {"steps": step, "seconds": round(time.monotonic() - started), "seed": self._recipe.seed}
        head = (to_floats(self.head.weight)[0], to_floats(self.head.bias)[0])
        return export_lora(self.model, layers=self._recipe.layers, head=head, notes=notes)

    def _next_groups(self, catalogs: Sequence[ReadingCatalog]) -> list[Group]:
        catalog = self._random.choices(catalogs, [catalog.share for catalog in catalogs])[0]
        texts = catalog.versions[self._random.randrange(len(catalog.versions))]
        return [make_group(catalog.book, texts, catalog.languages, self._random) for _ in range(self._recipe.batch)]

    def loss(self, groups: Sequence[Group]) -> torch.Tensor:
        scores = self.score([(group.query, text) for group in groups for text in group.texts])
        scores = scores.reshape(len(groups), -1)
        grades = torch.tensor([group.grades for group in groups])
        absolute = torch.nn.functional.binary_cross_entropy_with_logits(scores, grades)
        wanted = torch.softmax(grades * self._recipe.sharpness, dim=1)
        order = -(wanted * torch.log_softmax(scores, dim=1)).sum(1).mean()
        return absolute + self._recipe.listwise * order

    def score(self, pairs: Sequence[tuple[str, str]]) -> torch.Tensor:
        """Logits float32 [pairs], with gradients."""
        first = self._tokeniser.tokenise([query for query, _ in pairs])
        second = self._tokeniser.tokenise([text for _, text in pairs])
        joined = [
            self._tokeniser.join_pair(query, text, query_tokens=QUERY_TOKENS)
            for query, text in zip(first, second, strict=True)
        ]
        ids, mask = map(torch.from_numpy, self._tokeniser.pad(joined))
        with torch.autocast("cpu", torch.bfloat16):
            hidden = self.model(input_ids=ids, attention_mask=mask).last_hidden_state
        scores: torch.Tensor = self.head(pool_mean(hidden.float(), mask))[:, 0]
        return scores
