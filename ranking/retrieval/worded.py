"""Products that say given words about themselves, for rules that name products so ("refurbished", 翻新)."""

from collections.abc import Iterable, Sequence

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from catalog.postings import FIELD_BITS, read_masks
from catalog.text import analyse
from ranking.retrieval.filters import Mask
from ranking.retrieval.lexical import POSTINGS_SQL
from ranking.retrieval.postings_memory import PostingRow, memory
from ranking.retrieval.snapshot import IndexSnapshot

# A description names other things as well ("fits in every case"): it does not say what the product is.
_SAYING = np.uint8(sum(bit for name, bit in FIELD_BITS.items() if name != "description"))


def documents_saying(snapshot: IndexSnapshot, phrases: Sequence[str]) -> Mask:
    """bool[N]: title, brand, category, attributes or code hold all words of any of the phrases. Read only."""
    return snapshot.remember(("saying", tuple(phrases)), lambda: _find(snapshot, phrases))


def _find(snapshot: IndexSnapshot, phrases: Sequence[str]) -> Mask:
    wanted = [frozenset(analyse(phrase)) for phrase in phrases]
    holding = _read_holders(snapshot, frozenset().union(*wanted))
    mask = np.zeros(len(snapshot.product_ids), bool)
    for terms in filter(None, wanted):
        if terms <= holding.keys():
            mask |= np.logical_and.reduce([holding[term] for term in terms])
    return mask


def _read_holders(snapshot: IndexSnapshot, terms: Iterable[str]) -> dict[str, NDArray[np.bool_]]:
    holding: dict[str, NDArray[np.bool_]] = {}
    starts = {segment_id: first for segment_id, first, _count in snapshot.segments}
    for term, segment_id, ordinals, _frequencies, fields in _read_postings(list(starts), sorted(terms)):
        at = np.frombuffer(ordinals, "<i4") + starts[segment_id]
        saying = (read_masks(fields, len(at)) & _SAYING) != 0
        holding.setdefault(term, np.zeros(len(snapshot.product_ids), bool))[at[saying]] = True
    return holding


def _read_postings(segment_ids: Sequence[int], terms: Sequence[str]) -> list[PostingRow]:
    rows, missing = memory.find(segment_ids, terms)
    if missing:
        with connection.cursor() as cursor:
            cursor.execute(POSTINGS_SQL, [list(segment_ids), missing])
            read = [(row[0], row[1], *(bytes(blob) for blob in row[2:])) for row in cursor.fetchall()]
        memory.keep(segment_ids, missing, read)
        rows = [*rows, *read]
    return rows
