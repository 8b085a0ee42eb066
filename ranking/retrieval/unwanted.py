"""Products that hold what the shopper does not want although no index term says so: 牛皮 for 不要皮的.

Chinese writes no blanks, so a word may stand inside another one, or be cut in another place than in the query.
"""

import re
from collections.abc import Sequence

import numpy as np
from django.db import connection
from django.db.models import Q
from numpy.typing import NDArray

from catalog.models import AttributeValue
from catalog.text import HAN
from ranking.contracts import Keyword
from ranking.retrieval.filters import Mask
from ranking.retrieval.held_values import held_values
from ranking.retrieval.ordering import choose_best
from ranking.retrieval.snapshot import IndexSnapshot

# Titles of so many candidates, the best by words, are read: about 10 ms; what lies beyond is on no page that is read.
MOST_READ = 5_000
# Endings that only make an adjective of the word: 皮的, 蓝色, 连帽款.
_ENDINGS = "的色款"
_CHINESE = re.compile(f"[{HAN}]")


def find_written(
    unwanted: Sequence[Keyword], candidates: Mask, bm25: NDArray[np.float32], snapshot: IndexSnapshot
) -> Mask:
    """bool[N]: candidates whose title or attribute values hold the written text of an unwanted Chinese word."""
    found = np.zeros(len(candidates), bool)
    texts = [text for keyword in unwanted if _CHINESE.search(text := keyword.text.strip().rstrip(_ENDINGS))]
    if not texts:
        return found
    ordinals = choose_best(np.flatnonzero(candidates), bm25, MOST_READ)
    found[ordinals[_holding_values(texts, ordinals, snapshot)]] = True
    titled = snapshot.ordinals(_titled(texts, snapshot.product_ids[ordinals].tolist()))
    found[titled[titled >= 0]] = True
    return found


def _holding_values(texts: Sequence[str], ordinals: NDArray[np.int64], snapshot: IndexSnapshot) -> Mask:
    named = Q()
    for text in texts:
        named |= Q(name_zh__contains=text)
    ids = list(AttributeValue.objects.filter(named).values_list("id", flat=True))
    held = held_values(snapshot, ordinals)
    return held.best(np.isin(held.values, ids).astype(np.float64)) > 0


def _titled(texts: Sequence[str], product_ids: Sequence[int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM catalog_product, unnest(%s::text[]) AS unwanted(text) "
            "WHERE id = ANY(%s) AND strpos(title_zh, unwanted.text) > 0",
            [list(texts), list(product_ids)],
        )
        return [row[0] for row in cursor.fetchall()]
