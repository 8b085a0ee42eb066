"""Vectors written by hand, for tests that need a live generation and no encoder."""

from collections.abc import Mapping, Sequence

from catalog.models import Embedding, EmbeddingGeneration, Product


def embed_by_hand(vectors: Mapping[str, Sequence[float]]) -> EmbeddingGeneration:
    """A live generation that holds these vectors by SKU; they are brought to length 1."""
    dimension = len(next(iter(vectors.values())))
    generation = EmbeddingGeneration.objects.create(model="by hand", dimension=dimension, status="live")
    ids = dict(Product.objects.values_list("sku", "id"))
    for sku, vector in vectors.items():
        length = sum(number * number for number in vector) ** 0.5
        Embedding.objects.create(
            generation=generation,
            product_id=ids[sku],
            fingerprint="by hand",
            vector=[number / length for number in vector],
        )
    return generation
