"""The index step: products become an immutable segment of postings, and their volatile row points into it.

Every writer bumps the "index" version first and holds that row's lock until commit, so versions are seen in order
and a product deleted meanwhile cannot come back (the deletion trigger bumps the same row).
"""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from catalog import postings
from catalog.documents import ProductDocument, load_documents
from catalog.live_versions import bump_version
from catalog.models import Posting, SearchDocument, Segment
from catalog.stuffing import measure_stuffing

# Below this many segments of one size class a merge costs more than the extra rows a search fetches.
MERGE_FACTOR = 8
RETIRED_SEGMENT_SECONDS = 120


def refresh_offers(product_ids: Sequence[int]) -> None:
    """Recompute what search knows of these products' price, stock, status, markets and ratings.

    Must run in the transaction that changed them: the change is then visible to every search at commit.
    """
    if not product_ids:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        _note_markets(product_ids)
        version = bump_version("index")
        cursor.execute(_OFFER_SQL, [version, list(product_ids)])


def index_products(product_ids: Sequence[int]) -> int:
    """Write these products into a new segment; returns how many were indexed."""
    documents = load_documents(product_ids)
    if not documents:
        return 0
    built = postings.build_segment(documents)
    stuffing = [measure_stuffing(document.fields) for document in documents]
    # Before the "index" row is locked: naming a market locks the "vocabulary" row, and uploads take that one first.
    _note_markets(product_ids)
    with transaction.atomic():
        version = bump_version("index")
        segment = _save_segment(built, version)
        _point_documents(segment.pk, documents, stuffing, version)
    return len(documents)


def merge_segments() -> int:
    """Merge one size class that has grown too many segments and drop long retired ones; returns how many merged.

    The caller sees to it that one process merges at a time.
    """
    _purge_retired()
    return _merge_one_class()


def _merge_one_class() -> int:
    classes: dict[int, list[int]] = {}
    for segment_id, count in Segment.objects.filter(retired_at=None).order_by("id").values_list("id", "document_count"):
        classes.setdefault(len(str(count)), []).append(segment_id)
    for _size, ids in sorted(classes.items()):
        if len(ids) >= MERGE_FACTOR:
            _merge(ids)
            return len(ids)
    return 0


def _merge(segment_ids: list[int]) -> None:
    parts = [_load_part(segment_id) for segment_id in segment_ids]
    built, moved = postings.merge_parts(parts)
    with transaction.atomic():
        version = bump_version("index")
        segment = _save_segment(built, version)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE catalog_searchdocument d SET segment_id = %s, ordinal = m.new_ordinal, version = %s "
                "FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::int[]) "
                "AS m(product_id, segment_id, ordinal, new_ordinal) "
                "WHERE d.product_id = m.product_id AND d.segment_id = m.segment_id AND d.ordinal = m.ordinal",
                [segment.pk, version, *(column.tolist() for column in moved)],
            )
        Segment.objects.filter(pk__in=segment_ids).update(retired_at=timezone.now(), version=version)


def _load_part(segment_id: int) -> postings.MergePart:
    segment = Segment.objects.get(pk=segment_id)
    documents = SearchDocument.objects.filter(segment_id=segment_id, ordinal__isnull=False)
    alive = documents.values_list("ordinal", flat=True)
    rows = Posting.objects.filter(segment_id=segment_id).values_list("term", "ordinals", "frequencies", "fields")
    return postings.MergePart(
        segment_id=segment_id,
        arrays=postings.SegmentArrays.from_bytes(
            segment.product_ids, segment.facet_offsets, segment.facet_values, segment.title_keys
        ),
        alive=np.fromiter(alive, np.int32),
        rows=rows.iterator(chunk_size=5000),
    )


def _purge_retired() -> None:
    """Drop merged segments no search can still be reading."""
    old = timezone.now() - timedelta(seconds=RETIRED_SEGMENT_SECONDS)
    ids = list(Segment.objects.filter(retired_at__lt=old).values_list("id", flat=True))
    if ids:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM catalog_posting WHERE segment_id = ANY(%s)", [ids])
        Segment.objects.filter(pk__in=ids).delete()


