"""Vectors of product pictures, one model's beside another's."""

from django.db import models
from pgvector.django import HalfVectorField

from catalog.models.product import Product


class PictureEmbedding(models.Model):
    """The vector of a product's first picture by one model; `fingerprint` is of the picture's address and the model.

    A picture that could not be read is kept with its reason and without a vector, so that it is not tried for ever.
    """

    product = models.ForeignKey(Product, models.CASCADE, related_name="picture_vectors")
    model = models.CharField(max_length=300)
    fingerprint = models.CharField(max_length=32)
    vector = HalfVectorField(null=True)
    colours = models.JSONField(default=list, blank=True)  # [[colour key, share], …] of the thing shown
    error = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "model"], name="picture_embedding_product")]

    def __str__(self) -> str:
        return f"{self.product_id} {self.model}"
