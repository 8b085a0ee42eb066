"""Groups tokenised texts so that little is computed on padding: longest first, each batch as wide as its longest."""

from collections.abc import Iterator, Sequence


def length_sorted_batches(lengths: Sequence[int], *, size: int, tokens: int) -> Iterator[list[int]]:
    """Positions of the texts, batch by batch: at most `size` texts and about `tokens` tokens, padding included.

    The longest come first, so memory peaks at once and not at the end.
    """
    order = sorted(range(len(lengths)), key=lambda position: -lengths[position])
    start = 0
    while start < len(order):
        count = max(1, min(size, tokens // max(1, lengths[order[start]])))
        yield order[start : start + count]
        start += count
