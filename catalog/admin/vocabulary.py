"""Admin of what products are described with: categories, brands, attributes and the names of their values."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from catalog import pipeline
from catalog.long_lists import LongList
from catalog.models import Attribute, AttributeValue, Brand, Category, Product


@display(description=_("in the other language"))
def show_other_name(row: Any) -> str:
    return next((name for name in (row.name_en, row.name_zh) if name not in {"", str(row)}), "")


class VocabularyAdmin(LongList, ModelAdmin):
    """Deleting a name changes the products that had it: search and the next upload must see that."""

    field_name = ""

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self._delete(self.get_queryset(request).filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._delete(queryset)

    def _delete(self, queryset: QuerySet[Any]) -> None:
        product_ids = list(Product.objects.filter(**{f"{self.field_name}__in": queryset}).values_list("id", flat=True))
        queryset.delete()
        pipeline.product_edited(product_ids)


@admin.register(Category)
class CategoryAdmin(VocabularyAdmin):
    field_name = "category"
    list_display = ["show_name", show_other_name, "key", "position"]
    list_editable = ["position"]
    search_fields = ["key", "name_en", "name_zh"]
    autocomplete_fields = ["parent"]
    ordering = ["key"]

    @display(description=_("category"), ordering="key")
    def show_name(self, category: Category) -> str:
        return "— " * category.key.count("/") + str(category)

    def get_readonly_fields(self, request: HttpRequest, obj: Category | None = None) -> tuple[str, ...]:
        # The key is the path that rules and addresses use; products would fall out of them.
        return ("key", "parent") if obj else ()


@admin.register(Brand)
class BrandAdmin(VocabularyAdmin):
    field_name = "brand"
    list_display = ["__str__", show_other_name, "key"]
    search_fields = ["key", "name_en", "name_zh"]

    def get_readonly_fields(self, request: HttpRequest, obj: Brand | None = None) -> tuple[str, ...]:
        return ("key",) if obj else ()


@admin.register(Attribute)
class AttributeAdmin(LongList, ModelAdmin):
    list_display = [
        "__str__", show_other_name, "key", "kind", "unit", "is_facet", "is_searchable", "accept_above", "position",
    ]  # fmt: skip
    list_editable = ["is_facet", "is_searchable", "accept_above", "position"]
    list_filter = ["kind", "is_facet", "is_searchable"]
    search_fields = ["key", "name_en", "name_zh"]

    def get_readonly_fields(self, request: HttpRequest, obj: Attribute | None = None) -> tuple[str, ...]:
        # Values are stored in this kind and unit; changing them here would not convert what is stored.
        return ("key", "kind", "unit") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Attribute | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (
            obj is None or not Product.objects.filter(attributes__has_key=obj.key).exists()
        )


@admin.register(AttributeValue)
class AttributeValueAdmin(LongList, ModelAdmin):
    """The names of values in both languages, for translators; values themselves come from products."""

    list_display = ["__str__", show_other_name, "attribute", "key"]
    list_select_related = ["attribute"]
    search_fields = ["key", "name_en", "name_zh"]
    readonly_fields = ("attribute", "key", "number")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AttributeValue | None = None) -> bool:
        return False
