"""How characters and words are read, and which letters are syllables."""

import pytest

from ranking.language.pinyin import blur_reading, read_run, read_words, readings, spell_characters, split_syllables


@pytest.mark.parametrize(
    ("letters", "parts"),
    [
        ("lianyiqun", ("lian", "yi", "qun")),
        ("shoujike", ("shou", "ji", "ke")),
        ("xian", ("xian",)),
        ("lvse", ("lv", "se")),
        ("laptop", ()),
        ("headphones", ()),
        ("wh1000", ()),
        ("", ()),
    ],
)
def test_letters_as_syllables(letters: str, parts: tuple[str, ...]) -> None:
    assert split_syllables(letters) == parts


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("重庆", ("chong", "qing")),
        ("重量", ("zhong", "liang")),
        ("音乐", ("yin", "yue")),
        ("行李箱", ("xing", "li", "xiang")),
        ("长袖", ("chang", "xiu")),
        ("绿色", ("lv", "se")),
    ],
)
def test_words_are_read_as_wholes(word: str, syllables: tuple[str, ...]) -> None:
    assert read_words([word]) == {word: syllables}
    assert read_run(word) == syllables


def test_words_with_other_characters_are_left_out() -> None:
    assert read_words(["t恤", "usb", "", "手机"]) == {"手机": ("shou", "ji")}


@pytest.mark.parametrize(
    ("run", "spelling"), [("连衣群", "lianyiqun"), ("长裤", "changku"), ("长大", "zhangda"), ("薄荷", "bohe")], ids=str
)
def test_every_reading_of_a_short_run_is_tried(run: str, spelling: str) -> None:
    assert spelling in spell_characters(run)


@pytest.mark.parametrize("run", ["a", "手a", "😀", "ㄅ"])
def test_what_is_no_simplified_character_has_no_reading(run: str) -> None:
    assert spell_characters(run) == []


def test_rare_readings_do_not_make_homophones() -> None:
    assert readings()["液"] == ("ye",)
    assert readings()["女"] == ("nv",)


@pytest.mark.parametrize(("one", "other"), [("shanghai", "sanhai"), ("zhenling", "zenlin"), ("chuang", "cuan")])
def test_readings_easily_mixed_up_are_one(one: str, other: str) -> None:
    assert blur_reading(one) == blur_reading(other)
