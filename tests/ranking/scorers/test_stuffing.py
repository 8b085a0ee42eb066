"""Plain writing counts 1, stuffing less; an index that does not know calls nothing stuffed."""

from dataclasses import replace

import numpy as np
import pytest

from ranking.scorers import stuffing as scorer
from tests.ranking.scorers.scoring import make_scoring, ordinals_of, score_by_sku
from tests.shop import build_bilingual_shop

pytestmark = pytest.mark.django_db


def test_the_column_is_turned_round() -> None:
    build_bilingual_shop()
    scoring = make_scoring()
    column = np.zeros(len(scoring.ordinals), np.float32)
    column[ordinals_of(scoring.snapshot)["HP-2"]] = 0.75
    snapshot = replace(scoring.snapshot, columns={**scoring.snapshot.columns, "stuffing": column})
    scores = score_by_sku(scorer.score, replace(scoring, snapshot=snapshot))
    assert scores == {"HP-1": 1.0, "HP-2": 0.25, "SPK-1": 1.0, "KET-1": 1.0, "DRESS-1": 1.0}


def test_without_the_column_all_are_plain() -> None:
    build_bilingual_shop()
    scoring = make_scoring()
    columns = {name: column for name, column in scoring.snapshot.columns.items() if name != "stuffing"}
    scoring = replace(scoring, snapshot=replace(scoring.snapshot, columns=columns))
    assert set(score_by_sku(scorer.score, scoring).values()) == {1.0}
