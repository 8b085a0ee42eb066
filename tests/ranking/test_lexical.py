"""BM25 is exactly BM25: compared with the formula written out over the analysed texts."""

import math
from collections import Counter

import pytest

from catalog.models import Product
from catalog.text import analyse
from ranking.contracts import SearchRequest
from ranking.models import RankingConfig
from ranking.pipeline import search
from tests.shop import add_product, index_all

pytestmark = pytest.mark.django_db
K1, B = 1.2, 0.75
TITLES = {
    "A": ("wireless headphones for running", "跑步无线耳机"),
    "B": ("wireless wireless charger", "无线充电器"),
    "C": ("kitchen kettle with a very long title that says little about anything at all", "电热水壶"),
    "D": ("headphones", "耳机 耳机 耳机"),
}


def compute_bm25(query: str) -> dict[str, float]:
    documents = {sku: analyse(f"{en} {zh}") + analyse(f"{sku} {sku}") for sku, (en, zh) in TITLES.items()}
    average = sum(map(len, documents.values())) / len(documents)
    scores: dict[str, float] = {}
    for term, repeats in Counter(analyse(query)).items():
        holding = sum(term in terms for terms in documents.values())
        idf = math.log(1 + (len(documents) - holding + 0.5) / (holding + 0.5))
        for sku, terms in documents.items():
            tf = terms.count(term)
            if tf:
                norm = K1 * (1 - B + B * len(terms) / average)
                scores[sku] = scores.get(sku, 0.0) + repeats * idf * tf / (tf + norm)
    return scores


@pytest.mark.parametrize("query", ["wireless headphones", "无线耳机", "kettle title", "耳机"])
def test_scores_equal_the_formula(query: str) -> None:
    for sku, (en, zh) in TITLES.items():
        add_product(sku, en, zh)
    index_all()
    RankingConfig.objects.filter(is_live=True).update(
        weights={"bm25": 1}, parameters={"k1": K1, "b": B, "minimum_coverage": 0.0001}
    )
    expected = compute_bm25(query)
    best = max(expected.values())
    found = {hit.product.sku: hit.parts["bm25"] for hit in search(SearchRequest(query=query)).hits}
    assert found == pytest.approx({sku: score / best for sku, score in expected.items()}, rel=2e-3)
    assert Product.objects.count() == len(TITLES)
