"""The embed step: product texts become vectors; a new encoder builds its generation of them beside the live one.

Staleness is a compared fingerprint, so a killed worker loses at most the chunk it was encoding, and a text that changes
during encoding stays stale.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

import structlog
from django.db import connection, transaction
from django.utils import timezone
from pgvector import HalfVector

from catalog.documents import ProductDocument, load_documents, stale_for_embedding
from catalog.encoder import Encoder, get_encoder
from catalog.errors import EncoderUnavailable
from catalog.live_versions import bump_version
from catalog.locks import hold_lock
from catalog.models import Embedding, EmbeddingGeneration

logger = structlog.get_logger(__name__)
Status = EmbeddingGeneration.Status
# One lock, one encoder call and one statement a chunk: about ten seconds of CPU work, the most a killed worker loses.
CHUNK = 256
# Finding what is stale reads every product's fingerprint, so it is done rarely.
STALE_READ = 8192
RETIRED_KEPT = 1


def open_generations() -> list[tuple[EmbeddingGeneration, Encoder]]:
    """The generations to keep fresh, each with its encoder: the live one first, then the one being built.

    The configured encoder's generation is made when it is new. Raises EncoderUnavailable when that encoder cannot load.
    """
    encoder = get_encoder()
    wanted = _open_generation(encoder)
    opened = [(wanted, encoder)]
    for live in EmbeddingGeneration.objects.filter(status=Status.LIVE).exclude(pk=wanted.pk):
        try:
            opened.insert(0, (live, get_encoder(live.model)))
        except EncoderUnavailable as error:
            logger.warning("live_generation_not_refreshed", model=live.model, reason=error.message)
    return opened


def _open_generation(encoder: Encoder) -> EmbeddingGeneration:
    found = EmbeddingGeneration.objects.filter(model=encoder.model_name).exclude(status=Status.RETIRED).first()
    if found is None:
        found = _make_generation(encoder)
    _make_index(found)
    return found


def _make_generation(encoder: Encoder) -> EmbeddingGeneration:
    """The very first generation is live at once, so search uses whatever is embedded already."""
    with transaction.atomic():
        bump_version("embedding")
        generation, created = EmbeddingGeneration.objects.get_or_create(
            model=encoder.model_name, defaults={"dimension": encoder.dimension}
        )
        if created or generation.status == Status.RETIRED:
            first = not EmbeddingGeneration.objects.filter(status=Status.LIVE).exists()
            generation.status = Status.LIVE if first else Status.BUILDING
            generation.promoted_at = timezone.now() if first else None
            generation.save(update_fields=["status", "promoted_at"])
    logger.info("embedding_generation_opened", model=generation.model, status=generation.status)
    return generation


def _make_index(generation: EmbeddingGeneration) -> None:
    with hold_lock(f"embedding index {generation.pk}") as held, connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NULL", [_index_name(generation.pk)])
        if cursor.fetchone()[0] and held:
            cursor.execute(
                f"CREATE INDEX IF NOT EXISTS {_index_name(generation.pk)} ON catalog_embedding "
                f"USING hnsw ((vector::halfvec({int(generation.dimension)})) halfvec_ip_ops) "
                f"WITH (m = 24, ef_construction = 128) WHERE generation_id = {int(generation.pk)}"
            )


def _index_name(generation_id: int) -> str:
    return f"catalog_embedding_hnsw_{int(generation_id)}"


def stale_chunks(generation_id: int) -> Iterator[list[int]]:
    """Ids of stale products in groups that workers claim as a whole; ends when a read finds no new ones."""
    seen: set[int] = set()
    limit = STALE_READ
    while True:
        found = stale_for_embedding(generation_id, limit)
        fresh = [number for number in found if number not in seen]
        if not fresh and len(found) < limit:
            return
        # What other workers hold stays stale for now and must not hide what lies behind it.
        limit = limit if fresh else limit * 2
        seen.update(fresh)
        for _chunk, members in groupby(fresh, key=lambda number: number // CHUNK):
            yield list(members)


def embed_chunk(generation: EmbeddingGeneration, encoder: Encoder, product_ids: Sequence[int]) -> int:
    """Embed what is still stale of these; returns how many. A chunk that another worker holds is left to it."""
    with hold_lock(f"embed {generation.pk} {product_ids[0] // CHUNK}") as held:
        if not held:
            return 0
        documents = _still_stale(generation, load_documents(product_ids))
        if documents:
            vectors = encoder.encode_documents([document.embedding_text for document in documents])
            _store(generation, documents, [HalfVector(vector).to_text() for vector in vectors])
        return len(documents)


def _still_stale(generation: EmbeddingGeneration, documents: Sequence[ProductDocument]) -> list[ProductDocument]:
    stored = dict(
        Embedding.objects.filter(
            generation=generation, product_id__in=[document.product_id for document in documents]
        ).values_list("product_id", "fingerprint")
    )
    return [document for document in documents if stored.get(document.product_id) != document.embedding_fingerprint]


def _store(generation: EmbeddingGeneration, documents: Sequence[ProductDocument], vectors: Sequence[str]) -> None:
    """One statement. The product rows are share-locked: one deleted meanwhile leaves no orphan vector."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO catalog_embedding (generation_id, product_id, fingerprint, vector) "
            "SELECT %s, fresh.product_id, fresh.fingerprint, fresh.vector::halfvec "
            "FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS fresh(product_id, fingerprint, vector) "
            "JOIN catalog_product p ON p.id = fresh.product_id ORDER BY fresh.product_id FOR KEY SHARE OF p "
            "ON CONFLICT (generation_id, product_id) DO UPDATE "
            "SET fingerprint = excluded.fingerprint, vector = excluded.vector",
            [
                generation.pk,
                [document.product_id for document in documents],
                [document.embedding_fingerprint for document in documents],
                list(vectors),
            ],
        )


def promote_if_complete(generation: EmbeddingGeneration) -> bool:
    """Make a finished generation the live one, for every search from the commit on; the former one is kept."""
    if generation.status != Status.BUILDING or stale_for_embedding(generation.pk, 1):
        return False
    promote(generation)
    return True


def promote(generation: EmbeddingGeneration) -> None:
    with transaction.atomic():
        bump_version("embedding")
        EmbeddingGeneration.objects.filter(status=Status.LIVE).exclude(pk=generation.pk).update(status=Status.RETIRED)
        generation.status = Status.LIVE
        generation.promoted_at = timezone.now()
        generation.save(update_fields=["status", "promoted_at"])
    logger.info("embedding_generation_promoted", model=generation.model)
    _drop_retired()


def _drop_retired() -> None:
    retired = EmbeddingGeneration.objects.filter(status=Status.RETIRED).order_by("-promoted_at", "-id")
    for generation in retired[RETIRED_KEPT:]:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DROP INDEX IF EXISTS {_index_name(generation.pk)}")
            cursor.execute("DELETE FROM catalog_embedding WHERE generation_id = %s", [generation.pk])
            generation.delete()


def count_embedded() -> tuple[int, int]:
    """How many active products the live generation holds, and how many there are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(e.product_id), count(*) FROM catalog_product p "
            "LEFT JOIN catalog_embeddinggeneration g ON g.status = 'live' "
            "LEFT JOIN catalog_embedding e ON e.generation_id = g.id AND e.product_id = p.id WHERE p.status = 'active'"
        )
        embedded, total = cursor.fetchone()
    return embedded, total
