"""Chinese words of the catalog behind typed letters."""

import pytest

from ranking.language.pinyin_input import decode_letters, guess_pinyin
from ranking.language.words import Dictionary, build_dictionary
from tests.ranking.language.small_words import make_words


@pytest.fixture(scope="module")
def words() -> Dictionary:
    return make_words()


def read(text: str, words: Dictionary, *, skip: frozenset[str] = frozenset()) -> list[str]:
    typed, at = [], 0
    for word in text.split():
        typed.append((at, at + len(word), word))
        at += len(word) + 1
    return [guess.meant for guess in guess_pinyin(typed, words, skip=skip)]


@pytest.mark.parametrize(
    ("letters", "meant"),
    [
        ("shouji", ("手机",)),
        ("shoujike", ("手机", "壳")),
        ("lanyaerji", ("蓝牙", "耳机")),
        ("shoujikeke", ()),
        ("shouj", ()),
        ("ke", ()),
    ],
)
def test_reads_the_letters_exactly(words: Dictionary, letters: str, meant: tuple[str, ...]) -> None:
    assert decode_letters(letters, words) == meant


def test_a_lone_character_needs_company(words: Dictionary) -> None:
    assert decode_letters("erjike", words) == ()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        pytest.param("lian yi qun", ["连衣裙"], id="a blank after each syllable"),
        pytest.param("shouji ke", ["手机壳"], id="two words as one phrase"),
        pytest.param("wireless shubiao", ["鼠标"], id="beside an English word"),
        pytest.param("lianyiqn", ["连衣裙"], id="mistyped pinyin"),
        pytest.param("can pen sang", [], id="everyday English alone"),
        pytest.param("sony", [], id="a brand that is no pinyin"),
        pytest.param("gengda", [], id="pinyin of nothing sold"),
    ],
)
def test_reads_neighbouring_words(words: Dictionary, text: str, meant: list[str]) -> None:
    assert read(text, words) == meant


def test_words_to_skip_are_not_read(words: Dictionary) -> None:
    assert read("shouji", words, skip=frozenset({"shouji"})) == []


def test_a_shop_without_chinese_reads_no_pinyin() -> None:
    assert read("shouji", build_dictionary({"phone": 3}, {})) == []


def test_company_decides_between_homophones() -> None:
    readings = {"手机": "shouji", "收集": "shouji", "壳": "ke", "课": "ke", "器": "qi"}
    counts = {"手机": 50, "收集": 50, "壳": 20, "课": 90, "器": 30}
    words = build_dictionary(counts, {("手机", "壳"): 15, ("收集", "器"): 15}, readings=readings)
    assert decode_letters("shoujike", words) == ("手机", "壳")
    assert decode_letters("shoujiqi", words) == ("收集", "器")
