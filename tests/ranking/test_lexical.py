"""BM25F is exactly BM25F: compared with the formula written out over the analysed texts."""

import math
from collections import Counter
from dataclasses import replace

import pytest
from django.db import connection

from catalog.models import Product
from catalog.postings import MAX_REPEATS
from catalog.text import analyse, analyse_with_length
from ranking.contracts import Expansion, SearchRequest
from ranking.models import RankingConfig
from ranking.pipeline import search
from ranking.registry import live_state
from ranking.retrieval.lexical import POSTINGS_SQL, LexicalMatches, LexicalQuery, score_bm25
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
    told, coded = (min(text.count(term), MAX_REPEATS) for text in (title, code))
    return told / (0.25 + 0.75 * words / 12) + 0.5 * coded / (0.25 + 0.75 * codes / 8)


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
    found = {hit.product.sku: hit.parts["bm25"] for hit in search(SearchRequest(query=query, literal=True)).hits}
    assert found == pytest.approx({sku: score / best for sku, score in expected.items()}, rel=2e-3)
    assert Product.objects.count() == len(TITLES)


def ask_leg(asked: LexicalQuery) -> tuple[dict[str, float], LexicalMatches, dict[str, int]]:
    """The leg alone: scores by SKU, all it found, and where each SKU stands."""
    snapshot = live_state().snapshot
    with connection.cursor() as cursor:
        cursor.execute(POSTINGS_SQL, [[segment_id for segment_id, _, _ in snapshot.segments], asked.list_terms()])
        rows = [(term, segment, bytes(a), bytes(b), bytes(c)) for term, segment, a, b, c in cursor.fetchall()]
    matches = score_bm25(snapshot, asked, rows, k1=K1)
    at = {sku: int(snapshot.ordinals([pk])[0]) for sku, pk in Product.objects.values_list("sku", "pk")}
    return {sku: float(matches.scores[place]) for sku, place in at.items()}, matches, at


def build_lamps() -> None:
    add_product("NOTE", "notebook computer", "笔记本电脑")
    add_product("LAP", "laptop computer", "")
    add_product("BAG", "laptop bag of leather", "皮 电脑包")
    add_product("OTHER", "garden hose", "水管")
    index_all()


def test_another_way_to_say_a_word_counts_at_its_weight() -> None:
    build_lamps()
    plain, _, _ = ask_leg(LexicalQuery(("laptop",)))
    assert plain["NOTE"] == 0
    whole = Expansion(("laptop",), ("notebook",), 1.0)
    both, matches, at = ask_leg(LexicalQuery(("laptop",), (whole,)))
    assert both["LAP"] == plain["LAP"]
    assert both["NOTE"] > 0
    half, fewer, _ = ask_leg(LexicalQuery(("laptop",), (replace(whole, weight=0.5),)))
    assert 0 < half["NOTE"] < both["NOTE"]
    assert matches.coverage[at["NOTE"]] == pytest.approx(1.0)
    assert fewer.coverage[at["NOTE"]] == pytest.approx(0.5)


def test_a_word_the_catalog_does_not_know_is_found_by_several_words_together() -> None:
    build_lamps()
    scores, matches, at = ask_leg(
        LexicalQuery(("ordinateur",), (Expansion(("ordinateur",), ("laptop", "comput"), 1.0),))
    )
    assert [sku for sku, score in scores.items() if score] == ["LAP"]
    assert matches.fields["title"][at["LAP"]] == pytest.approx(1.0)


@pytest.mark.parametrize(("group", "gone"), [(("leather",), "BAG"), (("皮",), "BAG"), (("笔记本", "电脑"), "NOTE")])
def test_what_the_shopper_does_not_want_is_marked(group: tuple[str, ...], gone: str) -> None:
    build_lamps()
    _, matches, at = ask_leg(LexicalQuery(("laptop",), (), (group,)))
    assert [sku for sku, place in at.items() if matches.excluded[place]] == [gone]


def test_coverage_is_told_field_by_field() -> None:
    build_lamps()
    _, matches, at = ask_leg(LexicalQuery(("laptop", "leather")))
    assert matches.fields["title"][at["BAG"]] == pytest.approx(1.0)
    assert 0 < matches.fields["title"][at["LAP"]] < 1
    assert not matches.fields["brand"].any()
