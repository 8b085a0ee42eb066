"""MMR: the best stays first, kinds mix as the weight grows, and nothing is lost."""

import numpy as np
import pytest

from ranking.diversity import diversify, measure_likeness
from ranking.registry import live_state
from ranking.retrieval.window import Window
from tests.ranking.scorers.scoring import make_window, ordinals_of
from tests.shop import build_bilingual_shop

pytestmark = pytest.mark.django_db
ORDER = ("HP-1", "HP-2", "SPK-1", "KET-1", "DRESS-1")
SCORES = np.array([1.0, 0.9, 0.8, 0.7, 0.6], np.float32)


def diversified(weight: float, *, window: Window | None = None, depth: int = 50) -> list[str]:
    snapshot = live_state().snapshot
    ordinals = np.array([ordinals_of(snapshot)[sku] for sku in ORDER])
    places = diversify(ordinals, SCORES, weight=weight, snapshot=snapshot, window=window, depth=depth)
    assert sorted(places.tolist()) == list(range(len(ORDER)))
    return [ORDER[at] for at in places]


def test_no_weight_changes_nothing() -> None:
    build_bilingual_shop()
    assert diversified(0.0) == list(ORDER)


@pytest.mark.parametrize("weight", [0.5, 0.9])
def test_another_brand_and_category_comes_before_more_of_the_same(weight: float) -> None:
    build_bilingual_shop()
    order = diversified(weight)
    assert order[0] == "HP-1"
    assert order.index("KET-1") < order.index("HP-2")


def test_products_without_brand_or_category_are_not_alike_for_that() -> None:
    build_bilingual_shop()
    snapshot = live_state().snapshot
    dress = np.array([ordinals_of(snapshot)["DRESS-1"]] * 2)
    assert measure_likeness(dress, snapshot).tolist() == [[0, 0], [0, 0]]


def test_vectors_decide_where_all_are_known() -> None:
    build_bilingual_shop()
    alike = {"HP-1": [1.0, 0.0], "HP-2": [0.0, 1.0], "SPK-1": [1.0, 0.01], "KET-1": [1.0, 0.02], "DRESS-1": [1.0, 0.1]}
    assert diversified(0.6, window=make_window(live_state().snapshot, alike))[:2] == ["HP-1", "HP-2"]


def test_only_the_first_are_moved() -> None:
    build_bilingual_shop()
    assert diversified(0.9, depth=3)[3:] == list(ORDER[3:])
