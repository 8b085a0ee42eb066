"""Stores the demo's reviews in bulk; what is there already stays as it is."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from catalog.models import Product, Review

BATCH = 2000


def read_reviews(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def load_reviews(path: Path) -> int:
    """How many were new. A review is known by its product, author and moment."""
    rows = list(read_reviews(path))
    skus = {row["sku"] for row in rows}
    with transaction.atomic():
        ids = dict(Product.objects.filter(sku__in=skus).order_by("pk").select_for_update().values_list("sku", "pk"))
        stored = Review.objects.filter(product_id__in=ids.values())
        known = set(stored.values_list("product_id", "author", "created_at"))
        reviews = [review for row in rows if row["sku"] in ids and key_of(review := make_review(row, ids)) not in known]
        Review.objects.bulk_create(reviews, batch_size=BATCH)
    return len(reviews)


def key_of(review: Review) -> tuple[int, str, Any]:
    return review.product_id, review.author, review.created_at


def make_review(row: dict[str, Any], ids: dict[str, int]) -> Review:
    return Review(
        product_id=ids[row["sku"]],
        author=row["author"],
        rating=row["rating"],
        title=row["title"],
        body=row["body"],
        locale=row["locale"],
        created_at=datetime.fromisoformat(row["created_at"]),
    )
