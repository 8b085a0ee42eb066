"""Products that are the thing before those that are for it."""

import pytest

from catalog.models import Product
from ranking.contracts import Entity, Expansion, Keyword, Understanding
from ranking.language import live_words
from ranking.language.pieces import split_pieces
from ranking.language.words import build_dictionary
from ranking.scorers import head as scorer
from tests.ranking.scorers.scoring import make_scoring, score_by_sku
from tests.shop import add_category, add_product, build_bilingual_shop, index_all

pytestmark = pytest.mark.django_db

WORDS = ["laptop", "laptops", "sleeve", "sleeves", "cover", "covers", "keyboard", "keyboards", "case", "cases"]


@pytest.fixture(autouse=True)
def _dictionary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_words, "_current", build_dictionary(dict.fromkeys(WORDS, 3), {}))


def ask(text: str, *entities: Entity, expansions: tuple[Expansion, ...] = ()) -> Understanding:
    keywords = tuple(Keyword(piece.text, piece.terms, 0.5) for piece in split_pieces(text))
    return Understanding(text, "en", (), keywords, entities, expansions=expansions)


def build_computer_shop() -> None:
    computers = add_category("computers", "Computers & phones", "电脑、手机")
    add_product("L-1", "Aria notebook 15 silver", "阿里亚笔记本电脑 15英寸", category=computers)
    add_product("L-2", "Refurbished laptops", "")
    add_product("S-1", "Aria laptop sleeve 15 black", "笔记本电脑内胆包")
    add_product("S-2", "Sleeve for laptop", "")
    add_product("K-1", "Tessa keyboard QWERTY black", "特莎键盘")
    add_product("K-2", "Tessa keyboard cover", "键盘膜")
    add_product("P-1", "", "星驰手机 全网通", category=computers)
    add_product("P-2", "", "星驰手机壳 透明", category=computers)
    add_product("D-1", "", "法式碎花连衣裙")
    add_product("D-2", "", "连衣裙 收纳袋")
    index_all()


NOTEBOOK = Expansion(("laptop",), ("notebook",), 0.7, "notebook")


@pytest.mark.parametrize(
    ("asked", "things"),
    [
        (ask("laptop", expansions=(NOTEBOOK,)), {"L-1", "L-2"}),
        (ask("laptops", expansions=(NOTEBOOK,)), {"L-1", "L-2"}),
        (ask("laptop sleeve"), {"S-1", "S-2"}),
        (ask("keyboard"), {"K-1"}),
        (ask("keyboard cover"), {"K-2"}),
        (ask("键盘"), {"K-1"}),
        (ask("手机"), {"P-1"}),
        (ask("手机壳"), {"P-2"}),
        (ask("连衣裙"), {"D-1"}),
        (ask("收纳袋"), {"D-2"}),
        (ask("aria", Entity("brand", "brand", "aria", "aria", 0.9, 0, 4)), set()),
        (ask("15"), set()),
        (None, set()),
    ],
    ids=lambda value: value.text if isinstance(value, Understanding) else "",
)
def test_heads_get_one_and_all_others_nothing(asked: Understanding | None, things: set[str]) -> None:
    build_computer_shop()
    scores = score_by_sku(scorer.score, make_scoring(understanding=asked))
    assert {sku for sku, value in scores.items() if value == 1.0} == things
    assert {sku for sku, value in scores.items() if 0.0 < value < 1.0} <= {"L-1"}


def test_a_category_of_several_things_is_half_sure_where_the_title_says_nothing() -> None:
    build_computer_shop()
    scores = score_by_sku(scorer.score, make_scoring(understanding=ask("手机")))
    assert (scores["L-1"], scores["P-1"], scores["P-2"], scores["S-1"]) == (scorer.JOINT, 1.0, 0.0, 0.0)


def test_a_category_of_the_name_needs_no_title() -> None:
    build_bilingual_shop()
    Product.objects.filter(sku="HP-1").update(title_en="Sonar WH-100", title_zh="")
    for text in ("headphones", "耳机"):
        scores = score_by_sku(scorer.score, make_scoring(understanding=ask(text)))
        assert scores == {"HP-1": 1.0, "HP-2": 1.0, "SPK-1": 0.0, "KET-1": 0.0, "DRESS-1": 0.0}


def test_beyond_its_bound_only_the_lexically_best_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    build_computer_shop()
    monkeypatch.setattr(scorer, "MOST_READ", 1)
    scores = score_by_sku(scorer.score, make_scoring(bm25={"K-1": 2.0, "K-2": 1.0}, understanding=ask("keyboard")))
    assert {sku for sku, value in scores.items() if value} == {"K-1"}


def test_titles_are_read_once_for_an_index_version(django_assert_num_queries: object) -> None:
    build_computer_shop()
    scoring = make_scoring(understanding=ask("keyboard"))
    first = score_by_sku(scorer.score, scoring)
    with django_assert_num_queries(0):  # type: ignore[operator]
        again = scorer.score(scoring)
    assert sorted(again.tolist()) == sorted(first.values())


def test_hostile_titles_are_read_to_their_first_part() -> None:
    add_product("H-1", " ".join(["laptop"] * 70 + ["sleeve"] * 70), "手机" * 250)
    index_all()
    for text in ("laptop", "手机", "sleeve"):
        scores = score_by_sku(scorer.score, make_scoring(understanding=ask(text)))
        assert set(scores) == {"H-1"}
