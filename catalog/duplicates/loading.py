"""Reads offers, their vectors and how seldom their words are from the database, a batch in a handful of statements."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from catalog.contracts import TEXT_FIELDS
from catalog.duplicates.likeness import Rarity
from catalog.duplicates.offer import Offer, OfferFacts, read_facts
from catalog.effective import merge_attributes

_MAX_TERM = 100  # as catalog_posting.term


def load_offers(product_ids: Sequence[int], *, encoder: str = "") -> dict[int, OfferFacts]:
    """The active products among these, read. Vectors only where the live generation was made by `encoder`."""
    vectors = _load_vectors(product_ids, encoder) if encoder else {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.id, p.title_en, p.title_zh, p.description_en, p.description_zh, p.attributes, p.extracted, "
            "concat_ws(' ', nullif(b.name_en, ''), nullif(nullif(b.name_zh, ''), b.name_en)), "
            "p.extra, o.price, o.barcodes "
            "FROM catalog_product p LEFT JOIN catalog_brand b ON b.id = p.brand_id "
            "LEFT JOIN LATERAL (SELECT min(coalesce(v.sale_price, v.price)) AS price, "
            "array_remove(array_agg(v.barcode), '') AS barcodes FROM catalog_variant v WHERE v.product_id = p.id) o "
            "ON true WHERE p.status = 'active' AND p.id = ANY(%s)",
            [list(product_ids)],
        )
        rows = cursor.fetchall()
    return {row[0]: read_facts(_make_offer(row, vectors.get(row[0]))) for row in rows}


def _make_offer(row: Sequence[Any], vector: NDArray[np.float32] | None) -> Offer:
    texts = dict(zip(TEXT_FIELDS, row[1:5], strict=True))
    extra = _as_mapping(row[8])
    return Offer(
        product_id=row[0],
        titles={name[-2:]: text for name, text in texts.items() if name.startswith("title") and text},
        descriptions={name[-2:]: text for name, text in texts.items() if name.startswith("description") and text},
        brand=row[7] or "",
        price=float(row[9]) if row[9] else None,
        attributes=merge_attributes(_as_mapping(row[5]), _as_mapping(row[6]), texts),
        codes=tuple(str(extra[key]) for key in ("mpn", "model", "model_number") if extra.get(key)),
        barcodes=frozenset(map(plain_barcode, row[10] or ())) - {""},
        vector=vector,
    )


def plain_barcode(barcode: str) -> str:
    """Digits without leading zeros (an UPC is an EAN that begins with 0); "" where it is too short to tell apart."""
    digits = "".join(character for character in barcode if character.isdigit()).lstrip("0")
    return digits if len(digits) >= 7 else ""


def live_encoder() -> tuple[int, str, int] | None:
    """Id, model and dimension of the embedding generation that searches use."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, model, dimension FROM catalog_embeddinggeneration WHERE status = 'live'")
        row = cursor.fetchone()
    return (row[0], row[1], row[2]) if row else None


def _load_vectors(product_ids: Sequence[int], encoder: str) -> dict[int, NDArray[np.float32]]:
    live = live_encoder()
    if live is None or live[1] != encoder:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT product_id, vector::text FROM catalog_embedding WHERE generation_id = %s AND product_id = ANY(%s)",
            [live[0], list(product_ids)],
        )
        return {id_: np.fromstring(text[1:-1], np.float32, sep=",") for id_, text in cursor.fetchall()}


def load_rarity(words: Iterable[str]) -> Rarity:
    """In how many indexed products each word stands, from the lexical index."""
    terms = sorted({word[:_MAX_TERM] for word in words})
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(document_count), 0) FROM catalog_segment WHERE retired_at IS NULL")
        total = int(cursor.fetchone()[0])
        cursor.execute(
            "SELECT o.term, sum(length(o.ordinals) / 4) FROM catalog_posting o JOIN catalog_segment s "
            "ON s.id = o.segment_id WHERE s.retired_at IS NULL AND o.term = ANY(%s) GROUP BY o.term",
            [terms],
        )
        counts = {term: int(count) for term, count in cursor.fetchall()}
    return Rarity(counts, max(total, 1))


def words_of(facts: Iterable[OfferFacts]) -> set[str]:
    return {word for each in facts for words in each.words.values() for word in words}


def fingerprint_pair(first: OfferFacts, second: OfferFacts) -> str:
    """Of all that the two offers say, prices and vectors left out: an edit asks again, a new price does not."""
    said = [
        [sorted(o.titles.items()), sorted(o.descriptions.items()), o.brand, sorted(o.attributes.items()),
         list(o.codes), sorted(o.barcodes)]
        for o in (first.offer, second.offer)
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, default=list).encode("utf-8", "replace")).hexdigest()


def _as_mapping(value: Any) -> Mapping[str, Any]:
    return json.loads(value) if isinstance(value, str) else value or {}
