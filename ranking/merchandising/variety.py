"""Products held back so that not too many of a kind stand together; nothing is dropped, what is fixed stays."""

import heapq
from collections import Counter
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ranking.retrieval.held_values import held_values
from ranking.retrieval.snapshot import IndexSnapshot

Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
# "In a row" is kept in this many first results (twenty pages); products for them are taken from among this many.
DEPTH = 500
LOOKED_AT = 5_000
UNLIKE = -1


def find_kinds(field: str, ordinals: Rows, snapshot: IndexSnapshot) -> Rows | None:
    """By row the product's brand, category or first value of the attribute; UNLIKE where it has none, and such products
    are like no other. None when the catalog has no such attribute.
    """
    if field in ("brand", "category"):
        ids = (snapshot.brand if field == "brand" else snapshot.category)[ordinals]
        return np.where(ids > 0, ids, UNLIKE).astype(np.int64)
    attribute = snapshot.vocabulary.attributes.get(field)
    if attribute is None:
        return None
    held = held_values(snapshot, ordinals)
    known = held.values < len(snapshot.vocabulary.value_attribute)
    held = held.choose(known)
    held = held.choose(snapshot.vocabulary.value_attribute[held.values] == attribute.id)
    kinds = np.full(len(ordinals), UNLIKE, np.int64)
    kinds[held.rows[::-1]] = held.values[::-1]
    return kinds


def mix(kinds: Rows, fixed: Mask, *, most: int, within: int | None) -> Rows:
    """The new order as rows of the old one: at most `most` of a kind in a row, or among the first `within`. Each place
    goes to the best product that may stand there; where none may, to the best one that is left.
    """
    count = len(kinds)
    depth = min(count, within or DEPTH)
    waiting = _Waiting(kinds, fixed)
    order: list[int] = []
    ahead = Counter(kinds[:depth][fixed[:depth]].tolist()) if within else Counter()
    for place in range(depth):
        if fixed[place]:
            order.append(place)
            continue
        if within:
            row = waiting.take(lambda kind: ahead[kind] >= most)
            ahead[int(kinds[row])] += 1
        else:
            row = waiting.take(lambda kind: _count_run(kind, order, kinds, fixed) > most)
        order.append(row)
    return _fill_rest(order, fixed)


def _count_run(kind: int, order: list[int], kinds: Rows, fixed: Mask) -> int:
    """How many of this kind would stand in a row, were the next place given to one of them."""
    run = 1
    for row in reversed(order):
        if kinds[row] != kind:
            break
        run += 1
    place = len(order) + 1
    while place < len(kinds) and fixed[place] and kinds[place] == kind:
        run, place = run + 1, place + 1
    return run


def _fill_rest(order: list[int], fixed: Mask) -> Rows:
    """What was held back, and all that follows, in the old order around what is fixed."""
    count = len(fixed)
    placed = np.zeros(count, bool)
    placed[order] = True
    rest = np.arange(len(order), count)
    result = np.empty(count, np.int64)
    result[: len(order)] = order
    result[rest[fixed[rest]]] = rest[fixed[rest]]
    result[rest[~fixed[rest]]] = np.flatnonzero(~placed & ~fixed)
    return result


class _Waiting:
    """Rows that have no place yet; those of one kind always in their order."""

    def __init__(self, kinds: Rows, fixed: Mask) -> None:
        # Seen from the end, so that the first of a kind is the last of its list.
        rows = np.flatnonzero(~fixed)[::-1]
        self._queues: dict[int, list[int]] = {}
        for row, kind in zip(rows.tolist(), kinds[rows].tolist(), strict=True):
            self._queues.setdefault(kind, []).append(row)
        self._heads = [(queue[-1], kind) for kind, queue in self._queues.items()]
        heapq.heapify(self._heads)

    def take(self, is_refused: Callable[[int], bool]) -> int:
        """The best row whose kind is not refused; when all are, the best."""
        passed: list[tuple[int, int]] = []
        while self._heads:
            head = heapq.heappop(self._heads)
            if head[1] == UNLIKE or not is_refused(head[1]):
                break
            passed.append(head)
        else:
            head = passed.pop(0)
        for other in passed:
            heapq.heappush(self._heads, other)
        row, kind = head
        self._queues[kind].pop()
        if self._queues[kind]:
            heapq.heappush(self._heads, (self._queues[kind][-1], kind))
        return row
