"""The dictionary as it is stored: every process gets what the refresh made, once, and asks the index about the rest."""

import threading

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import LiveVersion, Segment
from ranking.language import live_words
from ranking.language.live_words import current_dictionary, find_indexed, load_dictionary, save_dictionary
from ranking.language.words import Dictionary
from ranking.models import WordBook
from tests.ranking.language.small_words import make_words
from tests.shop import build_bilingual_shop

pytestmark = pytest.mark.django_db


def version() -> int:
    return LiveVersion.objects.get(name="words").version


def test_comes_back_as_it_was_saved() -> None:
    made = make_words()
    assert save_dictionary(made)
    loaded = load_dictionary()
    assert (loaded.latin, loaded.han, loaded.han_pinyin) == (made.latin, made.han, made.han_pinyin)
    for name in ("counts", "pair_keys", "pair_counts"):
        assert np.array_equal(getattr(loaded, name), getattr(made, name))
    assert loaded.version == version()
    assert loaded.pair_count("手机", "壳") == 50


def test_the_same_words_are_not_written_again() -> None:
    assert save_dictionary(make_words())
    before = version()
    assert not save_dictionary(make_words())
    assert (version(), WordBook.objects.count()) == (before, 1)


def test_is_loaded_once_a_build() -> None:
    save_dictionary(make_words())
    first = current_dictionary(version())
    with CaptureQueriesContext(connection) as queries:
        assert current_dictionary(first.version) is first
    assert len(queries) == 0


def test_a_new_build_is_taken_up() -> None:
    save_dictionary(make_words())
    old = current_dictionary(version())
    save_dictionary(Dictionary(0, ("laptop",), (), (), np.array([3], np.int32), old.pair_keys[:0], old.pair_counts[:0]))
    new = current_dictionary(version())
    assert (old.count("laptop"), new.count("laptop")) == (400, 3)


def test_while_one_thread_loads_others_keep_the_old_one() -> None:
    save_dictionary(make_words())
    old = current_dictionary(version())
    found: list[Dictionary] = []
    with live_words._lock:
        thread = threading.Thread(target=lambda: found.append(current_dictionary(old.version + 1)))
        thread.start()
        thread.join(timeout=5)
    assert found == [old]


def test_before_the_first_build_it_is_empty() -> None:
    assert len(current_dictionary(0).latin) == 0
    assert len(current_dictionary(5).latin) == 0


@pytest.mark.parametrize(
    ("word", "is_found"),
    [
        pytest.param("headphone", True, id="another form of an indexed word"),
        pytest.param("haedphones", False, id="slip"),
        pytest.param("wireless headphones", True, id="several words"),
        pytest.param("wireless haedphones", False, id="one of several"),
        pytest.param("连衣裙", True, id="Chinese word"),
        pytest.param("连衣群", False, id="Chinese slip of indexed pieces"),
        pytest.param("%%", False, id="nothing to look for"),
    ],
)
def test_asks_the_index(word: str, is_found: bool) -> None:
    build_bilingual_shop()
    segments = list(Segment.objects.values_list("pk", flat=True))
    assert find_indexed([word], segments) == ({word} if is_found else set())
    assert find_indexed([word], []) == set()


def test_asks_about_all_words_at_once() -> None:
    build_bilingual_shop()
    segments = list(Segment.objects.values_list("pk", flat=True))
    with CaptureQueriesContext(connection) as queries:
        found = find_indexed(["kettle", "ketle", "连衣裙"], segments)
    assert (found, len(queries)) == ({"kettle", "连衣裙"}, 1)
