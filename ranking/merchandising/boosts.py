"""How far a boost moves a product: in units of the spread of this result's own scores, alike for all."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

# One standard deviation is worth 25 points of strength: full strength moves a product by four.
STRENGTH_PER_SPREAD = 25.0


def measure_spread(scores: npt.NDArray[np.float32]) -> float:
    """Standard deviation of all candidates' scores; 1 where they do not differ (one product, a bare category page)."""
    spread = float(np.std(scores, dtype=np.float64)) if scores.size else 0.0
    return spread if np.isfinite(spread) and spread > 0 else 1.0


def boost_points(
    scores: npt.NDArray[np.float32], masks: Sequence[npt.NDArray[np.bool_]], strengths: Sequence[int]
) -> tuple[npt.NDArray[np.float32], list[float]]:
    """The boosted scores, and the points each boost gave. Boosts that meet on one product add up."""
    spread = measure_spread(scores)
    boosted = scores.astype(np.float64)
    points = [spread * strength / STRENGTH_PER_SPREAD for strength in strengths]
    for mask, value in zip(masks, points, strict=True):
        boosted[mask] += value
    return boosted.astype(np.float32), points
