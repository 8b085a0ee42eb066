"""How useful one attribute is in one category: the number schemas and the review queue are ordered by."""

from collections.abc import Sequence
from math import log2

from catalog.contracts import Scalar


def measure_usefulness(
    *,
    kind: str,
    coverage: float,
    entropy: float,
    products: int,
    values: Sequence[tuple[Scalar, int]],
    unit: str = "",
    demand: float = 0.0,
) -> float:
    """coverage · H / (H + 1) · repeated + demand; 0 to 2, comparable within one category.

    `coverage` is the share of products that have the attribute, H the entropy of its values in bits: an attribute that
    always says the same splits nothing, and beyond some bits more values do not make a better facet. `repeated` is the
    share of statements whose value another product states too, which keeps codes and free sentences out; amounts in a
    unit are filtered by range, so theirs is 1. `demand` is the share of logged queries that name a value of it.

    A yes/no attribute that is only ever stated as yes still splits the category: what is not stated is then a no to H.
    """
    if kind == "boolean":
        entropy = max(entropy, _split_by_yes(coverage, products, values))
    may_be_codes = kind == "text" or (kind == "number" and not unit)
    repeated = _share_repeated(products, values) if may_be_codes else 1.0
    return coverage * entropy / (entropy + 1) * repeated + demand


def _split_by_yes(coverage: float, products: int, values: Sequence[tuple[Scalar, int]]) -> float:
    yes = coverage * sum(count for value, count in values if value is True) / max(products, 1)
    return -yes * log2(yes) - (1 - yes) * log2(1 - yes) if 0 < yes < 1 else 0.0


def _share_repeated(products: int, values: Sequence[tuple[Scalar, int]]) -> float:
    """`values` may be the most frequent only: what they leave out of `products` counts as stated once."""
    return sum(count for _, count in values if count > 1) / max(products, sum(count for _, count in values), 1)
