"""Above the results stands how the words were read, in the shopper's language, with the way back."""

from uuid import uuid4

import pytest
from django.test import Client

from ranking.contracts import NO_KNOWN_WORD, Correction, Page, SearchRequest, Understanding
from ranking.models import RankingConfig
from ranking.registry import forget_live
from ranking.retrieval.suggest_refresh import rebuild_suggestions
from ranking.storefront.reading import describe_reading
from ranking.storefront.results_page import describe_notes
from ranking.storefront.results_url import ResultsUrl
from tests.shop import add_category, add_product, index_all
from tests.vectors import embed_by_hand

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lamps() -> None:
    RankingConfig.objects.filter(is_live=True).update(weights={"bm25": 1})
    for sku, price in (("A", "10.00"), ("B", "90.00")):
        add_product(sku, f"desk lamp {sku}", f"台灯 {sku}", price=price)
    add_product("C", "oak chair", "橡木椅子", price="10.00")
    index_all()


@pytest.mark.parametrize(
    ("language", "query", "said"),
    [
        ("en", "desk lamp under 50", "Only what fits: “under 50”."),
        ("zh-hans", "50元以下 台灯", "只显示符合“50元以下”的商品。"),
        ("en", "desk lamp waterproof", "No product holds “waterproof” as well; these hold the rest."),
        ("zh-hans", "台灯 防水", "没有商品同时包含“防水”；以下商品包含其余的词。"),
    ],
    ids=["limit-en", "limit-zh", "word-en", "word-zh"],
)
def test_the_reading_is_told(client: Client, language: str, query: str, said: str) -> None:
    page = client.get("/search/", {"q": query}, headers={"Accept-Language": language}).content.decode()
    assert said in page


def test_the_way_back_searches_for_exactly_what_was_typed(client: Client) -> None:
    read = client.get("/search/", {"q": "desk lamp under 50"}).content.decode()
    assert "/search/?q=desk+lamp+under+50&amp;literal=1" in read
    exact = client.get("/search/", {"q": "desk lamp under 50", "literal": "1"}).content.decode()
    assert "Only what fits" not in exact
    assert "1–2 of 2" in exact


@pytest.fixture
def known_words() -> None:
    """A shop that compares meanings and knows its words, so that it knows which words nobody knows."""
    add_category("home", "Home", "家居")
    RankingConfig.objects.filter(is_live=True).update(weights={"bm25": 1, "dense": 1})
    embed_by_hand({"A": (1, 0), "B": (0, 1), "C": (1, 1)})
    rebuild_suggestions()
    forget_live()


@pytest.mark.usefixtures("known_words")
@pytest.mark.parametrize(
    ("language", "query", "said", "onward"),
    [
        ("en", "qwxzvy bvnmkt", "No word of it is known here, in English or Chinese.", "Browse the departments"),
        ("zh-hans", "呃呃呃", "其中的词语在中文和英文里都无法识别。", "按分类浏览"),
    ],
    ids=["en", "zh"],
)
def test_words_that_nobody_knows(client: Client, language: str, query: str, said: str, onward: str) -> None:
    page = client.get("/search/", {"q": query}, headers={"Accept-Language": language}).content.decode()
    assert said in page
    assert onward in page
    assert 'href="/c/home/"' in page
    assert "reduced mode" not in page
    assert "缩减模式" not in page
    assert 'class="note' not in page, "nothing is wrong with the shop"


def test_an_emptied_page_still_tells_what_was_read(client: Client) -> None:
    """A filter empties the page: no sentence may speak of products that are not there."""
    page = client.get("/search/", {"q": "desk lamp waterproof under 50", "f.price.min": "80"}).content.decode()
    assert "No product fits all of these filters together" in page
    assert "Only what fits: “under 50”." in page
    assert "these hold the rest" not in page


@pytest.mark.parametrize(
    ("notes", "is_unknown"),
    [((NO_KNOWN_WORD,), True), ((), False), (("dense leg off: no product is embedded yet",), False)],
    ids=["no known word", "nothing found", "no vectors yet"],
)
def test_an_empty_page_offers_what_may_have_been_meant(notes: tuple[str, ...], is_unknown: bool) -> None:
    correction = Correction("lmap", "lamp", (("lmap", "lamp"),), 0.4, applied=False)
    understanding = Understanding("lmap", "en", ("lmap",), correction=correction)
    page = Page(uuid4(), SearchRequest("lmap"), (), 0, (), "grid", {}, notes, understanding)
    reading = describe_reading(page, ResultsUrl(query="lmap", page=2))
    assert (reading.offer, reading.offer_href) == ("lamp", "/search/?q=lamp")
    assert reading.is_unknown is is_unknown
    assert reading.sentences == ()


@pytest.mark.parametrize(
    ("note", "told"),
    [
        (NO_KNOWN_WORD, False),
        ("reranker: 10 of 20 products read within 80 ms", False),
        ("dense leg off: the encoder is not loaded", True),
    ],
    ids=["no known word", "only the order", "matches may be missing"],
)
def test_shoppers_are_told_only_that_matches_may_be_missing(note: str, told: bool) -> None:
    assert bool(describe_notes([note])) is told
