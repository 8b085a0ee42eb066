"""The catalog's tables."""

from catalog.models.index import Embedding, EmbeddingGeneration, LiveVersion, Market, Posting, SearchDocument, Segment
from catalog.models.product import Attribute, AttributeValue, Brand, Category, Product, Review, Variant
from catalog.models.upload import ColumnMapping, RefusedRow, Upload

__all__ = [
    "Attribute",
    "AttributeValue",
    "Brand",
    "Category",
    "ColumnMapping",
    "Embedding",
    "EmbeddingGeneration",
    "LiveVersion",
    "Market",
    "Posting",
    "Product",
    "RefusedRow",
    "Review",
    "SearchDocument",
    "Segment",
    "Upload",
    "Variant",
]
