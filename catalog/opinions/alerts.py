"""Which products' reviews turned bad: the recent ones against those before, with few false alarms over a whole shop.

Each product is tested by Fisher's exact test (one-sided); the step-up procedure of Benjamini and Hochberg (1995) over
all products of one run keeps the expected share of false alarms below RATE.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, lgamma

RECENT_DAYS = 30
LEAST_RECENT, LEAST_BEFORE, LEAST_NEGATIVE = 5, 10, 3
# A jump that a person would look at; with thousands of reviews the test alone finds much smaller ones.
LEAST_JUMP = 0.1
RATE = 0.05


@dataclass(frozen=True, slots=True)
class ReviewCounts:
    """Reviews of one product that praise or blame it, in the recent days and before."""

    product_id: int
    negative_now: int
    total_now: int
    negative_before: int
    total_before: int

    @property
    def share_now(self) -> float:
        return self.negative_now / self.total_now if self.total_now else 0.0

    @property
    def share_before(self) -> float:
        return self.negative_before / self.total_before if self.total_before else 0.0

    @property
    def is_testable(self) -> bool:
        """Enough reviews to say anything; the number of products that are tested depends on nothing else."""
        return self.total_now >= LEAST_RECENT and self.total_before >= LEAST_BEFORE


@dataclass(frozen=True, slots=True)
class Jump:
    counts: ReviewCounts
    p_value: float


def find_jumps(products: Sequence[ReviewCounts], *, rate: float = RATE) -> list[Jump]:
    """The products to raise an alert for, the least probable chance first."""
    tested = sorted(
        (Jump(counts, fisher_p(counts)) for counts in products if counts.is_testable), key=lambda jump: jump.p_value
    )
    last = max((at for at, jump in enumerate(tested, 1) if jump.p_value <= rate * at / len(tested)), default=0)
    return [jump for jump in tested[:last] if _is_worth_a_look(jump.counts)]


def _is_worth_a_look(counts: ReviewCounts) -> bool:
    return counts.negative_now >= LEAST_NEGATIVE and counts.share_now - counts.share_before >= LEAST_JUMP


def fisher_p(counts: ReviewCounts) -> float:
    """The chance of so many recent negatives or more, were recent and earlier reviews alike (hypergeometric tail)."""
    negative = counts.negative_now + counts.negative_before
    total = counts.total_now + counts.total_before
    most = min(negative, counts.total_now)
    base = _log_choose(total, counts.total_now)
    tail = sum(
        exp(_log_choose(negative, hits) + _log_choose(total - negative, counts.total_now - hits) - base)
        for hits in range(counts.negative_now, most + 1)
    )
    return min(tail, 1.0)


def _log_choose(total: int, chosen: int) -> float:
    """The logarithm of the number of choices; of none where there is none."""
    if not 0 <= chosen <= total:
        return float("-inf")
    return lgamma(total + 1) - lgamma(chosen + 1) - lgamma(total - chosen + 1)
