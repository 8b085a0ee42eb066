"""The catalog's tables."""

from catalog.models.enrichment import Calibration, Evidence, Extraction, ExtractorVersion, Proposal
from catalog.models.index import Embedding, EmbeddingGeneration, LiveVersion, Market, Posting, SearchDocument, Segment
from catalog.models.language_model import LanguageModelAnswer, LanguageModelUsage
from catalog.models.offers import DuplicateSuggestion
from catalog.models.opinions import AspectSummary, OpinionAlert, ReviewOpinion
from catalog.models.pictures import PictureEmbedding
from catalog.models.product import Attribute, AttributeValue, Brand, Category, Product, Review, Variant
from catalog.models.schema import CategoryAttribute, SchemaSuggestion
from catalog.models.upload import ColumnMapping, RefusedRow, Upload

__all__ = [
    "AspectSummary",
    "Attribute",
    "AttributeValue",
    "Brand",
    "Calibration",
    "Category",
    "CategoryAttribute",
    "ColumnMapping",
    "DuplicateSuggestion",
    "Embedding",
    "EmbeddingGeneration",
    "Evidence",
    "Extraction",
    "ExtractorVersion",
    "LanguageModelAnswer",
    "LanguageModelUsage",
    "LiveVersion",
    "Market",
    "OpinionAlert",
    "PictureEmbedding",
    "Posting",
    "Product",
    "Proposal",
    "RefusedRow",
    "Review",
    "ReviewOpinion",
    "SchemaSuggestion",
    "SearchDocument",
    "Segment",
    "Upload",
    "Variant",
]
