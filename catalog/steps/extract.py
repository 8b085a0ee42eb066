"""The extract step: product texts become evidence, one extractor version after another, and evidence proposals.

Staleness is a compared fingerprint, so a killed worker loses at most the chunk it was reading. A product that an
extractor could not read keeps what was known of it before and is tried again, later each time; nothing partial is
stored.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Protocol

import structlog
from django.db import connection, transaction
from django.utils import timezone

from catalog.contracts import TEXT_FIELDS, Extracted, ExtractionFault, FoundAttribute, ReadableProduct, TextField
from catalog.documents import EXTRACTION_FINGERPRINT_SQL
from catalog.effective import value_key
from catalog.evidence import recombine
from catalog.extractors.contract import Extractor
from catalog.models import Evidence, Extraction, ExtractorVersion, Product
from catalog.schema.loading import load_schemas

logger = structlog.get_logger(__name__)
CHUNK = 256
MOST_ATTEMPTS = 6
FIRST_PAUSE = timedelta(minutes=1)
# A longer text is a pasted file; its first part says what the product is.
MOST_CHARACTERS = 200_000
_STALE = f"""
SELECT p.id FROM catalog_product p
LEFT JOIN catalog_extraction e ON e.product_id = p.id AND e.version_id = %(version)s
WHERE p.status = 'active' AND p.id > %(after)s AND (
    e.fingerprint IS DISTINCT FROM {EXTRACTION_FINGERPRINT_SQL}
    OR (e.status = 'failed' AND e.try_after <= now())
) ORDER BY p.id LIMIT %(limit)s
"""  # noqa: S608 - constants


class Named(Protocol):
    """What finds values: an extractor, or a model of something else than texts."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...


def open_version(extractor: Named) -> ExtractorVersion:
    """The row of this extractor's version. One never seen before comes into use; the one before keeps its evidence, and
    what it found is shown until the new one has read the product.

    A version that a person retired stays retired: it reads nothing.
    """
    with transaction.atomic():
        known = ExtractorVersion.objects.filter(name=extractor.name, version=extractor.version).first()
        if known is not None:
            return known
        ExtractorVersion.objects.filter(name=extractor.name, status="live").update(status="retired")
        return ExtractorVersion.objects.create(name=extractor.name, version=extractor.version)


def stale_chunks(version_id: int, *, size: int = CHUNK) -> Iterator[list[int]]:
    """Chunks of ids of active products whose present text this version has not read, or may try again; oldest first."""
    after = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_STALE, {"version": version_id, "after": after, "limit": size})
            ids = [row[0] for row in cursor.fetchall()]
        if not ids:
            return
        yield ids
        after = ids[-1]


def extract_chunk(version: ExtractorVersion, extractor: Extractor, product_ids: Sequence[int]) -> tuple[int, int]:
    """Read these products; returns how many were read and how many failed. Their proposals follow in the same
    transaction.
    """
    products, fingerprints = load_readable(product_ids)
    results = dict(zip((p.product_id for p in products), extractor.extract(products), strict=True))
    texts = {product.product_id: product.texts for product in products}
    done = {id_: result for id_, result in results.items() if not isinstance(result, ExtractionFault)}
    failed = {id_: result for id_, result in results.items() if isinstance(result, ExtractionFault)}
    with transaction.atomic():
        # The order of ids is the order of locks: two workers on one product wait instead of blocking each other.
        held = set(
            Product.objects.select_for_update(no_key=True)
            .filter(id__in=results)
            .order_by("id")
            .values_list("id", flat=True)
        )
        done = {id_: found for id_, found in done.items() if id_ in held}
        _store_evidence(version, done, texts)
        _note_done(version, done, fingerprints)
        _note_failed(version, {id_: fault for id_, fault in failed.items() if id_ in held}, fingerprints)
        recombine(list(done))
    return len(done), len(failed)


def store_findings(version: ExtractorVersion, found: Mapping[int, tuple[FoundAttribute, ...]]) -> None:
    """Findings of something that reads no texts (pictures): implied values, which a person must accept."""
    implied = {id_: tuple(item for item in items if item.span is None) for id_, items in found.items()}
    with transaction.atomic():
        products = Product.objects.select_for_update(no_key=True).filter(id__in=implied).order_by("id")
        held = set(products.values_list("id", flat=True))
        kept = {id_: items for id_, items in implied.items() if id_ in held}
        _store_evidence(version, kept, {})
        recombine(list(kept))


