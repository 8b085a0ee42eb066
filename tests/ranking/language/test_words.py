"""The dictionary keeps what is frequent, tells sold words from merely right ones, and knows who stands together."""

import pytest

from ranking.language import words as module
from ranking.language.words import Dictionary, build_dictionary, is_latin_word
from tests.ranking.language.small_words import make_words


@pytest.fixture(scope="module")
def words() -> Dictionary:
    return make_words()


def test_tells_sold_words_from_everyday_ones(words: Dictionary) -> None:
    assert words.sells("laptop")
    assert words.sells("连衣裙")
    assert "banana" in words
    assert not words.sells("banana")
    assert "laptpo" not in words
    assert words.count("hdmi") == 150


def test_knows_neighbours_in_their_order(words: Dictionary) -> None:
    assert words.pair_count("usb", "cable") == 200
    assert words.pair_count("cable", "usb") == 0
    assert words.pair_count("手机", "壳") == 50
    assert words.pair_count("usb", "nothing") == 0


def test_finds_chinese_by_reading_the_frequent_first() -> None:
    readings = {"鼠标": "shubiao", "书标": "shubiao"}
    words = build_dictionary({"鼠标": 3, "书标": 9}, {}, readings=readings)
    assert words.by_pinyin["shubiao"] == ("书标", "鼠标")


@pytest.mark.parametrize(
    ("reading", "word"), [("shouji", "手机"), ("lanya", "蓝牙"), ("dianfanbao", "电饭煲")], ids=str
)
def test_readings_are_those_of_the_words(words: Dictionary, reading: str, word: str) -> None:
    assert word in words.by_pinyin[reading]


def test_readings_that_are_mixed_up_meet(words: Dictionary) -> None:
    assert "连衣裙" in words.by_blurred_pinyin["lianyiqun"]
    assert "手机" in words.by_blurred_pinyin["souji"]


def test_a_gap_may_be_anywhere_but_at_the_thing_itself(words: Dictionary) -> None:
    assert words.by_gap["洗_机"] == "洗衣机"
    assert "洗衣_" not in words.by_gap


def test_keeps_the_most_frequent_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_LATIN", 2)
    monkeypatch.setattr(module, "MOST_PAIRS", 1)
    words = build_dictionary({"one": 1, "two": 2, "three": 3}, {("two", "three"): 2, ("three", "two"): 5})
    assert words.latin == ("two", "three")
    assert (words.pair_count("two", "three"), words.pair_count("three", "two")) == (0, 5)


@pytest.mark.parametrize("word", ["usb3", "wi-fi", "a", "CABLE", "naïve", "手机", "x" * 31, ""])
def test_codes_and_other_scripts_are_no_latin_words(word: str) -> None:
    assert not is_latin_word(word)


def test_an_everyday_word_that_is_sold_counts_as_sold() -> None:
    assert build_dictionary({"pen": 4}, {}, everyday=("pen", "can")).count("pen") == 4


def test_a_word_nobody_sells_is_rarer_than_any_other(words: Dictionary) -> None:
    assert words.log_frequency("banana") < min(words.log_frequency(word) for word in ("firepit", "液"))
