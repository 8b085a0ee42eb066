"""Which products a product is compared with: never all of them, and at most MAX_CANDIDATES.

Three ways in, as blocking does it (Christen 2012; Papadakis 2020): the same barcode, near vectors of the live embedding
generation, and a shared word that few products have (a model number is one). Each is one statement a batch.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from catalog.duplicates.loading import live_encoder
from catalog.duplicates.offer import OfferFacts

MAX_CANDIDATES = 25
NEAREST = 16
# A word in more products than this names a kind of thing, not a thing.
RARE_IN = 24
RAREST_WORDS = 8
# One barcode on very many products is a placeholder.
BARCODE_IN = 20
BARCODE_LENGTHS = (12, 13, 14)


def find_candidates(facts: Mapping[int, OfferFacts]) -> dict[int, list[int]]:
    """For each of these products the ids to compare it with, the most promising first; itself is never among them.

    Ids may be of products that are gone or not on sale: whoever loads them leaves those out.
    """
    promise: dict[int, Counter[int]] = defaultdict(Counter)
    for weight, pairs in ((100, _same_barcode(facts)), (10, _nearest(facts)), (4, _rare_words(facts))):
        for own, other in pairs:
            if own != other:
                promise[own][other] += weight
    return {own: [other for other, _ in counted.most_common(MAX_CANDIDATES)] for own, counted in promise.items()}


def _same_barcode(facts: Mapping[int, OfferFacts]) -> list[tuple[int, int]]:
    """Found as written with and without leading zeros: an UPC is an EAN that begins with 0."""
    owners: dict[str, list[int]] = defaultdict(list)
    for product_id, each in facts.items():
        for barcode in each.offer.barcodes:
            owners[barcode].append(product_id)
    if not owners:
        return []
    written = sorted({form for plain in owners for form in (plain, *(plain.zfill(n) for n in BARCODE_LENGTHS))})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ltrim(barcode, '0') AS plain, array_agg(DISTINCT product_id) FROM catalog_variant "
            "WHERE barcode = ANY(%s) GROUP BY plain HAVING count(DISTINCT product_id) BETWEEN 2 AND %s",
            [written, BARCODE_IN],
        )
        found = cursor.fetchall()
    return [(own, other) for plain, others in found for own in owners[plain] for other in others]


def _nearest(facts: Mapping[int, OfferFacts]) -> list[tuple[int, int]]:
    """NEAREST by meaning; of another brand only where one of the two names none."""
    live = live_encoder()
    if live is None or not facts:
        return []
    generation, _model, dimension = live
    cast = f"vector::halfvec({int(dimension)})"
    # Literal id and casts as in the partial HNSW index; the lateral subquery is one index scan a product.
    sql = (
        "SELECT own.product_id, near.product_id, p.brand_id, q.brand_id "  # noqa: S608 - numbers
        f"FROM (SELECT product_id, {cast} AS v FROM catalog_embedding "
        f"WHERE generation_id = {int(generation)} AND product_id = ANY(%s)) own "
        f"CROSS JOIN LATERAL (SELECT product_id FROM catalog_embedding WHERE generation_id = {int(generation)} "
        f"ORDER BY {cast} <#> own.v LIMIT %s) near "
        "JOIN catalog_product p ON p.id = own.product_id JOIN catalog_product q ON q.id = near.product_id"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('hnsw.ef_search', %s, true)", [str(4 * NEAREST)])
        cursor.execute(sql, [list(facts), NEAREST + 1])
        rows = cursor.fetchall()
    return [(own, other) for own, other, one, two in rows if one is None or two is None or one == two]


def _rare_words(facts: Mapping[int, OfferFacts]) -> list[tuple[int, int]]:
    """Products that share one of a product's rarest title words, found in the lexical index."""
    wanted = {word for each in facts.values() for word in _telling_words(each)}
    holders = _find_holders(wanted)
    pairs: list[tuple[int, int]] = []
    for own, each in facts.items():
        known = sorted((word for word in _telling_words(each) if word in holders), key=lambda word: len(holders[word]))
        pairs += [(own, other) for word in known[:RAREST_WORDS] for other in holders[word]]
    return pairs


def _telling_words(facts: OfferFacts) -> Iterable[str]:
    """Title words and model numbers; a lone letter or digit tells nothing."""
    return (
        word for word in {*facts.models, *(w for words in facts.words.values() for w in words)} if len(word) > 1
    )  # fmt: skip


def _find_holders(words: Iterable[str]) -> dict[str, list[int]]:
    """Ids of the products that hold each word; words of one product, or of more than RARE_IN, are left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT o.term, o.segment_id, o.ordinals FROM catalog_posting o JOIN catalog_segment s "
            "ON s.id = o.segment_id WHERE s.retired_at IS NULL AND o.term = ANY(%s) AND length(o.ordinals) <= %s",
            [sorted(words), 4 * RARE_IN],
        )
        postings = [(term, segment, np.frombuffer(bytes(raw), "<i4")) for term, segment, raw in cursor.fetchall()]
    ids = _read_product_ids({segment for _term, segment, _ordinals in postings})
    holders: dict[str, list[int]] = defaultdict(list)
    for term, segment, ordinals in postings:
        holders[term] += ids[segment][ordinals].tolist()
    return {term: found for term, found in holders.items() if 1 < len(found) <= RARE_IN}


def _read_product_ids(segment_ids: Iterable[int]) -> dict[int, NDArray[np.int64]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, product_ids FROM catalog_segment WHERE id = ANY(%s)", [list(segment_ids)])
        return {id_: np.frombuffer(bytes(raw), "<i8") for id_, raw in cursor.fetchall()}


def pair_up(candidates: Mapping[int, Sequence[int]]) -> list[tuple[int, int]]:
    """Each pair once, the older product (lower id) first."""
    return sorted({(min(own, other), max(own, other)) for own, others in candidates.items() for other in others})