def load_readable(product_ids: Sequence[int]) -> tuple[list[ReadableProduct], dict[int, str]]:
    """What extractors read of these products, and the fingerprint of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p.id, {EXTRACTION_FINGERPRINT_SQL} FROM catalog_product p WHERE p.id = ANY(%s)",  # noqa: S608 - constants
            [list(product_ids)],
        )
        fingerprints = dict(cursor.fetchall())
    rows = list(Product.objects.filter(id__in=product_ids).select_related("category", "brand").order_by("id"))
    schemas = load_schemas(sorted({row.category.key if row.category else "" for row in rows}))
    products = [
        ReadableProduct(
            product_id=row.pk,
            texts=_read_texts(row),
            schema=schemas[row.category.key if row.category else ""],
            brand=(row.brand.name_en or row.brand.name_zh) if row.brand else "",
            attributes={key: tuple(values) for key, values in row.attributes.items()},
        )
        for row in rows
    ]
    return products, fingerprints


def _read_texts(product: Product) -> dict[TextField, str]:
    texts = {field: getattr(product, field)[:MOST_CHARACTERS] for field in TEXT_FIELDS}
    return {field: text for field, text in texts.items() if text.strip()}


def _store_evidence(
    version: ExtractorVersion,
    done: Mapping[int, tuple[FoundAttribute, ...]],
    texts: Mapping[int, Mapping[TextField, str]],
) -> None:
    Evidence.objects.filter(version=version, product_id__in=done).delete()
    rows, refused = [], 0
    for product_id, found in done.items():
        for item in found:
            if item.span and texts[product_id].get(item.span.field, "")[item.span.start : item.span.end] != item.quote:
                refused += 1
                continue
            rows.append(_to_row(version, product_id, item))
    if refused:
        logger.warning("evidence_not_in_text", extractor=version.name, version=version.version, values=refused)
    Evidence.objects.bulk_create(rows, batch_size=5000)


def _to_row(version: ExtractorVersion, product_id: int, item: FoundAttribute) -> Evidence:
    return Evidence(
        product_id=product_id,
        version=version,
        attribute=item.name[:120],
        value_key=value_key(item.value),
        value=item.value,
        unit=item.unit,
        field=item.span.field if item.span else "",
        start=item.span.start if item.span else None,
        end=item.span.end if item.span else None,
        quote=item.quote[:500],
        confidence=min(max(item.confidence, 0.0), 1.0),
    )


def _note_done(version: ExtractorVersion, done: Mapping[int, Extracted], fingerprints: Mapping[int, str]) -> None:
    _upsert([
        Extraction(product_id=id_, version=version, fingerprint=fingerprints[id_], status=Extraction.Status.DONE)
        for id_ in done
    ])  # fmt: skip


def _note_failed(
    version: ExtractorVersion, failed: Mapping[int, ExtractionFault], fingerprints: Mapping[int, str]
) -> None:
    before = {
        row.product_id: row.attempts
        for row in Extraction.objects.filter(version=version, product_id__in=failed, status=Extraction.Status.FAILED)
        if row.fingerprint == fingerprints[row.product_id]
    }
    rows = []
    for id_, fault in failed.items():
        attempts = before.get(id_, 0) + 1
        again = fault.retriable and attempts < MOST_ATTEMPTS
        rows.append(
            Extraction(
                product_id=id_,
                version=version,
                fingerprint=fingerprints[id_],
                status=Extraction.Status.FAILED,
                code=fault.code[:40],
                message=fault.message[:500],
                attempts=attempts,
                try_after=timezone.now() + FIRST_PAUSE * 4 ** (attempts - 1) if again else None,
            )
        )
    _upsert(rows)


def _upsert(rows: Sequence[Extraction]) -> None:
    Extraction.objects.bulk_create(
        rows,
        batch_size=2000,
        update_conflicts=True,
        unique_fields=["product", "version"],
        update_fields=["fingerprint", "status", "code", "message", "attempts", "try_after", "read_at"],
    )
