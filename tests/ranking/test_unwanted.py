"""What is not wanted is left out also where it stands inside another word."""

import pytest

from ranking.contracts import SearchRequest
from ranking.models import RankingConfig
from ranking.pipeline import search
from tests.shop import add_attribute, add_product, index_all

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def bags() -> None:
    RankingConfig.objects.filter(is_live=True).update(weights={"bm25": 1})
    add_attribute("material", values=[("cowhide", "Cowhide", "头层牛皮"), ("nylon", "Nylon", "尼龙")])
    add_product("COW", "Black tote bag", "黑色牛皮手提包")
    add_product("HIDE", "Black shopper bag", "黑色手提包 大容量", attributes={"material": ["Cowhide"]})
    add_product("NYL", "Black nylon bag", "黑色尼龙手提包", attributes={"material": ["Nylon"]})
    add_product("HOOD", "Hooded sweatshirt", "加绒连帽卫衣")
    add_product("CREW", "Crew sweatshirt", "加绒圆领卫衣")
    index_all()


@pytest.mark.parametrize(
    ("query", "left_out", "stays"),
    [
        ("不要皮的 黑色手提包", {"COW", "HIDE"}, "NYL"),
        ("黑色手提包 不要尼龙", {"NYL"}, "COW"),
        ("不要连帽的 卫衣", {"HOOD"}, "CREW"),
        ("black bag without nylon", {"NYL"}, "HIDE"),
    ],
)
def test_an_unwanted_word_is_found_inside_words(query: str, left_out: set[str], stays: str) -> None:
    page = search(SearchRequest(query=query))
    found = {hit.product.sku for hit in page.hits}
    assert not left_out & found
    assert page.understanding is not None
    assert page.understanding.negated
    if "bag" not in query:
        assert stays in found


def test_when_nothing_else_is_left_it_is_shown_and_said() -> None:
    page = search(SearchRequest(query="连帽卫衣 不要加绒"))
    assert page.hits
    assert [item.kind for item in page.relaxations] == ["unwanted"]
