"""The English encoder written from its package computes what the package's own model computes in torch."""

import json

import numpy as np
import pytest

from catalog.encoders import minilm
from catalog.encoders.minilm_file import MiniLMFile
from catalog.encoders.onnx_model import OnnxModel
from catalog.encoders.weights import quantise
from catalog.errors import EncoderUnavailable

KINDS = ["wireless mouse", "toner cartridge for HP LaserJet", "Café latte maker", "women's running shoes", "4K TV 55",
         "stainless steel bottle, 500 ml", "desk lamp (LED)", "USB-C cable 2 m", "kids' school bag", "micro sd card",
         "HP Pavilion dv7 notebook 17\"", "noise cancelling headphones"]  # fmt: skip
DETAILS = ["", ", black", " with two years of warranty", " – compatible with Windows 10", " 2.5 kg @ 40 °C", "!!!",
           " FHD 1920x1080 IPS 60 Hz, Core i5-8250U, 8 GB RAM, 256 GB SSD, fingerprint reader and backlit keyboard",
           " naïve Ünïcode", " 无线"]  # fmt: skip
TEXTS = [kind + detail for kind in KINDS for detail in DETAILS] + ["", "a" * 5000, "word " * 500]


@pytest.mark.parametrize("columns", [32, 384])
def test_eight_bits_keep_a_weight_to_half_a_step(columns):
    weights = np.random.default_rng(1).normal(size=(5, columns)).astype(np.float32)
    weights[0, :32] = 0
    matrix = quantise(weights)
    steps = np.repeat(matrix.scales, 32, axis=1)
    assert matrix.values.dtype == np.uint8
    assert (np.abs(matrix.dequantise() - weights) <= steps / 2 + 1e-7).all()


@pytest.mark.parametrize("damage", ["model.safetensors", "config.json"])
@pytest.mark.parametrize("content", [b"", b"half", b"\xff" * 64, None])
def test_a_damaged_package_is_named_with_the_remedy(tmp_path, damage, content):
    for name in ("model.safetensors", "config.json"):
        (tmp_path / name).symlink_to(minilm.package_folder() / name)
    (tmp_path / damage).unlink()
    if content is not None:
        (tmp_path / damage).write_bytes(content)
    with pytest.raises(EncoderUnavailable, match="force-reinstall"):
        MiniLMFile(tmp_path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return minilm.write_model(tmp_path_factory.mktemp("models"), lambda message: None)


@pytest.mark.slow
def test_vectors_are_those_of_the_packages_model(folder):
    import torch  # noqa: PLC0415
    import transformers  # noqa: PLC0415

    assert len(set(TEXTS)) >= 100
    package = minilm.package_folder()
    tokenizer = transformers.AutoTokenizer.from_pretrained(package)
    reference = transformers.AutoModel.from_pretrained(package).eval()
    inputs = tokenizer(TEXTS, truncation=True, max_length=96, padding=True, return_tensors="pt")
    with torch.inference_mode():
        hidden = reference(**inputs).last_hidden_state
    pooled = (hidden * inputs["attention_mask"].unsqueeze(-1)).sum(1)
    expected = torch.nn.functional.normalize(pooled, dim=-1).numpy()
    likeness = (OnnxModel(folder, max_tokens=96).encode(TEXTS) * expected).sum(axis=1)
    assert likeness.mean() > 0.9995
    assert likeness.min() > 0.998, TEXTS[likeness.argmin()]


@pytest.mark.slow
def test_pieces_are_those_of_the_packages_tokeniser_cut_at_the_token_limit(folder):
    import transformers  # noqa: PLC0415

    tokenizer = transformers.AutoTokenizer.from_pretrained(minilm.package_folder())
    served = OnnxModel(folder, max_tokens=96).tokenise(TEXTS)
    assert served == tokenizer(TEXTS, truncation=True, max_length=96)["input_ids"]
    assert max(map(len, served)) == 96


@pytest.mark.slow
def test_files_are_written_once_and_again_when_asked(folder):
    graph = folder / "model.onnx"
    made = graph.stat().st_mtime_ns
    assert minilm.write_model(folder.parent, lambda message: None) == folder
    assert graph.stat().st_mtime_ns == made
    minilm.write_model(folder.parent, lambda message: None, again=True)
    assert graph.stat().st_mtime_ns > made
    assert set(json.loads((folder / "manifest.json").read_text())["files"]) == {
        "model.onnx", "tokenizer.json", "replacements.json",
    }  # fmt: skip
