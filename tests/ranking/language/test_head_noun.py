"""Which word of a query names the thing."""

import pytest

from ranking.contracts import Entity, Expansion, Keyword, Understanding
from ranking.language.head_noun import find_head_noun, find_noun
from ranking.language.pieces import split_pieces


def understand(text: str, *entities: Entity, words: tuple[str, ...] = (), **found: object) -> Understanding:
    """Keywords are the pieces of the text, unless `words` says otherwise."""
    pieces = {piece.text: piece.terms for piece in split_pieces(text)}
    keywords = tuple(Keyword(word, pieces.get(word) or (word,), 0.5) for word in words or pieces)
    return Understanding(text, "en", (), keywords, entities, **found)  # type: ignore[arg-type]


def named(kind: str, text: str) -> Entity:
    return Entity(kind, kind, text, text, 0.9)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("understanding", "noun"),
    [
        (understand("laptop"), "laptop"),
        (understand("light laptop sleeve"), "sleeve"),
        (understand("sleeve for laptop", words=("sleeve", "laptop")), "sleeve"),
        (understand("keyboard, black", words=("keyboard", "black")), "keyboard"),
        (understand("laptops 15 inch"), "laptops"),
        (understand("sony headphones", named("brand", "sony")), "headphones"),
        (understand("headphones sony", named("brand", "sony"), named("category", "headphones")), "headphones"),
        (understand("tablet", named("attribute", "tablet")), "tablet"),
        (understand("手机"), "手机"),
        (understand("手机壳"), "壳"),
        (understand("黑色连衣裙", named("attribute", "黑色")), "连衣裙"),
        (understand("连衣裙 收纳袋"), "连衣裙"),
        (understand("胡桃木色 餐桌", words=("胡桃木色", "餐桌")), "餐桌"),
        (understand("华为手机", named("brand", "华为")), "手机"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.text,
)
def test_the_noun_ends_the_first_part(understanding: Understanding, noun: str) -> None:
    keyword = find_noun(understanding)
    assert keyword is not None
    assert keyword.text == noun


@pytest.mark.parametrize(
    "understanding",
    [
        understand("sony", named("brand", "sony")),
        understand("华为", named("brand", "华为")),
        understand("wh-1000xm5", named("model", "wh-1000xm5")),
        understand("red cotton", named("attribute", "red"), named("attribute", "cotton")),
        understand("最便宜"),
        Understanding("", "en", ()),
    ],
    ids=lambda value: value.text or "empty",
)
def test_brands_models_and_wishes_name_no_thing(understanding: Understanding) -> None:
    assert find_head_noun(understanding) is None


@pytest.mark.parametrize(("value", "noun"), [("fan", None), ("black", "computer")])
def test_a_property_behind_the_word_may_be_the_noun_itself(value: str, noun: str | None) -> None:
    found = find_noun(
        understand(f"computer {value}", named("attribute", value)), names_thing=lambda word: word == "fan"
    )
    assert (found.text if found else None) == noun


def test_what_is_not_wanted_is_not_the_noun() -> None:
    asked = Understanding(
        "laptop dvd", "en", (), (Keyword("laptop", ("laptop",), 1), Keyword("dvd", ("dvd",), 0, "negated"))
    )
    assert getattr(find_noun(asked), "text", "") == "laptop"


def test_other_ways_to_say_the_noun_are_names_of_it() -> None:
    expansions = (
        Expansion(("laptop",), ("notebook",), 0.7, "notebook"),
        Expansion(("laptop",), ("netbook",), 0.35, "netbook"),
        Expansion(("laptop",), ("笔记", "电脑", "笔记本", "笔记本电脑"), 0.9, "笔记本电脑"),
        Expansion(("light",), ("thin",), 0.9, "thin"),
    )
    head = find_head_noun(understand("light laptops", expansions=expansions))
    assert head is not None
    assert [(name.written or name.terms, name.worth) for name in head.names] == [
        (("laptop",), 1.0), (("notebook",), 1.0), (("netbook",), 0.5), ("笔记本电脑", 1.0),
    ]  # fmt: skip
