"""The predicted category lifts its own products, half those of what lies above it, and nothing else."""

import pytest

from ranking.scorers import category as scorer
from tests.ranking.scorers.scoring import category, make_scoring, make_understanding, score_by_sku
from tests.shop import build_bilingual_shop

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("text", ["headphones", "耳机"])
def test_the_most_probable_category_counts_full_however_unsure(text: str) -> None:
    build_bilingual_shop()
    for confidence in (0.9, 0.4):
        understanding = make_understanding(
            text, categories=(category("audio/headphones", confidence), category("kitchen", confidence / 4))
        )
        scores = score_by_sku(scorer.score, make_scoring(understanding=understanding))
        assert scores == {"HP-1": 1.0, "HP-2": 1.0, "SPK-1": 0.5, "KET-1": 0.25, "DRESS-1": 0.0}


def test_a_category_means_everything_below_it() -> None:
    build_bilingual_shop()
    scores = score_by_sku(
        scorer.score, make_scoring(understanding=make_understanding("audio", categories=(category("audio", 0.7),)))
    )
    assert scores == {"HP-1": 1.0, "HP-2": 1.0, "SPK-1": 1.0, "KET-1": 0.0, "DRESS-1": 0.0}


def test_nothing_predicted_or_unknown_to_the_catalog_gives_zeros() -> None:
    build_bilingual_shop()
    for understanding in (None, make_understanding("x"), make_understanding("x", categories=(category("gone", 1.0),))):
        assert set(score_by_sku(scorer.score, make_scoring(understanding=understanding)).values()) == {0.0}
