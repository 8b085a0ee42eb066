"""Groups tokenised texts so that little is computed on padding: longest first, each batch as wide as its longest."""

from collections.abc import Iterator, Sequence


def length_sorted_batches(lengths: Sequence[int], *, size: int) -> Iterator[list[int]]:
    """Positions of the texts, batch by batch; the longest come first, so memory peaks at once and not at the end."""
    order = sorted(range(len(lengths)), key=lambda position: -lengths[position])
    for start in range(0, len(order), size):
        yield order[start : start + size]
