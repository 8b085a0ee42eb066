"""The search index inside Postgres: posting segments, one narrow volatile row a product, embeddings, live versions.

Lucene's idea in tables: a segment is immutable (postings and facet values of its documents); a product that
changes is written again into a newer segment and its row points there; what no row points to is dead and goes when
segments merge. Price, stock and status live in `SearchDocument` alone and change without any re-indexing.
"""

from django.db import models
from pgvector.django import HalfVectorField


class LiveVersion(models.Model):
    """A counter per kind of live data ("index", "rules", "config", "embedding", "vocabulary").

    A writer updates its row first and so holds the row lock until commit: versions become visible in order, and
    "everything newer than what I have" misses nothing. Every search reads this table, so changes are seen at once.
    """

    name = models.CharField(max_length=30, primary_key=True)
    version = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Market(models.Model):
    """A market's bit in `SearchDocument.market_mask`; rows are made as catalogs name markets."""

    code = models.CharField(max_length=16, unique=True)
    bit = models.SmallIntegerField(unique=True)

    def __str__(self) -> str:
        return self.code


class Segment(models.Model):
    """An immutable part of the lexical index. Arrays are little-endian numpy bytes by document ordinal.

    `product_ids` int64, `facet_offsets` int32 (n+1) into `facet_values` int32 (ids of AttributeValue), `title_keys`
    int64 (equal for offers of the same thing, catalog.postings.title_key).
    """

    document_count = models.IntegerField()
    product_ids = models.BinaryField()
    facet_offsets = models.BinaryField()
    facet_values = models.BinaryField()
    title_keys = models.BinaryField(default=b"")
    version = models.BigIntegerField(db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # A merged segment stays readable for a while: a search under way still holds its id.
    retired_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"segment {self.pk} ({self.document_count})"


class Posting(models.Model):
    """Where a term occurs in a segment: `ordinals` int32 ascending, `frequencies` float16 (BM25F's), `fields` one
    mask byte each (catalog.postings.FIELD_BITS); empty in an index made before there were masks.
    """

    pk = models.CompositePrimaryKey("segment_id", "term")
    segment = models.ForeignKey(Segment, models.CASCADE, db_index=False)
    term = models.CharField(max_length=100, db_collation="C")
    ordinals = models.BinaryField()
    frequencies = models.BinaryField()
    fields = models.BinaryField(default=b"")

    def __str__(self) -> str:
        return self.term


class SearchDocument(models.Model):
    """A product as search sees it: where it is indexed, whether it is live, and its volatile numbers.

    No foreign key on purpose: a deleted product leaves a dead row, so every process learns of the deletion.
    Prices are in minor units (cents); -1 means none. `version` is the "index" LiveVersion that wrote the row.
    """

    product_id = models.BigIntegerField(primary_key=True)
    segment_id = models.BigIntegerField(null=True)
    ordinal = models.IntegerField(null=True)
    fingerprint = models.CharField(max_length=32, default="")
    live = models.BooleanField(default=False)
    category_id = models.BigIntegerField(null=True)
    brand_id = models.BigIntegerField(null=True)
    price = models.BigIntegerField(default=-1)
    sale_price = models.BigIntegerField(default=-1)
    sale_from = models.DateTimeField(null=True)
    sale_until = models.DateTimeField(null=True)
    margin = models.FloatField(default=0)
    in_stock = models.BooleanField(default=False)
    rating_average = models.FloatField(default=0)
    rating_count = models.IntegerField(default=0)
    popularity = models.FloatField(default=0)
    created_at = models.DateTimeField()
    stuffing = models.FloatField(default=0, db_default=0)  # of the indexed text: catalog.stuffing, 0..1
    # Chance that a review is a contented one, with a prior (catalog.opinions); NULL where there are no reviews.
    sentiment = models.FloatField(null=True)
    market_mask = models.BigIntegerField(default=0)  # bits of Market.bit; 0 means every market
    version = models.BigIntegerField(db_index=True)

    def __str__(self) -> str:
        return str(self.product_id)


class EmbeddingGeneration(models.Model):
    """One encoder's vectors of the whole catalog. Generations live side by side; exactly one is live."""

    class Status(models.TextChoices):
        BUILDING = "building"
        LIVE = "live"
        RETIRED = "retired"

    model = models.CharField(max_length=300)
    dimension = models.IntegerField()
    status = models.CharField(max_length=10, choices=Status, default=Status.BUILDING)
    created_at = models.DateTimeField(auto_now_add=True)
    promoted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["model"], name="embedding_generation_model"),
            models.UniqueConstraint(
                fields=["status"], condition=models.Q(status="live"), name="embedding_generation_one_live"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} ({self.status})"


class Embedding(models.Model):
    """A product's vector in one generation. The vector has no fixed dimension: each generation has its own partial
    HNSW index over a cast, made when the generation is made (catalog/steps/embed.py).
    """

    pk = models.CompositePrimaryKey("generation_id", "product_id")
    generation = models.ForeignKey(EmbeddingGeneration, models.CASCADE, db_index=False)
    product_id = models.BigIntegerField()
    fingerprint = models.CharField(max_length=32)
    vector = HalfVectorField()

    def __str__(self) -> str:
        return f"{self.generation_id}/{self.product_id}"
