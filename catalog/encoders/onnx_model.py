"""Runs an encoder graph on ONNX Runtime: tokens in, normalised vectors out, no torch and no transformers."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from django.conf import settings

from catalog.encoders.batches import length_sorted_batches
from catalog.encoders.spec import Vectors
from catalog.errors import EncoderUnavailable

# A token is hardly ever longer; what lies beyond would be cut by the token limit anyway.
_CHARACTERS_PER_TOKEN = 24
# On a CPU wider batches leave the cache: 32 texts at once were 40% slower than 4.
_TOKENS_PER_RUN = 256


class OnnxModel:
    """One session and one tokeniser; both may be used by several threads at once."""

    def __init__(self, directory: Path, *, max_tokens: int) -> None:
        import onnxruntime  # noqa: PLC0415 - 0.1 s, and only a process that encodes needs it
        import tokenizers  # noqa: PLC0415

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = settings.MODEL_THREADS
        options.inter_op_num_threads = 1
        # Spinning threads would hold a core between two searches.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(directory / "model.onnx"), options, providers=["CPUExecutionProvider"]
            )
            self._tokenizer = tokenizers.Tokenizer.from_file(str(directory / "tokenizer.json"))
            replacements = json.loads((directory / "replacements.json").read_text(encoding="utf-8"))
        except (OSError, ValueError, RuntimeError) as error:
            raise EncoderUnavailable(
                f"The encoder in {directory} cannot be loaded ({error}); run: python manage.py prepare_encoder --again"
            ) from error
        self._replacements = str.maketrans(replacements)
        self._tokenizer.enable_truncation(max_tokens)
        self._padding = self._tokenizer.token_to_id("<pad>")
        self._max_characters = max_tokens * _CHARACTERS_PER_TOKEN
        self.dimension: int = self._session.get_outputs()[0].shape[1]

    def tokenise(self, texts: Sequence[str]) -> list[list[int]]:
        cleaned = [" ".join(self._clean(text).split()) for text in texts]
        if len(cleaned) == 1:
            return [self._tokenizer.encode(cleaned[0]).ids]
        return [encoding.ids for encoding in self._tokenizer.encode_batch_fast(cleaned)]

    def encode(self, texts: Sequence[str]) -> Vectors:
        tokens = self.tokenise(texts)
        vectors = np.empty((len(tokens), self.dimension), np.float32)
        for batch in length_sorted_batches(
            [len(ids) for ids in tokens], size=settings.MODEL_BATCH_SIZE, tokens=_TOKENS_PER_RUN
        ):
            vectors[batch] = self._run([tokens[position] for position in batch])
        return vectors

    def _clean(self, text: str) -> str:
        """Characters as the model's own normaliser reads them; a lone surrogate is no character."""
        text = text[: self._max_characters].encode("utf-8", "ignore").decode()
        return text if text.isascii() and text.isprintable() else text.translate(self._replacements)

    def _run(self, tokens: Sequence[Sequence[int]]) -> Vectors:
        width = max(map(len, tokens))
        ids = np.full((len(tokens), width), self._padding, np.int64)
        mask = np.zeros((len(tokens), width), np.int64)
        for row, text in enumerate(tokens):
            ids[row, : len(text)] = text
            mask[row, : len(text)] = 1
        result: Vectors = self._session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return result
