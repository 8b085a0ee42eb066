"""Admin of the catalog: products, their vocabulary, and uploads."""

from catalog.admin.duplicates import DuplicateSuggestionAdmin
from catalog.admin.extraction import ExtractionAdmin
from catalog.admin.extractor_version import ExtractorVersionAdmin
from catalog.admin.language_model import LanguageModelUsageAdmin
from catalog.admin.opinions import OpinionAlertAdmin
from catalog.admin.product import ProductAdmin
from catalog.admin.proposal import ProposalAdmin
from catalog.admin.schema import CategoryAttributeAdmin, SchemaSuggestionAdmin
from catalog.admin.upload import UploadAdmin
from catalog.admin.vocabulary import AttributeAdmin, BrandAdmin, CategoryAdmin

__all__ = [
    "AttributeAdmin",
    "BrandAdmin",
    "CategoryAdmin",
    "CategoryAttributeAdmin",
    "DuplicateSuggestionAdmin",
    "ExtractionAdmin",
    "ExtractorVersionAdmin",
    "LanguageModelUsageAdmin",
    "OpinionAlertAdmin",
    "ProductAdmin",
    "ProposalAdmin",
    "SchemaSuggestionAdmin",
    "UploadAdmin",
]
