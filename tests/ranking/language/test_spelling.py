"""What is put right, what is only offered, and above all what is left alone."""

from collections.abc import Collection

import pytest

from catalog.text import normalise
from ranking.contracts import Correction
from ranking.language.spelling import MOST_CHARACTERS, correct, expand_compounds
from ranking.language.words import Dictionary, build_dictionary
from tests.ranking.language.small_words import make_words


@pytest.fixture(scope="module")
def words() -> Dictionary:
    return make_words().warm_up()


def ask(typed: str, words: Dictionary, *, locale: str = "en") -> Correction:
    correction = correct(normalise(typed), words, locale=locale)
    assert correction is not None, f"{typed} was left alone"
    return correction


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        pytest.param("haedphones", "headphones", id="letters swapped"),
        pytest.param("hedphones", "headphones", id="letter missing"),
        pytest.param("wirelless headphones", "wireless headphones", id="letter doubled"),
        pytest.param("bluetoth speeker", "bluetooth speaker", id="two words, a slip each"),
        pytest.param("keybaordd", "keyboard", id="two slips in a long word"),
        pytest.param("usbcable", "usb cable", id="run together"),
        pytest.param("usb-cabel", "usb-cable", id="part of a compound"),
        pytest.param("lap top", "laptop", id="cut in two"),
        pytest.param("Logitec MOUSE", "logitech mouse", id="brand, capitals"),
        pytest.param("连衣群", "连衣裙", id="homophone"),
        pytest.param("洗衣鸡", "洗衣机", id="homophone of the last character"),
        pytest.param("无线鼠表", "无线鼠标", id="homophone beside a right word"),
        pytest.param("牛仔库", "牛仔裤", id="looks alike and sounds alike"),
        pytest.param("洗衣鷄", "洗衣机", id="traditional homophone"),
        pytest.param("shouji", "手机", id="pinyin"),
        pytest.param("lianyiqun", "连衣裙", id="pinyin of three characters"),
        pytest.param("shouji ke", "手机壳", id="pinyin with a blank"),
        pytest.param("iphone shoujike", "iphone 手机壳", id="pinyin beside English"),
        pytest.param("蓝牙erji", "蓝牙耳机", id="pinyin after characters"),
        pytest.param("ｌｉａｎｙｉｑｕｎ", "连衣裙", id="pinyin in full width"),
        pytest.param("hdmi cabel 2m", "hdmi cable 2m", id="beside a quantity"),
    ],
)
@pytest.mark.parametrize("locale", ["en", "zh"])
def test_puts_right(words: Dictionary, typed: str, meant: str, locale: str) -> None:
    correction = ask(typed, words, locale=locale)
    assert (correction.corrected, correction.applied) == (meant, True)
    assert correction.original == normalise(typed)


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("wireless headphones", id="right"),
        pytest.param("TA", id="acronym"),
        pytest.param("ups", id="three letters"),
        pytest.param("Login", id="everyday word near a brand"),
        pytest.param("can", id="everyday word that is pinyin, can"),
        pytest.param("pen", id="everyday word that is pinyin, pen"),
        pytest.param("sang", id="everyday word that is pinyin, sang"),
        pytest.param("banana", id="everyday word nobody sells"),
        pytest.param("mower", id="everyday word near a sold one"),
        pytest.param("wh-1000xm5", id="model number"),
        pytest.param("dv7-1211ea", id="model number with a dash"),
        pytest.param("55 inch 16gb 500ml", id="units"),
        pytest.param("keyboards", id="plural of a word sold in the singular"),
        pytest.param("name@keybaord.com", id="address"),
        pytest.param("зелёный", id="another script"),
        pytest.param("连衣裙", id="right Chinese"),
        pytest.param("滚筒洗衣机", id="right Chinese words side by side"),
        pytest.param("洗衣液", id="sold words that look like a longer one"),
        pytest.param("钢琴", id="a real word nobody sells"),
        pytest.param("儿童滑板车", id="several real words nobody sells"),
        pytest.param("t恤", id="letter and character"),
        pytest.param("", id="nothing"),
        pytest.param("😀 %% ///", id="signs"),
        pytest.param("qqqqqqqqqq", id="nonsense"),
    ],
)
@pytest.mark.parametrize("locale", ["en", "zh"])
def test_leaves_alone(words: Dictionary, typed: str, locale: str) -> None:
    assert correct(normalise(typed), words, locale=locale) is None


