"""The opinions step: reviews whose text or model changed are judged, and their products' summaries made anew.

Staleness is a compared fingerprint: of a review's title, text and model, and of the set of judged reviews that a
summary was made of. A killed worker leaves what it did not write stale; a deleted review makes its product's summary
stale.
Steps do not call each other: after `summarise_products` the pipeline calls the index step's `refresh_offers` with the
ids that it returns, which puts the new sentiment where search reads it.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Max
from django.utils import timezone

from catalog.models import AspectSummary, Attribute, OpinionAlert, Product, Review, ReviewOpinion
from catalog.opinions.alerts import LEAST_RECENT, RECENT_DAYS, Jump, ReviewCounts, find_jumps
from catalog.opinions.aspects import AspectBook, AspectOpinion, read_aspects
from catalog.opinions.fingerprint import opinion_fingerprint, opinion_version
from catalog.opinions.sentiment import judge_text
from catalog.opinions.summary import FIRST_MEAN, WHOLE, JudgedReview, product_sentiment, summarise

# With more attributes the names of one product type turn up in the reviews of all others.
MOST_ATTRIBUTES = 2000


def read_stale_reviews(limit: int) -> list[int]:
    """Ids of reviews that are not judged, or were judged with another text or model, oldest id first."""
    return _fetch_ids(_STALE_REVIEWS_SQL, [opinion_version(), limit])


def judge_reviews(review_ids: Sequence[int]) -> list[int]:
    """Judge these reviews and keep what they say; returns the ids of their products, whose summaries are now stale.

    The rows are share-locked as they are written: one that was deleted or edited meanwhile is left to the next run.
    """
    version, book = opinion_version(), load_aspect_book()
    reviews = list(Review.objects.filter(pk__in=review_ids).select_related("product").order_by("pk"))
    rows = []
    for review in reviews:
        found = read_aspects(review.body, book=book, own=review.product.attributes)
        aspects = [[said.aspect, round(said.sentiment, 4), said.start, said.end] for said in found]
        sentiment = judge_text(f"{review.title}\n{review.body}")
        rows.append((review.pk, opinion_fingerprint(review.title, review.body, version), round(sentiment, 4), aspects))
    if rows:
        _store_opinions(rows, version)
    return sorted({review.product_id for review in reviews})


def _store_opinions(rows: Sequence[tuple[int, str, float, list[Any]]], version: str) -> None:
    ids, fingerprints, sentiments, aspects = zip(*rows, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            _STORE_SQL,
            [list(ids), list(fingerprints), list(sentiments), [json.dumps(found) for found in aspects], version],
        )


def load_aspect_book() -> AspectBook:
    """The inventory with the names of the shop's attributes that shoppers filter by."""
    rows = Attribute.objects.filter(is_facet=True).order_by("position", "key")
    named = rows.values_list("key", "name_en", "name_zh")[:MOST_ATTRIBUTES]
    return AspectBook({key: [name for name in names if name] for key, *names in named if len(key) <= 60})


def read_stale_products(limit: int) -> list[int]:
    """Ids of products whose summary is not of their present opinions: reviews were judged, deleted or moved."""
    return _fetch_ids(_STALE_PRODUCTS_SQL, [limit])


def summarise_products(product_ids: Sequence[int]) -> list[int]:
    """Make these products' summaries anew; returns the ids whose sentiment search has to learn.

    The products' rows are locked in the order of their ids, as uploads do.
    """
    with transaction.atomic():
        products = Product.objects.filter(pk__in=product_ids).order_by("pk").select_for_update(no_key=True)
        held = list(products.values_list("pk", flat=True))
        mean = read_shop_mean(without=held)
        judged = _load_judged(held)
        AspectSummary.objects.filter(product_id__in=held).delete()
        AspectSummary.objects.bulk_create(
            row for product_id, (reviews, mark) in judged.items() for row in _make_rows(product_id, reviews, mark, mean)
        )
    return held


def read_shop_mean(*, without: Sequence[int] = ()) -> float:
    """The share of contented reviews over all products, each once however many reviews it has."""
    with connection.cursor() as cursor:
        cursor.execute(_SHOP_MEAN_SQL, [list(without)])
        (mean,) = cursor.fetchone()
    return FIRST_MEAN if mean is None else float(mean)


def _load_judged(product_ids: Sequence[int]) -> dict[int, tuple[list[JudgedReview], str]]:
    """By product, its judged reviews and the fingerprint of their set (`_SET_FINGERPRINT_SQL` gives the same)."""
    rows = ReviewOpinion.objects.filter(review__product_id__in=product_ids).select_related("review")
    reviews: dict[int, list[JudgedReview]] = {}
    marks: dict[int, list[str]] = {}
    for row in rows.defer("review__body").order_by("review_id"):
        product_id = row.review.product_id
        reviews.setdefault(product_id, []).append(_to_judged(row))
        marks.setdefault(product_id, []).append(f"{row.review_id}:{row.fingerprint}:{row.review.rating}")
    return {
        product_id: (found, hashlib.md5(",".join(marks[product_id]).encode(), usedforsecurity=False).hexdigest())
        for product_id, found in reviews.items()
    }


def _to_judged(row: ReviewOpinion) -> JudgedReview:
    review = row.review
    aspects = tuple(AspectOpinion(*found) for found in row.aspects)
    return JudgedReview(review.pk, review.rating, review.locale, review.created_at, row.sentiment, aspects)


