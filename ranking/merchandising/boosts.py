"""How far a boost moves a product: by the spread of this result's own scores, or by a share of its position.

Both mean the same for flat and steep results: scores that are stretched or shifted have the same order after boosts by
spread, and scores of whatever shape in the same order have the same order after boosts by position. Where all scores
are equal there is no spread: any boost leads and any burying ends, and positions are those by product id.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

# One standard deviation is worth 25 points of strength: full strength moves a product by four.
STRENGTH_PER_SPREAD = 25.0
# Full strength by position leads to the very first or last place of any result; two opposite ones cancel out.
FULL_SHARE = 1e-9

Mask = npt.NDArray[np.bool_]


def measure_spread(scores: npt.NDArray[np.float32]) -> float:
    """Standard deviation of all candidates' scores; 1 where they do not differ (one product, a bare category page)."""
    spread = float(np.std(scores, dtype=np.float64)) if scores.size else 0.0
    return spread if np.isfinite(spread) and spread > 0 else 1.0


def boost_points(
    scores: npt.NDArray[np.float32], masks: Sequence[Mask], strengths: Sequence[int]
) -> tuple[npt.NDArray[np.float32], list[float]]:
    """The boosted scores, and the points each boost gave. Boosts that meet on one product add up."""
    spread = measure_spread(scores)
    boosted = scores.astype(np.float64)
    points = [spread * strength / STRENGTH_PER_SPREAD for strength in strengths]
    for mask, value in zip(masks, points, strict=True):
        boosted[mask] += value
    return boosted.astype(np.float32), points


def position_factor(strength: int) -> float:
    """By what a position is multiplied: 50 halves it, -50 doubles it, so opposite strengths undo each other."""
    return max(1 - strength / 100, FULL_SHARE) if strength > 0 else 1 / max(1 + strength / 100, FULL_SHARE)


def move_positions(count: int, masks: Sequence[Mask], strengths: Sequence[int]) -> npt.NDArray[np.int64]:
    """The new order as rows of the old one. Factors of boosts that meet on one product multiply.

    A lifted product takes the position it asks for from the one that stands there; a buried one stands behind it.
    """
    factors = np.ones(count)
    for mask, strength in zip(masks, strengths, strict=True):
        factors[mask] *= position_factor(strength)
    factors = np.round(factors, 12)
    rows = np.arange(count, dtype=np.int64)
    wanted = np.round((rows + 1) * factors, 9)
    return np.lexsort((rows, np.sign(factors - 1), wanted)).astype(np.int64)


def share_places(places: npt.NDArray[np.int64], masks: Sequence[Mask], strengths: Sequence[int]) -> list[npt.NDArray]:
    """How many of the places each product moved are each boost's doing: by the logarithms of their factors."""
    logs = [np.where(mask, np.log(position_factor(value)), 0.0) for mask, value in zip(masks, strengths, strict=True)]
    whole = np.sum(logs, axis=0) if logs else np.zeros(len(places))
    moved = np.abs(whole) > 1e-9
    return [np.divide(log * places, whole, out=np.zeros(len(places)), where=moved) for log in logs]
