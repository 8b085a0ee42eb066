"""Admin of the catalog: products, their vocabulary, and uploads."""

from catalog.admin.product import ProductAdmin
from catalog.admin.upload import UploadAdmin
from catalog.admin.vocabulary import AttributeAdmin, BrandAdmin, CategoryAdmin

__all__ = ["AttributeAdmin", "BrandAdmin", "CategoryAdmin", "ProductAdmin", "UploadAdmin"]