def _save_segment(built: postings.BuiltSegment, version: int) -> Segment:
    product_ids, offsets, values, title_keys = built.arrays.to_bytes()
    segment = Segment.objects.create(
        document_count=len(built.arrays.product_ids),
        product_ids=product_ids,
        facet_offsets=offsets,
        facet_values=values,
        title_keys=title_keys,
        version=version,
    )
    statement = "COPY catalog_posting (segment_id, term, ordinals, frequencies, fields) FROM STDIN (FORMAT BINARY)"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(["int8", "varchar", "bytea", "bytea", "bytea"])
        for row in built.postings:
            copy.write_row((segment.pk, *row))
    return segment


def _point_documents(
    segment_id: int, documents: Sequence[ProductDocument], stuffing: Sequence[float], version: int
) -> None:
    """Offer columns are read in the same statement, so a row is complete the moment it is live."""
    ids = [document.product_id for document in documents]
    with connection.cursor() as cursor:
        cursor.execute(_OFFER_SQL, [version, ids])
        cursor.execute(
            "UPDATE catalog_searchdocument d SET segment_id = %s, ordinal = i.ordinal, fingerprint = i.fingerprint, "
            "stuffing = i.stuffing, version = %s "
            "FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::float8[]) "
            "AS i(product_id, ordinal, fingerprint, stuffing) WHERE d.product_id = i.product_id",
            [
                segment_id,
                version,
                ids,
                list(range(len(ids))),
                [document.index_fingerprint for document in documents],
                list(stuffing),
            ],
        )


def _note_markets(product_ids: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_NEW_MARKETS_SQL, [list(product_ids)])


_NEW_MARKETS_SQL = """
INSERT INTO catalog_market (code, bit)
SELECT code, (SELECT coalesce(max(bit), -1) FROM catalog_market) + row_number() OVER (ORDER BY code)
FROM (SELECT DISTINCT unnest(markets) AS code FROM catalog_product WHERE id = ANY(%s)) AS named
WHERE NOT EXISTS (SELECT 1 FROM catalog_market m WHERE m.code = named.code)
ON CONFLICT DO NOTHING
"""

_OFFER_SQL = """
INSERT INTO catalog_searchdocument AS d (product_id, fingerprint, version, live, category_id, brand_id, price,
    sale_price, sale_from, sale_until, margin, in_stock, rating_average, rating_count, popularity, created_at,
    market_mask, sentiment)
SELECT p.id, '', %s, p.status = 'active', p.category_id, p.brand_id,
    coalesce(round(v.price * 100)::bigint, -1), coalesce(round(v.sale_price * 100)::bigint, -1),
    p.sale_from, p.sale_until, coalesce(v.margin, 0), coalesce(v.in_stock, false),
    coalesce(p.rating_average, 0), p.rating_count, p.popularity, p.created_at,
    coalesce((SELECT bit_or(1::bigint << m.bit) FROM catalog_market m WHERE m.code = ANY(p.markets)), 0),
    (SELECT s.sentiment FROM catalog_aspectsummary s WHERE s.product_id = p.id AND s.aspect = '')
FROM catalog_product p
LEFT JOIN LATERAL (
    SELECT min(price) AS price, min(sale_price) AS sale_price, bool_or(coalesce(stock > 0, true)) AS in_stock,
        avg((coalesce(sale_price, price) - cost) / nullif(coalesce(sale_price, price), 0)) AS margin
    FROM catalog_variant WHERE product_id = p.id
) v ON true
WHERE p.id = ANY(%s)
ON CONFLICT (product_id) DO UPDATE SET version = excluded.version, live = excluded.live,
    category_id = excluded.category_id, brand_id = excluded.brand_id, price = excluded.price,
    sale_price = excluded.sale_price, sale_from = excluded.sale_from, sale_until = excluded.sale_until,
    margin = excluded.margin, in_stock = excluded.in_stock, rating_average = excluded.rating_average,
    rating_count = excluded.rating_count, popularity = excluded.popularity, market_mask = excluded.market_mask,
    sentiment = excluded.sentiment
"""
