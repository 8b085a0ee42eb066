"""Fine-tunes the query side of the encoder: queries learn to land beside the products that answer them.

Documents keep the packaged weights, so no catalog has to be embedded again, every negative is free (the loss sees the
whole catalog, as in ANCE without its refreshes; Xiong et al. 2021), and a step costs a tenth of training both sides.
The loss is InfoNCE over graded levels: a product is compared with all that meet clearly less of the query.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from catalog.encoders.adapter import Adapter
from catalog.encoders.tokeniser import Tokeniser
from feedback.trainers.backbone import load_backbone, pool_mean
from feedback.trainers.facts import FactBook
from feedback.trainers.loop import train
from feedback.trainers.lora import add_lora, export_lora
from feedback.trainers.weak_queries import WeakQuery, write_query

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class BiEncoderRecipe:
    """Numbers of one training run. `temperature` divides cosines; `gap` is how much less a negative must meet."""

    steps: int = 900
    batch: int = 48
    rank: int = 16
    learning_rate: float = 4e-4
    warm_up: int = 40
    temperature: float = 0.02
    gap: float = 0.15
    positives: int = 4
    query_prefix: str = "query: "
    seed: int = 20260101


@dataclass(frozen=True)
class TrainingCatalog:
    """One catalog ready for training: `vectors` holds its products' vectors once a language version."""

    book: FactBook
    vectors: Sequence[Vectors]
    languages: tuple[str, ...]
    share: float  # of the batches


class BiEncoderTrainer:
    """Cheap to construct but for the weights; `run` trains and may be paused or ended between steps."""

    def __init__(self, recipe: BiEncoderRecipe, tokeniser: Tokeniser) -> None:
        self._recipe = recipe
        self._tokeniser = tokeniser
        self._random = random.Random(recipe.seed)
        self.model = add_lora(load_backbone(), rank=recipe.rank, seed=recipe.seed)

    def run(
        self,
        catalogs: Sequence[TrainingCatalog],
        report: Callable[[str], None],
        *,
        save: Callable[[Adapter], None] = lambda adapter: None,
    ) -> Adapter:
        """`save` gets what is trained so far every few minutes."""
        self.model.train()
        return train(
            [parameter for parameter in self.model.parameters() if parameter.requires_grad],
            (self._loss(*batch) for batch in self._batches(catalogs)),
            self._recipe,
            export=self.export,
            report=report,
            save=save,
            smoothed=60,
        )

    def export(self, step: int, started: float) -> Adapter:
        notes = {"steps": step, "seconds": round(time.monotonic() - started), "seed": self._recipe.seed}
        return export_lora(self.model, layers=12, notes=notes)

    def _batches(self, catalogs: Sequence[TrainingCatalog]) -> Iterator[tuple[TrainingCatalog, int, list[WeakQuery]]]:
        shares = [catalog.share for catalog in catalogs]
        for _ in range(self._recipe.steps):
            catalog = self._random.choices(catalogs, shares)[0]
            queries: list[WeakQuery] = []
            while len(queries) < self._recipe.batch:
                source = self._random.randrange(catalog.book.count)
                query = write_query(catalog.book, source, catalog.languages, self._random)
                if query:
                    queries.append(query)
            yield catalog, self._random.randrange(len(catalog.vectors)), queries

    def _loss(self, catalog: TrainingCatalog, version: int, queries: Sequence[WeakQuery]) -> torch.Tensor:
        asked = self.embed([query.text for query in queries])
        scores = asked @ torch.from_numpy(catalog.vectors[version]).T / self._recipe.temperature
        grades = np.stack([catalog.book.grades(query.facts) for query in queries])
        return graded_loss(scores, grades, self._choose_positives(queries, grades), gap=self._recipe.gap)

    def embed(self, texts: Sequence[str]) -> torch.Tensor:
        """Normalised float32 [texts, hidden], with gradients."""
        tokens = self._tokeniser.tokenise([self._recipe.query_prefix + text for text in texts])
        ids, mask = map(torch.from_numpy, self._tokeniser.pad(tokens))
        with torch.autocast("cpu", torch.bfloat16):
            hidden = self.model(input_ids=ids, attention_mask=mask).last_hidden_state
        return torch.nn.functional.normalize(pool_mean(hidden.float(), mask), dim=-1)

    def _choose_positives(self, queries: Sequence[WeakQuery], grades: Vectors) -> NDArray[np.int64]:
        """int64 [queries, positives]: the source itself, others that meet all, and one that meets at least half."""
        chosen = np.empty((len(queries), self._recipe.positives), np.int64)
        for row, query in enumerate(queries):
            full = np.flatnonzero(grades[row] > 0.99)
            half = np.flatnonzero((grades[row] >= 0.5) & (grades[row] <= 0.99))
            picks = [query.source]
            while len(picks) < self._recipe.positives:
                pool = half if len(half) and len(picks) == self._recipe.positives - 1 else full
                picks.append(int(self._random.choice(pool)) if len(pool) else query.source)
            chosen[row] = picks
        return chosen


def graded_loss(scores: torch.Tensor, grades: Vectors, positives: NDArray[np.int64], *, gap: float) -> torch.Tensor:
    """Mean over the positives of -log softmax of the positive among all products whose grade is lower by `gap`."""
    known = torch.from_numpy(grades)
    losses = []
    for column in positives.T:
        at = torch.from_numpy(column)[:, None]
        score, grade = scores.gather(1, at), known.gather(1, at)
        lower = scores.masked_fill(known > grade - gap, -torch.inf)
        losses.append(torch.logaddexp(score[:, 0], torch.logsumexp(lower, 1)) - score[:, 0])
    return torch.stack(losses).mean()
