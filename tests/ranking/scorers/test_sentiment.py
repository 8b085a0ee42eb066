"""What customers write counts; a product without reviews is worth the mean of those that have some."""

from types import SimpleNamespace

import numpy as np
import pytest

from ranking.scorers import sentiment as scorer


def scoring(values: list[float], live: list[bool] | None = None) -> SimpleNamespace:
    snapshot = SimpleNamespace(
        columns={"sentiment": np.array(values)},
        live=np.array(live or [True] * len(values)),
        remember=lambda key, build: build(),
    )
    return SimpleNamespace(snapshot=snapshot, ordinals=np.arange(len(values)))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([0.9, 0.5], [0.9, 0.5], id="as judged"),
        pytest.param([0.9, np.nan, 0.5], [0.9, 0.7, 0.5], id="no reviews: the mean"),
        pytest.param([np.nan, np.nan], [0.5, 0.5], id="no reviews anywhere"),
    ],
)
def test_scores(values: list[float], expected: list[float]) -> None:
    part = scorer.score(scoring(values))  # type: ignore[arg-type]
    assert part.dtype == np.float32
    assert part.tolist() == pytest.approx(expected)


def test_products_that_are_gone_do_not_count_for_the_mean() -> None:
    part = scorer.score(scoring([0.9, np.nan, 0.1], live=[True, True, False]))  # type: ignore[arg-type]
    assert part.tolist() == pytest.approx([0.9, 0.9, 0.1])
