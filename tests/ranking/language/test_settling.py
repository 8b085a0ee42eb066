"""Numbers are about what the predicted categories measure; the categories come from the best hits."""

import numpy as np
import pytest

from ranking.contracts import NumberNeed, Understanding
from ranking.language import settling
from ranking.language.term_counts import TermCounts
from tests.ranking.language.small_shop import PRODUCTS, build_small_shop


@pytest.mark.parametrize(
    ("category", "text", "field"),
    [("tv", "140 cm tv", "screen"), ("furniture/sofas", "140 厘米 沙发", "width")],
    ids=["en", "zh"],
)
def test_numbers_follow_the_best_hits(category: str, text: str, field: str, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot, lexicon = build_small_shop()
    monkeypatch.setattr(settling, "current_lexicon", lambda snapshot: lexicon)
    monkeypatch.setattr(settling, "count_terms", lambda terms, snapshot: TermCounts({}, len(PRODUCTS)))
    need = NumberNeed("length", "cm", "140", 0, 3, target=140.0, tolerance=0.005, fields=("width", "screen"))
    scores = np.array([float(product[0] == category) for product in PRODUCTS], np.float32)
    settled = settling.settle_categories(Understanding(text, "en", ("140",), numbers=(need,)), scores, snapshot)
    assert settled.categories[0].key == category
    assert settled.numbers[0].fields == (field,)


def test_without_hits_nothing_is_predicted(monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot, lexicon = build_small_shop()
    monkeypatch.setattr(settling, "current_lexicon", lambda snapshot: lexicon)
    monkeypatch.setattr(settling, "count_terms", lambda terms, snapshot: TermCounts({}, len(PRODUCTS)))
    asked = Understanding("zorgo", "en", ("zorgo",))
    assert settling.settle_categories(asked, np.zeros(len(PRODUCTS), np.float32), snapshot) == asked
