"""What a title says the product is."""

import time

import pytest

from ranking.contracts import Expansion, Keyword, Understanding
from ranking.language.head_noun import HeadNoun, find_head_noun
from ranking.language.pieces import split_pieces
from ranking.language.title_head import Things, is_joint, judge_category, judge_title
from ranking.language.words import build_dictionary

SHOP_WORDS = "sleeve sleeves case cases cover covers keyboard keyboards card cards adapter adapters hub hubs"
COUNTS = dict.fromkeys(f"{SHOP_WORDS} pc pcs usb power powers toner toners tablet tablets".split(), 5)
THINGS = Things(build_dictionary(COUNTS, {}), {"dell"})


def head_of(noun: str, *others: str) -> HeadNoun:
    terms = split_pieces(noun)[-1].terms
    expansions = tuple(
        Expansion(terms, tuple(term for piece in split_pieces(other) for term in piece.terms), 0.7, other)
        for other in others
    )
    found = find_head_noun(Understanding(noun, "en", terms, (Keyword(noun, terms, 1.0),), expansions=expansions))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("noun", "title", "verdict"),
    [
        ("laptop", "hp laptop 15.6 inch", 1.0),
        ("laptop", "urban factory laptop sleeve 13.3 black", 0.0),
        ("laptop", "sleeve for laptop", 0.0),
        ("laptop", "sleeve for dell, asus and acer laptop", 0.0),
        ("laptop", "laptop & tablet sleeve", 0.0),
        ("laptop", "laptop usb power adapter", 0.0),
        ("laptop", "dell laptop", 1.0),
        ("laptop", "laptop dell", 1.0),
        ("laptop", "laptop silver sleeve", 0.0),
        ("laptop", "laptop silver, sleeve included", 1.0),
        ("laptop", "laptop with sleeve", 1.0),
        ("laptop", "sleeve with laptop pocket", 0.0),
        ("laptops", "refurbished laptop", 1.0),
        ("laptop", "refurbished laptops", 1.0),
        ("laptop", "desktop pc", None),
        ("phone", "phonetics trainer", None),
        ("keyboard", "cherry g80 keyboard usb qwertz german", 1.0),
        ("keyboard", "cherry wetex keyboard cover", 0.0),
        ("keyboard", "keyboard and mouse", 1.0),
        ("stand", "laptop stand & usb hub", 1.0),
        ("cover", "cherry wetex keyboard cover", 1.0),
        ("keyboard", "keyboard set black", 1.0),
        ("battery", "spare batteries", 1.0),
        ("手机", "华为手机 全网通", 1.0),
        ("手机", "手机壳 透明", 0.0),
        ("手机", "手机防摔保护壳", 0.0),
        ("手机", "手机 支架", 0.0),
        ("手机", "适用于华为手机 钢化膜", 0.0),
        ("手机", "车载手机专用支架", 0.0),
        ("手机", "手机配件", 0.0),
        ("壳", "手机壳 透明", 1.0),
        ("连衣裙", "法式碎花连衣裙", 1.0),
        ("连衣裙", "连衣裙 收纳袋", 0.0),
        ("连衣裙", "连衣裙收腰显瘦 夏季新款", 1.0),
        ("运动鞋", "运动鞋男鞋 透气", 1.0),
        ("床单", "床单四件套", 1.0),
        ("耳机", "耳机有线 入耳式", 1.0),
        ("耳机", "头戴式无线耳机", 1.0),
    ],
)  # fmt: skip
def test_a_title_is_of_its_last_noun(noun: str, title: str, verdict: float | None) -> None:
    assert judge_title(title, head_of(noun), THINGS) == verdict


@pytest.mark.parametrize(
    ("title", "verdict"),
    [("hp 615 notebook pc", 1.0), ("targus notebook case", 0.0), ("notebook laptop case", 0.0), ("笔记本电脑", 1.0),
     ("笔记本电脑包", 0.0)],
)  # fmt: skip
def test_other_names_are_read_the_longest_first(title: str, verdict: float) -> None:
    assert judge_title(title, head_of("laptop", "notebook", "notebook pc", "笔记本电脑"), THINGS) == verdict


def test_without_a_dictionary_any_word_but_a_quality_may_be_the_noun() -> None:
    things = Things(build_dictionary({}, {}), ())
    assert judge_title("laptop sleeve", head_of("laptop"), things) == 0.0
    assert judge_title("laptop black", head_of("laptop"), things) == 1.0


@pytest.mark.parametrize(
    ("noun", "category", "worth", "joint"),
    [
        ("laptop", "laptops", 1.0, False),
        ("laptop", "laptop sleeves", 0.0, False),
        ("laptop", "laptops & tablets", 1.0, True),
        ("headphones", "headphones", 1.0, False),
        ("耳机", "真无线耳机", 1.0, False),
        ("耳机", "耳机音箱", 0.0, False),
        ("手机", "手机通讯", 0.0, False),
        ("手机", "手机、平板", 1.0, True),
    ],
)  # fmt: skip
def test_a_category_is_of_the_thing_it_ends_in(noun: str, category: str, worth: float, joint: bool) -> None:
    assert judge_category(category, head_of(noun)) == worth
    assert is_joint(category) == joint


@pytest.mark.parametrize(
    "title",
    ["laptop " * 500, "laptop and " * 500, "with laptop for " * 300, "laptop-" * 500, "laptop/black " * 400,
     "手机" * 500, "手机 " * 500, "适用于" * 500 + "手机", "a" * 10_000 + " laptop"],
    ids=lambda title: title[:16],
)  # fmt: skip
def test_hostile_titles_cost_little(title: str) -> None:
    heads = [head_of("laptop", "notebook", "notebook pc"), head_of("手机")]
    started = time.perf_counter()
    for head in heads:
        assert judge_title(title, head, THINGS) in (None, 0.0, 1.0)
    assert time.perf_counter() - started < 0.05
