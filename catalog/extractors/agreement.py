"""Whether two values of one attribute say the same: what calibration, contradictions and benchmarks are judged by."""

import math
from functools import lru_cache

from catalog.contracts import Scalar
from catalog.text import analyse, fold_key

# A title rounds: 39.6 cm is written for 39.62.
NUMBER_TOLERANCE = 0.01


def values_agree(first: Scalar, second: Scalar) -> bool:
    """Equal numbers within one percent, equal truth values, texts of the same words in any order, case and width."""
    if isinstance(first, bool) or isinstance(second, bool):
        return first is second
    if isinstance(first, int | float) and isinstance(second, int | float):
        return math.isclose(first, second, rel_tol=NUMBER_TOLERANCE, abs_tol=1e-9)
    if isinstance(first, str) and isinstance(second, str):
        return fold_key(first) == fold_key(second) or (bool(_words(first)) and _words(first) == _words(second))
    return False


@lru_cache(maxsize=20_000)
def _words(text: str) -> frozenset[str]:
    return frozenset(analyse(text))
