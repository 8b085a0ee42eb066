"""Runs of Chinese characters: homophones, near homophones, look-alikes, and right words left alone."""

import pytest

from ranking.language.hanzi import LONGEST_RUN, guess_run, similar_shapes
from ranking.language.words import Dictionary
from tests.ranking.language.small_words import make_words


@pytest.fixture(scope="module")
def words() -> Dictionary:
    return make_words()


@pytest.mark.parametrize(
    ("run", "typed", "meant"),
    [
        pytest.param("连衣群", "连衣群", "连衣裙", id="same sound"),
        pytest.param("蓝呀耳机", "蓝呀", "蓝牙", id="same sound in the first word"),
        pytest.param("键盆", "键盆", "键盘", id="looks alike"),
        pytest.param("冲电宝", "冲电宝", "充电宝", id="same sound, first character"),
        pytest.param("叟机", "叟机", "手机", id="s for sh"),
    ],
)
def test_finds_the_slip_and_where_it_is(words: Dictionary, run: str, typed: str, meant: str) -> None:
    (guess,) = guess_run(run, words, start=4)
    assert (guess.typed, guess.meant) == (typed, meant)
    assert run[guess.start - 4 : guess.end - 4] == typed
    assert guess.confidence > 0.7


@pytest.mark.parametrize("run", ["连衣裙", "蓝牙耳机", "手机壳", "洗衣液", "钢琴", "机", "", "洗衣机" * 20])
def test_leaves_right_words_alone(words: Dictionary, run: str) -> None:
    assert guess_run(run, words) == []


@pytest.mark.parametrize("run", ["鱼缸", "首级"])
def test_a_word_of_the_language_is_only_offered_another(words: Dictionary, run: str) -> None:
    (guess,) = guess_run(run, words)
    assert not guess.may_apply


def test_one_character_in_three_is_only_offered(words: Dictionary) -> None:
    (guess,) = guess_run("电鱼煲", words)
    assert (guess.meant, guess.may_apply) == ("电饭煲", False)


def test_long_runs_are_not_read(words: Dictionary) -> None:
    assert guess_run("连衣群" * LONGEST_RUN, words) == []


def test_shapes_are_mutual() -> None:
    shapes = similar_shapes()
    assert "末" in shapes["未"]
    assert all(character in shapes[other] for character, others in shapes.items() for other in others)
