"""Attribute values are encoded once, kept in a file of this machine, and found by their ids."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from catalog.models import AttributeValue
from ranking.registry import live_state
from ranking.retrieval import value_vectors as module
from ranking.retrieval.dense import LiveGeneration
from ranking.retrieval.value_vectors import choose_values, current_value_vectors, embed_values
from tests.shop import add_attribute, add_product, build_bilingual_shop, index_all

pytestmark = pytest.mark.django_db
GENERATION = LiveGeneration(1, "made up", 2)


class CountingEncoder:
    """A vector from a text's length; remembers what it was asked."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def encode_documents(self, texts: list[str]) -> np.ndarray:
        self.texts += texts
        return np.array([[1.0, len(text)] for text in texts], np.float32)


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> CountingEncoder:
    settings.MODEL_DIR = tmp_path
    counting = CountingEncoder()
    monkeypatch.setattr(module, "get_encoder", lambda name: counting)
    return counting


def test_each_value_is_encoded_once_with_the_name_of_its_attribute(encoder: CountingEncoder) -> None:
    build_bilingual_shop()
    snapshot = live_state().snapshot
    assert current_value_vectors(GENERATION) is None
    assert embed_values(snapshot, GENERATION, seconds=10) == 2
    assert sorted(encoder.texts) == ["Colour Black 颜色 黑色", "Colour White 颜色 白色"]
    assert embed_values(snapshot, GENERATION, seconds=10) == 0
    vectors = current_value_vectors(GENERATION)
    assert vectors is not None
    white = AttributeValue.objects.get(key="white").pk
    at = vectors.places(np.array([white, -3]))
    assert at[1] == -1
    assert vectors.vectors[at[0]].tolist() == [1.0, len("Colour White 颜色 白色")]


def test_a_new_value_joins_and_the_old_ones_stay(encoder: CountingEncoder) -> None:
    build_bilingual_shop()
    embed_values(live_state().snapshot, GENERATION, seconds=10)
    add_product("LAMP", "Lamp", "台灯", attributes={"colour": ["Red"]})
    index_all()
    assert embed_values(live_state().snapshot, GENERATION, seconds=10) == 1
    assert encoder.texts[-1] == "Colour Red"
    vectors = current_value_vectors(GENERATION)
    assert vectors is not None
    assert len(vectors.ids) == len(vectors.vectors) == 3


def test_no_time_encodes_nothing_and_another_encoder_has_its_own(encoder: CountingEncoder) -> None:
    build_bilingual_shop()
    assert embed_values(live_state().snapshot, GENERATION, seconds=0) == 0
    embed_values(live_state().snapshot, GENERATION, seconds=10)
    assert current_value_vectors(LiveGeneration(2, "another", 2)) is None
    assert current_value_vectors(None) is None


def test_numbers_and_long_texts_are_not_worth_a_vector(encoder: CountingEncoder) -> None:
    add_attribute("weight", "number", unit="kg")
    add_attribute("material")
    add_product("A", "Lamp", attributes={"weight": [2.0], "material": ["Oak", "A long sentence " * 5]})
    index_all()
    chosen = choose_values(live_state().snapshot)
    assert list(AttributeValue.objects.filter(pk__in=chosen.tolist()).values_list("key", flat=True)) == ["oak"]
