"""How Chinese phrases are typed in letters, and what letters among characters may mean."""

import pytest

from ranking.retrieval.pinyin_tails import may_be_pinyin, read_typed, spell_tails, split_pieces


@pytest.mark.parametrize(
    ("phrase", "tails", "spelled"),
    [
        ("连衣裙", ["连衣裙"], ["lianyiqun", "lyq"]),
        ("蓝牙耳机", ["蓝牙耳机", "耳机"], ["lanyaerji", "lyej", "erji", "ej"]),
        ("usb 数据线", ["usb 数据线", "数据线"], ["usbshujuxian", "usbsjx", "shujuxian", "sjx"]),
        ("重庆 小面", ["重庆 小面"], ["chongqingxiaomian", "cqxm"]),
        ("wireless mouse", ["wireless mouse", "mouse"], []),
    ],
)
def test_phrases_in_letters(phrase: str, tails: list[str], spelled: list[str]) -> None:
    assert list(spell_tails(phrase, tails)) == spelled


@pytest.mark.parametrize(
    ("letters", "pieces"),
    [
        ("lianyi", ("lian", "yi")),
        ("lyq", ("l", "y", "q")),
        ("lianyq", ("lian", "y", "q")),
        ("shoujik", ("shou", "ji", "k")),
        ("lianyiqu", ("lian", "yi", "qu")),
        ("laptop", ()),
        ("headphones", ()),
        ("wh-1", ()),
    ],
)
def test_letters_in_pieces(letters: str, pieces: tuple[str, ...]) -> None:
    assert split_pieces(letters) == pieces


@pytest.mark.parametrize(
    "typed",
    [
        "lianyiqun",
        "lianyi",
        "lian",
        "lyq",
        "ly",
        "lianyq",
        "lyqun",
        "lian yi",
        "连yi",
        "l衣q",
        "连y",
        "连衣q",
        "l衣",
        "联谊",
    ],
)
def test_every_way_to_type_finds_the_phrase(typed: str) -> None:
    tails = list(spell_tails("碎花连衣裙", ["碎花连衣裙", "连衣裙"]))
    assert any(
        any(tail.startswith(sound.key) for tail in tails) and sound.matches("碎花连衣裙") for sound in read_typed(typed)
    )


@pytest.mark.parametrize("typed", ["连xi", "裙yi", "l花q", "lianyxq"])
def test_other_characters_and_syllables_do_not_match(typed: str) -> None:
    tails = list(spell_tails("碎花连衣裙", ["碎花连衣裙", "连衣裙"]))
    assert not any(
        any(tail.startswith(sound.key) for tail in tails) and sound.matches("碎花连衣裙") for sound in read_typed(typed)
    )


@pytest.mark.parametrize("typed", ["", " ", "-", "123", "éa", "зима", "連😀"])
def test_what_is_no_pinyin_means_nothing(typed: str) -> None:
    assert read_typed(typed) == []


@pytest.mark.parametrize(
    ("typed", "is_pinyin"),
    [
        ("lianyi", True),
        ("lyq", True),
        ("lianyq", False),
        ("start", False),
        ("连yi", True),
        ("headph", False),
        ("laptop", False),
        ("l", False),
        ("lia", False),
        ("usb shuju", True),
        ("wh-1", False),
    ],
)
def test_in_the_english_shop_only_what_looks_like_pinyin_is(typed: str, is_pinyin: bool) -> None:
    assert may_be_pinyin(typed) == is_pinyin
