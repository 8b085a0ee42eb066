"""What REST answers for products like a given one, and the same shape described for OpenAPI."""

from dataclasses import fields
from typing import Any

from rest_framework import serializers

from ranking.answers import ProductCardSerializer
from ranking.contracts import Hit, ProductCard, VariantCard
from ranking.similar import Similar

_CARD = tuple(item.name for item in fields(ProductCard) if item.name != "variants")
_VARIANT = tuple(item.name for item in fields(VariantCard))


def render_similar(similar: Similar) -> dict[str, Any]:
    return {"sku": similar.sku, "basis": similar.basis, "hits": [_render_hit(hit) for hit in similar.hits]}


def _render_hit(hit: Hit) -> dict[str, Any]:
    product = {name: getattr(hit.product, name) for name in _CARD}
    product["variants"] = [{name: getattr(item, name) for name in _VARIANT} for item in hit.product.variants]
    return {"position": hit.position, "score": round(hit.score, 6), "product": product}


class SimilarHitSerializer(serializers.Serializer[Any]):
    position = serializers.IntegerField()
    score = serializers.FloatField(help_text="the cosine, or the share of the title's words; 0 by category")
    product = ProductCardSerializer()


class SimilarSerializer(serializers.Serializer[Any]):
    """Products like this one, those in stock first, its own kind before others."""

    sku = serializers.CharField()
    basis = serializers.CharField(
        allow_blank=True, help_text="what they were found by: meaning, words or category; empty when there are none"
    )
    hits = SimilarHitSerializer(many=True)
