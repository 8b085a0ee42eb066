"""The picture step: first pictures of products become vectors and dominant colours, by the configured picture model.

Staleness is a compared fingerprint of address and model. A picture that fails is counted with its reason and tried
again later and later; one file that many products share is fetched once a batch.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import structlog
from django.db import connection, transaction
from django.utils import timezone
from numpy.typing import NDArray
from pgvector import HalfVector

from catalog.models import PictureEmbedding
from catalog.pictures.colours import dominant_colours
from catalog.pictures.decoding import Pixels, decode_picture
from catalog.pictures.errors import PictureRefused
from catalog.pictures.fetching import fetch_picture
from catalog.pictures.model import PictureModel

logger = structlog.get_logger(__name__)
# Pictures are fetched one after another, at most 15 s each: a batch that a killed worker loses.
BATCH = 64
MOST_ATTEMPTS = 5
FIRST_PAUSE = timedelta(minutes=10)
_ADDRESS = "p.images ->> 0"
_FINGERPRINT = f"md5(({_ADDRESS}) || chr(31) || %s)"


@dataclass(frozen=True, slots=True)
class PictureCounts:
    done: int = 0
    failed: int = 0

    def __add__(self, other: "PictureCounts") -> "PictureCounts":
        return PictureCounts(self.done + other.done, self.failed + other.failed)


@dataclass(frozen=True, slots=True)
class _Read:
    """One address read: pixels, or why not; a final failure is not tried again."""

    pixels: Pixels | None = None
    error: str = ""
    final: bool = False


def stale_batches(model: PictureModel) -> Iterator[list[int]]:
    """Ids of active products whose picture this model has not read, or may try again; each id once."""
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT p.id FROM catalog_product p LEFT JOIN catalog_pictureembedding e "  # noqa: S608 - constants
                f"ON e.product_id = p.id AND e.model = %s WHERE p.status = 'active' AND p.id > %s AND {_ADDRESS} <> '' "
                f"AND (e.fingerprint IS DISTINCT FROM {_FINGERPRINT} OR (e.vector IS NULL AND e.attempts < %s "
                "AND e.made_at < now() - make_interval(secs => %s * power(2, greatest(e.attempts - 1, 0))))) "
                "ORDER BY p.id LIMIT %s",
                [model.model_name, last, model.model_name, MOST_ATTEMPTS, FIRST_PAUSE.total_seconds(), BATCH],
            )
            ids = [row[0] for row in cursor.fetchall()]
        if not ids:
            return
        yield ids
        last = ids[-1]


def embed_pictures(product_ids: Sequence[int], model: PictureModel) -> PictureCounts:
    """Read and embed the first pictures of these products; may run twice without harm."""
    addresses = _load_addresses(product_ids)
    read = {address: _read(address) for address in dict.fromkeys(addresses.values())}
    whole = {address: each.pixels for address, each in read.items() if each.pixels is not None}
    vectors = dict(zip(whole, model.encode_pictures(list(whole.values())), strict=True)) if whole else {}
    colours = {address: dominant_colours(pixels) for address, pixels in whole.items()}
    rows = []
    for product_id, address in addresses.items():
        rows.append(_make_row(product_id, address, model, read[address], vectors.get(address), colours.get(address)))
    failed = sum(row.vector is None for row in rows)
    _store(rows, model)
    if failed:
        logger.warning("pictures_failed", failed=failed, of=len(rows))
    return PictureCounts(len(rows) - failed, failed)


def _load_addresses(product_ids: Sequence[int]) -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p.id, {_ADDRESS} FROM catalog_product p WHERE p.id = ANY(%s) AND {_ADDRESS} <> '' ORDER BY p.id",  # noqa: S608
            [list(product_ids)],
        )
        return dict(cursor.fetchall())


def _read(address: str) -> _Read:
    try:
        return _Read(decode_picture(fetch_picture(address)))
    except PictureRefused as error:
        return _Read(error=error.message, final=not error.retriable)


def _make_row(
    product_id: int,
    address: str,
    model: PictureModel,
    read: _Read,
    vector: NDArray[np.float32] | None,
    colours: Sequence[tuple[str, float]] | None,
) -> PictureEmbedding:
    return PictureEmbedding(
        product_id=product_id,
        model=model.model_name,
        fingerprint=fingerprint(address, model.model_name),
        vector=None if vector is None else HalfVector(vector),
        colours=[list(each) for each in colours or ()],
        error=read.error[:300],
        attempts=MOST_ATTEMPTS if read.final else 1,
        made_at=timezone.now(),
    )


def fingerprint(address: str, model_name: str) -> str:
    """As `stale_batches` computes it in the database."""
    return hashlib.md5(f"{address}\x1f{model_name}".encode(), usedforsecurity=False).hexdigest()


def _store(rows: Sequence[PictureEmbedding], model: PictureModel) -> None:
    """The product rows are share-locked: one deleted meanwhile leaves no orphan. Failures of one address add up."""
    with transaction.atomic():
        ids = [row.product_id for row in rows]
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM catalog_product WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE", [ids])
            there = {row[0] for row in cursor.fetchall()}
        before = {
            (product_id, print_): attempts
            for product_id, print_, attempts in PictureEmbedding.objects.filter(
                model=model.model_name, product_id__in=ids
            ).values_list("product_id", "fingerprint", "attempts")
        }
        for row in rows:
            if row.error and row.attempts < MOST_ATTEMPTS:
                row.attempts = min(before.get((row.product_id, row.fingerprint), 0) + 1, MOST_ATTEMPTS)
        PictureEmbedding.objects.bulk_create(
            [row for row in rows if row.product_id in there],
            update_conflicts=True,
            unique_fields=["product", "model"],
            update_fields=["fingerprint", "vector", "colours", "error", "attempts", "made_at"],
        )


def count_pictures(model_name: str) -> PictureCounts:
    """How many pictures this model has read, and how many it could not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(vector), count(*) - count(vector) FROM catalog_pictureembedding WHERE model = %s",
            [model_name],
        )
        done, failed = cursor.fetchone()
    return PictureCounts(done, failed)


def load_colours(product_ids: Sequence[int], model_name: str) -> dict[int, list[tuple[str, float]]]:
    """The dominant colours seen in these products' pictures, for `catalog.pictures.colours.hint_colours`."""
    rows = PictureEmbedding.objects.filter(product_id__in=product_ids, model=model_name, error="")
    return {
        product_id: [(str(key), float(share)) for key, share in colours]
        for product_id, colours in rows.values_list("product_id", "colours")
    }
