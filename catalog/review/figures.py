"""How far machines can be believed, by what people decided: expected error of a bulk acceptance, learning curve.

Only values that a person looked at one by one count (catalog.proposals.decided_singly).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from django.db.models import Avg, Case, Count, FloatField, IntegerField, Q, QuerySet, Value, When

from catalog.models import Proposal
from catalog.proposals import decided_singly, open_above

# Lower bounds of the confidence bands: narrow where thresholds are set.
BANDS = (0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.99)
# What the machines say of themselves weighs as much as this many decisions of people, in every band.
PRIOR_DECISIONS = 10.0
DRAWS = 4000
# A point of fewer decisions is noise.
CURVE_POINTS, LEAST_A_POINT = 20, 10
# Older decisions were about other models; so many show a trend.
MOST_DECISIONS = 5000


@dataclass(frozen=True, slots=True)
class ExpectedError:
    """What accepting all open values from a threshold on would do: how many there are, the share of them that would be
    wrong with its 95 % interval, and on how many decisions at those confidences that rests.
    """

    values: int
    error: float
    low: float
    high: float
    decisions: int


@dataclass(frozen=True, slots=True)
class Band:
    """Decisions about values with a confidence of `low` to `high`: the share accepted as proposed, 95 % interval."""

    low: float
    high: float
    decisions: int
    right: int
    precision: float
    precision_low: float
    precision_high: float


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """After so many decisions: the share accepted of those since the point before, and what was promised for them."""

    decisions: int
    accepted: float
    promised: float


def expect_error(attribute: str, threshold: float) -> ExpectedError:
    """The error to expect of `accept_above(attribute, threshold)`.

    Machines promise an error of 1 - confidence; people's decisions at the same confidence correct that. For every band
    the error has a Beta distribution: the promise as a prior worth PRIOR_DECISIONS, then decisions counted; the whole
    is the mean over the bands by how many open values each has, its interval from draws (fixed seed). By bands,
    because people see uncertain values first: all decisions in one pot would say nothing about the certain ones.
    """
    waiting = _by_band(open_above(attribute, threshold))
    total = sum(count for count, _promised in waiting.values())
    if not total:
        return ExpectedError(0, 0.0, 0.0, 0.0, 0)
    decided = _right_by_band(_comparable(attribute).filter(confidence__gte=threshold))
    random = np.random.default_rng(0)
    error, draws, seen = 0.0, np.zeros(DRAWS), 0
    for band, (count, promised) in waiting.items():
        decisions, right = decided.get(band, (0, 0))
        wrongs = PRIOR_DECISIONS * (1 - promised) + (decisions - right)
        rights = PRIOR_DECISIONS * promised + right
        share, seen = count / total, seen + decisions
        error += share * wrongs / (wrongs + rights)
        # A promise of exactly 0 or 1 is no distribution; a thousandth of a decision keeps it one.
        draws += share * random.beta(max(wrongs, 1e-3), max(rights, 1e-3), DRAWS)
    low, high = np.percentile(draws, [2.5, 97.5])
    return ExpectedError(total, error, min(float(low), error), max(float(high), error), seen)


def precision_by_band(attribute: str = "") -> list[Band]:
    """Bands with at least one decision, the least certain first; of one attribute or of all."""
    return [
        Band(
            low=BANDS[band],
            high=BANDS[band + 1] if band + 1 < len(BANDS) else 1.0,
            decisions=decisions,
            right=right,
            precision=right / decisions,
            **dict(zip(("precision_low", "precision_high"), wilson_interval(right, decisions), strict=True)),
        )
        for band, (decisions, right) in sorted(_right_by_band(_comparable(attribute)).items())
    ]


def learning_curve(attribute: str = "") -> list[CurvePoint]:
    """The latest decisions in the order they were made, in at most CURVE_POINTS equal parts of LEAST_A_POINT or more.

    Machines learn where the two lines of it meet: what they promise is what people accept.
    """
    latest = _comparable(attribute).order_by("-decided_at", "-pk").values_list("confidence", _right())[:MOST_DECISIONS]
    rows = list(latest)[::-1]
    parts = min(CURVE_POINTS, len(rows) // LEAST_A_POINT)
    edges = [len(rows) * part // parts for part in range(parts + 1)] if parts else []
    return [
        CurvePoint(
            end, _mean([right for _confidence, right in part]), _mean([confidence for confidence, _right in part])
        )
        for start, end in pairwise(edges)
        for part in [rows[start:end]]
    ]


def wilson_interval(right: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """Score interval of a share (Wilson, JASA 1927): holds for few decisions and for shares near 0 and 1."""
    if not total:
        return 0.0, 1.0
    share = right / total
    middle = share + z * z / (2 * total)
    spread = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def _comparable(attribute: str) -> QuerySet[Proposal]:
    """Decisions about such values as bulk acceptance takes."""
    rows = decided_singly().filter(is_stated=True, contradicts=False)
    return rows.filter(attribute=attribute) if attribute else rows


def _right() -> Case:
    """1.0 where a person took the value as it was proposed."""
    taken = Q(status=Proposal.Status.ACCEPTED, edited_value__isnull=True)
    return Case(When(taken, then=Value(1.0)), default=Value(0.0), output_field=FloatField())


def _band() -> Case:
    steps = [When(confidence__gte=low, then=Value(band)) for band, low in reversed(list(enumerate(BANDS)))]
    return Case(*steps, default=Value(0), output_field=IntegerField())


def _by_band(rows: QuerySet[Proposal]) -> dict[int, tuple[int, float]]:
    """Per band how many values and their mean confidence."""
    grouped = rows.values(band=_band()).annotate(found=Count("pk"), promised=Avg("confidence")).order_by("band")
    return {row["band"]: (row["found"], min(max(row["promised"], 0.0), 1.0)) for row in grouped}


def _right_by_band(rows: QuerySet[Proposal]) -> dict[int, tuple[int, int]]:
    taken = Q(status=Proposal.Status.ACCEPTED, edited_value__isnull=True)
    grouped = rows.values(band=_band()).annotate(found=Count("pk"), right=Count("pk", filter=taken))
    return {row["band"]: (row["found"], row["right"]) for row in grouped.order_by("band")}


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers)
