"""BM25F is exactly BM25F: compared with the formula written out over the analysed texts."""

import math
from collections import Counter

import pytest

from catalog.models import Product
from catalog.text import analyse, analyse_with_length
from ranking.contracts import SearchRequest
from ranking.models import RankingConfig
from ranking.pipeline import search
from tests.shop import add_product, index_all

pytestmark = pytest.mark.django_db
K1 = 1.2
TITLES = {
    "A": ("wireless headphones for running", "跑步无线耳机"),
    "B": ("wireless wireless charger", "无线充电器"),
    "C": ("kitchen kettle with a very long title that says little about anything at all", "电热水壶"),
    "D": ("headphones", "耳机 耳机 耳机"),
}


def frequency(term: str, sku: str) -> float:
    """Fields title (weight 1, b 0.75, usually 12 terms) and code (weight 0.5, b 0.75, usually 8 terms)."""
    (title, words), (code, codes) = analyse_with_length(" ".join(TITLES[sku])), analyse_with_length(f"{sku} {sku}")
    return title.count(term) / (0.25 + 0.75 * words / 12) + 0.5 * code.count(term) / (0.25 + 0.75 * codes / 8)


def compute_bm25f(query: str) -> dict[str, float]:
    counts = Counter(analyse(query))
    held = {term: {sku: tf for sku in TITLES if (tf := frequency(term, sku))} for term in counts}
    idf = {term: math.log(1 + (len(TITLES) - len(found) + 0.5) / (len(found) + 0.5)) for term, found in held.items()}
    whole = sum(idf[term] * counts[term] for term, found in held.items() if found)
    scores: dict[str, float] = {}
    for sku in TITLES:
        own = {term: found[sku] for term, found in held.items() if sku in found}
        score = sum(counts[term] * idf[term] * tf / (tf + K1) for term, tf in own.items())
        coverage = sum(counts[term] * idf[term] for term in own) / whole
        if score:
            scores[sku] = score * coverage
    return scores


@pytest.mark.parametrize("query", ["wireless headphones", "无线耳机", "kettle title", "耳机"])
def test_scores_equal_the_formula(query: str) -> None:
    for sku, (en, zh) in TITLES.items():
        add_product(sku, en, zh)
    index_all()
    RankingConfig.objects.filter(is_live=True).update(
        weights={"bm25": 1}, parameters={"k1": K1, "minimum_coverage": 0.0001}
    )
    expected = compute_bm25f(query)
    best = max(expected.values())
    found = {hit.product.sku: hit.parts["bm25"] for hit in search(SearchRequest(query=query)).hits}
    assert found == pytest.approx({sku: score / best for sku, score in expected.items()}, rel=2e-3)
    assert Product.objects.count() == len(TITLES)
