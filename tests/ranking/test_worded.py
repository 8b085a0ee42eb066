"""Rules may name products by what they say of themselves: title, brand, category, attributes, not the description."""

import pytest

from catalog.models import Brand, Category, Product
from catalog.steps.index import index_products
from ranking.contracts import SearchRequest
from ranking.merchandising.describe import describe_rule
from ranking.merchandising.references import find_unknown
from ranking.merchandising.schema import parse_rule
from ranking.pipeline import search
from tests.ranking.rule_shop import add_product, ask, build_shop, fresh_process, save_rule, skus
from tests.ranking.rule_words import boost, clause, document, hide, show_only

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    fresh_process()
    build_shop()
    lamps, nord = Category.objects.get(key="home/lamps"), Brand.objects.get(key="nord")
    used = add_product("U1", "Refurbished lamp, very bright", lamps, nord, price=15)
    other = add_product("U2", "lamp for the shelf", lamps, nord, price=25)
    Product.objects.filter(pk=used.pk).update(title_zh="翻新台灯")
    Product.objects.filter(pk=other.pk).update(description_en="Better than a refurbished one.")
    index_products([used.pk, other.pk])
    yield
    fresh_process()


@pytest.mark.parametrize("words", ["refurbished", "Refurbished lamps", "翻新", "翻新台灯"])
def test_products_are_named_by_their_words(shop, words):
    assert "U1" in skus(ask())
    save_rule(hide(clause("words", words)))
    assert "U1" not in skus(ask())
    assert "U2" in skus(ask())


def test_any_of_several_phrases_and_exclusion(shop):
    save_rule(show_only(clause("words", "refurbished", "model3", "nothing says this")))
    assert set(skus(ask())) == {"U1", "L3"}
    save_rule(show_only(clause("words", "refurbished", exclude=True)))
    assert skus(ask()) == ["L3"]


def test_they_can_be_lifted_while_browsing(shop):
    save_rule(boost(100, clause("words", "refurbished")))
    page = search(SearchRequest(category="home/lamps", collapse=False))
    assert page.hits[0].product.sku == "U1"


def test_the_sentence_says_it_and_nothing_is_called_unknown(shop):
    rule = parse_rule(document(boost(-20, clause("words", "refurbished", "翻新"))))
    assert "saying “refurbished” or “翻新”" in describe_rule(rule)
    assert find_unknown(rule) == {}