@pytest.mark.parametrize("word", ["haedphones", "连衣群", "shouji", "usbcable"])
def test_what_the_index_finds_is_only_offered(words: Dictionary, word: str) -> None:
    asked: list[Collection[str]] = []

    def find(typed: Collection[str]) -> Collection[str]:
        asked.append(typed)
        return typed

    correction = correct(word, words, has_hits=find)
    assert correction is not None
    assert not correction.applied
    assert asked == [[word]]


def test_the_index_is_not_asked_about_right_words(words: Dictionary) -> None:
    def refuse(_: Collection[str]) -> Collection[str]:
        raise AssertionError("a right query must cost no look-up")

    assert correct("wireless headphones 连衣裙", words, has_hits=refuse) is None


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        pytest.param("desalt drill", "dewalt drill", id="everyday English beside a word that says more"),
        pytest.param("鱼缸", "浴缸", id="Chinese that sounds like a sold word"),
    ],
)
def test_a_real_word_is_only_offered_another(words: Dictionary, typed: str, offered: str) -> None:
    correction = ask(typed, words)
    assert (correction.corrected, correction.applied) == (offered, False)


def test_two_sold_words_are_only_offered_as_one() -> None:
    both_sold = build_dictionary({"lap": 5, "top": 60, "laptop": 400}, {})
    correction = ask("lap top", both_sold)
    assert (correction.corrected, correction.applied) == ("laptop", False)


def test_words_titles_have_apart_are_not_joined(words: Dictionary) -> None:
    assert correct("fire pit", words) is None


def test_a_single_letter_is_never_glued_unasked() -> None:
    correction = ask("t shirt", build_dictionary({"tshirt": 9, "shirt": 30}, {}))
    assert not correction.applied


def test_a_doubtful_guess_does_not_ride_on_a_sure_one(words: Dictionary) -> None:
    correction = ask("haedphones mowse", words)
    assert ("haedphones", "headphones") in correction.changes
    assert correction.applied


def test_changes_name_each_word_and_its_correction(words: Dictionary) -> None:
    correction = ask("bluetoth hedphones", words)
    assert correction.changes == (("bluetoth", "bluetooth"), ("hedphones", "headphones"))
    assert 0.7 <= correction.confidence <= 1


def test_neighbours_decide_between_equal_slips() -> None:
    choice = build_dictionary(
        {"water": 100, "wafer": 100, "heater": 50, "biscuit": 50}, {("water", "heater"): 40, ("wafer", "biscuit"): 40}
    )
    assert [ask(text, choice).corrected for text in ("wader heater", "wader biscuit")] == [
        "water heater",
        "wafer biscuit",
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a" * 10_000, id="one letter"),
        pytest.param("lianyiqun" * 1200, id="pinyin without end"),
        pytest.param("连" * 10_000, id="one character"),
        pytest.param("xian " * 2000, id="a syllable again and again"),
        pytest.param("haedphones " * 1000, id="a slip again and again"),
    ],
)
def test_a_hostile_query_is_bounded(words: Dictionary, text: str) -> None:
    correction = correct(normalise(text), words, locale="zh")
    assert correction is None or len(correction.original) <= MOST_CHARACTERS


def test_an_empty_shop_corrects_nothing() -> None:
    nothing = build_dictionary({}, {})
    assert [correct(text, nothing) for text in ("haedphones", "连衣群", "shouji", "lap top")] == [None] * 4


@pytest.mark.parametrize(
    ("text", "other"),
    [
        pytest.param("fire pit", ["firepit"], id="one word"),
        pytest.param("firepit", ["fire pit"], id="two words"),
        pytest.param("wireless mouse", [], id="sold one way only"),
        pytest.param("手机壳", [], id="Chinese"),
    ],
)
def test_words_sold_both_ways_are_searched_both_ways(words: Dictionary, text: str, other: list[str]) -> None:
    expansions = expand_compounds(text, words)
    assert [expansion.text for expansion in expansions] == other
    assert all(expansion.source == "spelling" and expansion.alternative for expansion in expansions)
