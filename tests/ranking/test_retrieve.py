"""Near in meaning is told by similarity, not by rank: a filter keeps all of its near products, and counts agree."""

import numpy as np
import pytest

from catalog.models import Brand
from ranking.contracts import Filter, SearchRequest
from ranking.models import RankingConfig
from ranking.pipeline import search
from ranking.registry import forget_live
from tests.shop import add_product, index_all
from tests.vectors import embed_by_hand

pytestmark = pytest.mark.django_db
SIZE = 200
RARE = (120, 150, 199)


@pytest.fixture(params=["cosy light", "温馨灯光"], ids=["en", "zh"])
def words(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Two hundred products that share no word with the query; all but the last ten are near it, the first the nearest.

    Three of them, far down the order, are of a rare brand (1.5 % of the shop).
    """
    usual, rare = (Brand.objects.create(key=key, name_en=key) for key in ("usual", "rare"))
    for number in range(SIZE):
        add_product(f"P-{number}", f"Product {number}", brand=rare if number in RARE else usual)
    index_all()
    cosines = np.concatenate([np.linspace(1, 0.75, SIZE - 10), np.full(10, 0.3)])
    embed_by_hand({f"P-{number}": (cosine, np.sqrt(1 - cosine**2)) for number, cosine in enumerate(cosines)})
    forget_live()
    vector = np.array([1, 0], np.float32)
    monkeypatch.setattr("ranking.steps.understand.encode_query", lambda text, generation: (vector, ""))
    return str(request.param)


def configure(**parameters: float) -> None:
    RankingConfig.objects.filter(is_live=True).update(
        weights={"bm25": 0.8, "dense": 0.2}, parameters={"dense_limit": 20, "dense_margin": 0.3, **parameters}
    )


def test_a_selective_filter_keeps_all_of_its_near_products(words: str) -> None:
    configure()
    found = search(SearchRequest(query=words, filters=(Filter("brand", ("rare",)),)))
    assert [hit.product.sku for hit in found.hits] == ["P-120", "P-150"]  # the third is far from the query


def test_the_count_before_the_click_is_what_it_returns(words: str) -> None:
    configure()
    page = search(SearchRequest(query=words, facets=("brand",)))
    counts = {value.key: value.count for value in page.facets[0].values}
    assert counts == {"usual": SIZE - 10 - 2, "rare": 2}
    assert page.total == SIZE - 10


def test_a_rank_cut_would_lose_them(words: str) -> None:
    configure(dense_most=20)
    page = search(SearchRequest(query=words, facets=("brand",)))
    assert page.total == 20
    assert {value.key for value in page.facets[0].values} == {"usual"}


def test_how_many_are_asked_for_changes_no_score(words: str) -> None:
    configure(dense_most=20)
    few = search(SearchRequest(query=words, page_size=10))
    configure()
    many = search(SearchRequest(query=words, page_size=10))
    assert [(hit.product_id, hit.score) for hit in few.hits] == [(hit.product_id, hit.score) for hit in many.hits]
