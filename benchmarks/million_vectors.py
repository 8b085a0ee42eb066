"""Vectors of the synthetic catalog: of some texts the encoder's own, of the others those moved as real texts differ.

A product's vector is its base's (or that of one of the sixteen beside it in the list) plus a part of the difference
between two other texts and a little noise, brought back to length 1: spread as real vectors are, without hours of
encoding. They say nothing about relevance; what they cost to search is what is measured.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from catalog.models import EmbeddingGeneration

Vectors = NDArray[np.float32]
# Every sixteenth base is encoded: 1,250 texts of 20,000.
ENCODED_EVERY = 16
DIFFERENCE = 0.35
NOISE = 0.1
CHUNK = 10_000
BUILD_MEMORY = "3GB"


def load_all() -> None:
    load_vectors(*encode_bases())


def build_live_index() -> None:
    from catalog.models import EmbeddingGeneration

    build_index(EmbeddingGeneration.objects.get(status="live"))


def encode_bases() -> tuple[str, Vectors]:
    """The name of the encoder of the settings, and its vectors of every sixteenth base."""
    from catalog.documents import load_documents
    from catalog.encoder import get_encoder
    from catalog.models import Product

    encoder = get_encoder()
    ids = Product.objects.order_by("id").values_list("id", flat=True)[: _count_bases() : ENCODED_EVERY]
    documents = load_documents(list(ids))
    return encoder.model_name, encoder.encode_documents([document.embedding_text for document in documents])


def _count_bases() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM bench_base")
        return int(cursor.fetchone()[0])


def load_vectors(model: str, encoded: Vectors) -> "EmbeddingGeneration":
    """A live generation of this model with a vector for every product, not yet indexed."""
    from django.db import connection

    from catalog.live_versions import bump_version
    from catalog.models import EmbeddingGeneration, Product

    EmbeddingGeneration.objects.all().delete()
    generation = EmbeddingGeneration.objects.create(model=model, dimension=encoded.shape[1], status="live")
    ids = np.fromiter(Product.objects.order_by("id").values_list("id", flat=True).iterator(), np.int64)
    statement = "COPY catalog_embedding (generation_id, product_id, fingerprint, vector) FROM STDIN (FORMAT BINARY)"
    bases = _count_bases()
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(_COPY_HEADER)
        for first, vectors in make_vectors(encoded, len(ids), bases=bases):
            copy.write(_pack(generation.pk, ids[first : first + len(vectors)], vectors))
        copy.write(b"\xff\xff")
    bump_version("embedding")
    return generation


def make_vectors(encoded: Vectors, count: int, *, bases: int) -> Iterator[tuple[int, Vectors]]:
    """(place of the first, float32[chunk, d] of length 1), chunk after chunk; the same for the same `encoded`."""
    dice = np.random.default_rng(7)
    width = encoded.shape[1]
    for first in range(0, count, CHUNK):
        places = np.arange(first, min(first + CHUNK, count)) % bases // ENCODED_EVERY % len(encoded)
        one, other = dice.integers(0, len(encoded), (2, len(places)))
        vectors = encoded[places] + np.float32(DIFFERENCE) * (encoded[one] - encoded[other])
        vectors += np.float32(NOISE / width**0.5) * dice.standard_normal(vectors.shape, np.float32)
        # The first of each base is the text's own.
        vectors[: max(bases - first, 0)] = encoded[places[: max(bases - first, 0)]]
        yield first, vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def build_index(generation: "EmbeddingGeneration") -> None:
    """With the shop's parameters, on both cores, in memory enough to hold the whole graph."""
    from django.db import connection

    from catalog.steps import embed

    with connection.cursor() as cursor:
        cursor.execute(f"SET maintenance_work_mem = '{BUILD_MEMORY}'")
        cursor.execute("SET max_parallel_maintenance_workers = 2")
    embed._make_index(generation)


# Signature, flags and length of the extension area: PostgreSQL's documentation of COPY, "Binary Format".
_COPY_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)


def _pack(generation_id: int, ids: NDArray[np.int64], vectors: Vectors) -> bytes:
    """Rows of catalog_embedding as COPY reads them: an empty fingerprint, halfvec in its wire form."""
    width = vectors.shape[1]
    row = np.dtype(
        [("fields", ">i2"), ("generation_size", ">i4"), ("generation", ">i8"), ("id_size", ">i4"), ("id", ">i8"),
         ("fingerprint_size", ">i4"), ("vector_size", ">i4"), ("dimension", ">i2"), ("unused", ">i2"),
         ("vector", ">f2", (width,))]
    )  # fmt: skip
    rows = np.zeros(len(ids), row)
    rows["fields"], rows["generation_size"], rows["id_size"], rows["vector_size"] = 4, 8, 8, 4 + 2 * width
    rows["generation"], rows["id"], rows["dimension"], rows["vector"] = generation_id, ids, width, vectors
    return rows.tobytes()