def _make_rows(product_id: int, reviews: Sequence[JudgedReview], mark: str, mean: float) -> Iterator[AspectSummary]:
    """The row of the whole product has no quotes; it says what it was made of and what search reads."""
    for found in summarise(reviews):
        quotes: list[dict[str, Any]] = [
            {"review": quote.review_id, "start": quote.start, "end": quote.end, "positive": quote.positive}
            for quote in found.quotes
        ]
        is_whole = found.aspect == WHOLE
        yield AspectSummary(
            product_id=product_id,
            aspect=found.aspect,
            positive=found.positive,
            negative=found.negative,
            quotes=[] if is_whole else quotes,
            fingerprint=mark if is_whole else "",
            sentiment=round(product_sentiment(found.positive, found.negative, mean), 4) if is_whole else None,
        )


def raise_alerts(*, now: datetime | None = None) -> list[int]:
    """Open an alert for every product whose share of negative reviews jumped; returns the new alerts' ids.

    A product with an open alert is left alone. After one was seen to, only reviews written since then count as recent.
    """
    moment = now or timezone.now()
    jumps = find_jumps(count_reviews(moment))
    with transaction.atomic():
        alerts = [_open_alert(jump) for jump in jumps]
    return [alert.pk for alert, is_new in alerts if is_new]


def _open_alert(jump: Jump) -> tuple[OpinionAlert, bool]:
    counts = jump.counts
    return OpinionAlert.objects.get_or_create(
        product_id=counts.product_id,
        seen_at=None,
        defaults={
            "share_before": counts.share_before,
            "share_now": counts.share_now,
            "reviews": counts.total_now,
            "p_value": jump.p_value,
        },
    )


def count_reviews(now: datetime) -> list[ReviewCounts]:
    """Praise and blame before and now, of every product with enough recent reviews and no open alert."""
    start = now - timedelta(days=RECENT_DAYS)
    busy = Review.objects.filter(created_at__gt=start, created_at__lte=now).order_by().values("product_id")
    busy = busy.annotate(recent=Count("id")).filter(recent__gte=LEAST_RECENT)
    open_ids = OpinionAlert.objects.filter(seen_at=None).values("product_id")
    seen = dict(
        OpinionAlert.objects.filter(seen_at__gt=start).order_by().values_list("product_id").annotate(Max("seen_at"))
    )
    rows = ReviewOpinion.objects.filter(review__product_id__in=busy.values("product_id"), review__created_at__lte=now)
    rows = rows.exclude(review__product_id__in=open_ids).select_related("review").defer("review__body")
    counts: dict[int, list[int]] = {}
    for row in rows.iterator(chunk_size=2000):
        feeling = _to_judged(row).feeling
        recent = row.review.created_at > seen.get(row.review.product_id, start)
        found = counts.setdefault(row.review.product_id, [0, 0, 0, 0])
        offset = 0 if recent else 2
        found[offset] += feeling < 0
        found[offset + 1] += feeling != 0
    return [ReviewCounts(product_id, *found) for product_id, found in sorted(counts.items())]


def _fetch_ids(statement: str, parameters: Sequence[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [row[0] for row in cursor.fetchall()]


# The same as catalog.opinions.fingerprint gives.
_FINGERPRINT_SQL = "md5(r.title || chr(31) || r.body || chr(31) || %s)"
_STALE_REVIEWS_SQL = f"""
SELECT r.id FROM catalog_review r LEFT JOIN catalog_reviewopinion o ON o.review_id = r.id
WHERE o.fingerprint IS DISTINCT FROM {_FINGERPRINT_SQL} ORDER BY r.id LIMIT %s
"""
# What was edited since it was read has another fingerprint and is not written.
_STORE_SQL = f"""
INSERT INTO catalog_reviewopinion (review_id, fingerprint, sentiment, aspects)
SELECT fresh.review_id, fresh.fingerprint, fresh.sentiment, fresh.aspects::jsonb
FROM unnest(%s::bigint[], %s::text[], %s::float8[], %s::text[]) AS fresh(review_id, fingerprint, sentiment, aspects)
JOIN catalog_review r ON r.id = fresh.review_id AND fresh.fingerprint = {_FINGERPRINT_SQL}
ORDER BY fresh.review_id FOR SHARE OF r
ON CONFLICT (review_id) DO UPDATE
SET fingerprint = excluded.fingerprint, sentiment = excluded.sentiment, aspects = excluded.aspects
"""
_SET_FINGERPRINT_SQL = (
    "md5(string_agg(o.review_id || ':' || o.fingerprint || ':' || r.rating, ',' ORDER BY o.review_id))"
)
_STALE_PRODUCTS_SQL = f"""
SELECT product_id FROM (
    SELECT r.product_id, {_SET_FINGERPRINT_SQL} AS present
    FROM catalog_reviewopinion o JOIN catalog_review r ON r.id = o.review_id GROUP BY r.product_id
) AS judged
FULL JOIN (
    SELECT product_id, fingerprint AS known FROM catalog_aspectsummary WHERE aspect = ''
) AS summed USING (product_id)
WHERE present IS DISTINCT FROM known ORDER BY product_id LIMIT %s
"""
_SHOP_MEAN_SQL = """
SELECT avg(positive / (positive + negative)::float8) FROM catalog_aspectsummary
WHERE aspect = '' AND positive + negative > 0 AND NOT product_id = ANY(%s)
"""
