"""How alike two rankings are: rank-biased overlap, in which the first places count most (Webber et al. 2010)."""

from collections.abc import Hashable, Sequence

# The chance that somebody who looked at one product looks at the next one; the first ten places then hold 86 %.
PERSISTENCE = 0.9


def rank_biased_overlap(
    first: Sequence[Hashable], second: Sequence[Hashable], *, persistence: float = PERSISTENCE
) -> float:
    """1 for the same ranking, 0 for two with nothing in common; the extrapolated form for lists of different lengths.

    Two empty rankings are the same; an empty one has nothing in common with any other.
    """
    shorter, longer = sorted((first, second), key=len)
    if not shorter:
        return 1.0 if not longer else 0.0
    s, l = len(shorter), len(longer)  # noqa: E741 - the paper's names
    common = count_common(shorter, longer)
    total = sum(common[d - 1] / d * persistence**d for d in range(1, l + 1))
    total += sum(common[s - 1] * (d - s) / (s * d) * persistence**d for d in range(s + 1, l + 1))
    tail = (common[-1] - common[s - 1]) / l + common[s - 1] / s
    return min(max((1 - persistence) / persistence * total + tail * persistence**l, 0.0), 1.0)


def count_common(shorter: Sequence[Hashable], longer: Sequence[Hashable]) -> list[int]:
    """How many the first d of both have in common, for each d up to the longer one's length."""
    seen_short: set[Hashable] = set()
    seen_long: set[Hashable] = set()
    found, counts = 0, []
    for place, item in enumerate(longer):
        other = shorter[place] if place < len(shorter) else None
        if other is not None:
            found += other in seen_long or other == item
            seen_short.add(other)
        if other is None or other != item:
            found += item in seen_short
        seen_long.add(item)
        counts.append(found)
    return counts
