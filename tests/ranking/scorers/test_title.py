"""What of the query stands in the product's name."""

import pytest

from ranking.scorers import title as scorer
from tests.ranking.scorers.scoring import make_scoring, score_by_sku
from tests.shop import build_bilingual_shop

pytestmark = pytest.mark.django_db


def test_the_name_field_that_holds_most_counts_and_no_other_field_does() -> None:
    build_bilingual_shop()
    scoring = make_scoring(
        coverage={
            "title": {"HP-1": 0.5, "HP-2": 1.0},
            "category": {"HP-1": 0.75},
            "description": {"KET-1": 1.0},
            "attributes": {"KET-1": 1.0},
        }
    )
    scores = score_by_sku(scorer.score, scoring)
    assert scores == {"HP-1": 0.75, "HP-2": 1.0, "SPK-1": 0.0, "KET-1": 0.0, "DRESS-1": 0.0}


def test_an_index_without_field_masks_gives_zeros() -> None:
    build_bilingual_shop()
    assert set(score_by_sku(scorer.score, make_scoring()).values()) == {0.0}
