"""Runs the prepared graphs on ONNX Runtime, no torch and no transformers: texts to vectors, and pairs to scores."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from catalog.encoders.batches import length_sorted_batches
from catalog.encoders.spec import Vectors
from catalog.encoders.tokeniser import Tokeniser
from catalog.errors import EncoderUnavailable

# On a CPU wider batches leave the cache: 32 texts at once were 40% slower than 4.
_TOKENS_PER_RUN = 256


class OnnxModel:
    """One session and one tokeniser; both may be used by several threads at once."""

    def __init__(self, directory: Path, *, max_tokens: int) -> None:
        self._session, self._tokeniser = open_model(directory, max_tokens=max_tokens)
        self.dimension: int = self._session.get_outputs()[0].shape[1]
        self._has_adapter = len(self._session.get_inputs()) > 2

    def tokenise(self, texts: Sequence[str]) -> list[list[int]]:
        return self._tokeniser.tokenise(texts)

    def encode(self, texts: Sequence[str], *, adapted: bool = False) -> Vectors:
        tokens = self.tokenise(texts)
        vectors = np.empty((len(tokens), self.dimension), np.float32)
        for batch in length_sorted_batches(
            [len(ids) for ids in tokens], size=settings.MODEL_BATCH_SIZE, tokens=_TOKENS_PER_RUN
        ):
            vectors[batch] = self._run([tokens[position] for position in batch], adapted)
        return vectors

    def _run(self, tokens: Sequence[Sequence[int]], adapted: bool) -> Vectors:
        ids, mask = self._tokeniser.pad(tokens)
        inputs = {"input_ids": ids, "attention_mask": mask}
        if self._has_adapter:
            inputs["adapted"] = np.array(float(adapted), np.float32)
        result: Vectors = self._session.run(None, inputs)[0]
        return result


class OnnxPairModel:
    """A cross-encoder: one score for a query and a text read together; higher is more relevant."""

    def __init__(self, directory: Path, *, max_tokens: int, query_tokens: int) -> None:
        self._session, self._tokeniser = open_model(directory, max_tokens=max_tokens)
        self._query_tokens = query_tokens

    def tokenise(self, query: str, texts: Sequence[str]) -> list[list[int]]:
        return self._tokeniser.tokenise_pairs(query, texts, query_tokens=self._query_tokens)

    def score(self, tokens: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """float32[pairs]; the caller makes the batches, because it is the caller who has a time budget."""
        ids, mask = self._tokeniser.pad(tokens)
        result: NDArray[np.float32] = self._session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return result


def open_model(directory: Path, *, max_tokens: int) -> tuple[Any, Tokeniser]:
    import onnxruntime  # noqa: PLC0415 - 0.1 s, and only a process that encodes needs it

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = settings.MODEL_THREADS
    options.inter_op_num_threads = 1
    # Spinning threads would hold a core between two searches.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(
            str(directory / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        return session, Tokeniser(directory, max_tokens=max_tokens)
    except (OSError, ValueError, RuntimeError) as error:
        raise EncoderUnavailable(
            f"The encoder in {directory} cannot be loaded ({error}); run: python manage.py prepare_encoder --again"
        ) from error
